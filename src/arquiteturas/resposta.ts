// What a reply means, whatever carried it: the trail of one of our own, believed only as far as the
// flow allows, or the contract's fields alone of a foreign server.
import { type Comando, destino } from '../contratos/comandos.ts'
import { comoErro, ErroDeNegocio } from '../contratos/errors.ts'
import type { Evento } from '../contratos/eventos.ts'
import { fluxo, proximo, respondeA } from '../contratos/fluxo.ts'
import type { Passo, Trilha } from './arquitetura.ts'
import { parar } from './arquitetura.ts'
import { mensagemDe } from './mensagens.ts'

type Corpo = Readonly<Record<string, unknown>>

/** The success of a foreign server: it answers the contract's fields and continues nothing. */
export function lerSucessoAlheio(comando: Comando, corpo: Corpo, repetido: boolean): Trilha {
  const evento = ehDeOutro(comando, corpo)
    ? undefined
    : mensagemDe(comando.tipo)?.entender(comando as never, corpo)
  if (evento) return { passos: [{ evento, repetido }] }
  const detalhe = `A resposta a ${comando.tipo} não tem os campos do contrato.`
  return parar(new ErroDeNegocio('operacao_nao_suportada', detalhe))
}

const ehDeOutro = (comando: Comando, corpo: Corpo): boolean =>
  'pedido_id' in comando && (corpo.pedido_id ?? comando.pedido_id) !== comando.pedido_id

/**
 * The trail as far as the flow allows: each event of this order, the first an answer to the
 * command, each next one to what follows from the one before; none at all if one is wrong.
 */
export function passosCriveis(comando: Comando, eventos: unknown): readonly Passo[] {
  const passos: Passo[] = []
  let esperado: Comando | undefined = comando
  for (const passo of Array.isArray(eventos) ? eventos : []) {
    if (!esperado || !ehPasso(passo) || !respondeA(esperado, passo.evento)) return []
    if (ehDeOutro(esperado, { ...passo.evento })) return []
    passos.push(passo)
    esperado = proximo(passo.evento)
  }
  return passos
}

function ehPasso(passo: unknown): passo is Passo {
  const evento = (passo as Partial<Passo> | null)?.evento as Partial<Evento> | undefined
  return typeof evento?.tipo === 'string' && Object.hasOwn(fluxo, evento.tipo)
}

/**
 * What the transport throws has a code and says nothing of the command: a fault, and faults may
 * pass (K5). Anything else thrown on the way is a defect of ours.
 */
export function comoFalha(comando: Comando, erro: unknown): ErroDeNegocio {
  if (erro instanceof ErroDeNegocio || !temCodigo(erro)) return comoErro(erro)
  const detalhe = `O serviço ${destino[comando.tipo]} não respondeu.`
  return new ErroDeNegocio('servico_indisponivel', detalhe, { causa: erro })
}

const temCodigo = (erro: unknown): boolean =>
  (erro as { code?: unknown } | null)?.code !== undefined

export function semEndereco(comando: Comando): Trilha {
  const detalhe = `O serviço ${destino[comando.tipo]} não tem endereço conhecido.`
  return parar(new ErroDeNegocio('servico_indisponivel', detalhe))
}
