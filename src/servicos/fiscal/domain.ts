// Issues the nota fiscal with the next number and cancels it on the way back.
import { chaveDeAcesso } from '../../contratos/chave_acesso.ts'
import { type CancelarNota, doPedido, type EmitirNota } from '../../contratos/comandos.ts'
import type { Centavos } from '../../contratos/dinheiro.ts'
import type { NotaCancelada, NotaEmitida, NotaRejeitada } from '../../contratos/eventos.ts'
import type { Instante } from '../../contratos/ids.ts'

/** `historica`: imported, and never touched again. */
export type Situacao = 'nenhuma' | 'emitida' | 'cancelada' | 'rejeitada' | 'impedida' | 'historica'
export interface Estado {
  readonly situacao: Situacao
  /** The number that the next nota of the whole series takes. */
  readonly proximoNumero: number
}
export type Comandos = EmitirNota | CancelarNota
export type Respostas = NotaEmitida | NotaRejeitada | NotaCancelada
export interface Preparo {
  readonly valor: Centavos | undefined
  readonly sucesso: boolean
  /** cNF of the key: makes it hard to guess; drawn from the order, so a repeat gives the same. */
  readonly codigo: number
}
interface Pronto {
  readonly comando: Comandos
  readonly instante: Instante
  readonly preparo: Preparo
}

/** The same made-up issuer as in the synthetic data, whose numbering the live notas continue. */
const EMITENTE = { uf: 35, cnpj: '12345678000195', serie: 1 } as const

export function decide(estado: Estado, { comando, instante, preparo }: Pronto): Respostas {
  switch (comando.tipo) {
    case 'EmitirNota': {
      const motivo = motivoDaRecusa(estado, preparo)
      if (motivo) return { ...doPedido(comando), tipo: 'NotaRejeitada', motivo }
      const numero = estado.proximoNumero
      const { codigo } = preparo
      const chave_acesso = chaveDeAcesso({ ...EMITENTE, emissao: instante, numero, codigo })
      return { ...doPedido(comando), tipo: 'NotaEmitida', numero, chave_acesso }
    }
    case 'CancelarNota':
      return { ...doPedido(comando), tipo: 'NotaCancelada', motivo: comando.motivo }
    default:
      return comando satisfies never
  }
}

function motivoDaRecusa({ situacao }: Estado, { sucesso }: Preparo): string | undefined {
  if (situacao === 'impedida' || situacao === 'cancelada') return 'cancelado'
  if (situacao !== 'nenhuma') return 'pedido_ja_processado'
  return sucesso ? undefined : 'falha_na_emissao'
}

export function evolve(estado: Estado, evento: Respostas): Estado {
  const { situacao, proximoNumero } = estado
  switch (evento.tipo) {
    case 'NotaEmitida':
      return { situacao: 'emitida', proximoNumero: evento.numero + 1 }
    case 'NotaRejeitada':
      return situacao === 'nenhuma' ? { situacao: 'rejeitada', proximoNumero } : estado
    case 'NotaCancelada':
      if (situacao === 'emitida') return { situacao: 'cancelada', proximoNumero }
      return situacao === 'nenhuma' ? { situacao: 'impedida', proximoNumero } : estado
    default:
      return evento satisfies never
  }
}
