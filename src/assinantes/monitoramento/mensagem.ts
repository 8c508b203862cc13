// From a message as it was read to the row that keeps it. Total: whatever bytes somebody sent,
// there is a row for them.
import { isUtf8 } from 'node:buffer'
import type { Recebida } from '../../arquiteturas/kafka/inbound.ts'
import { comoConteudo } from '../../contratos/conteudo.ts'
import { ehId } from '../../contratos/ids.ts'
import { COMPACTADOS } from '../../contratos/topicos.ts'

/** Of a value; what is longer is kept only so far. */
export const MAIOR_VALOR_BYTES = 65_536
/** The last instant that a date can be. */
const FIM_DO_TEMPO_MS = 8.64e15
const INICIO_DO_JSON = 0x7b
const NUMERO = /^[1-9]\d{0,9}$/

export const EM_BASE64 = { chave: 1, valor: 2 } as const

export interface Anotada {
  readonly topico: string
  readonly particao: number
  readonly offset: number
  readonly instanteMs: number
  readonly pedidoId: number | null
  readonly emBase64: number
  readonly tamanho: number | null
  readonly chave: string | null
  readonly cabecalhos: string
  readonly valor: string | null
}

export function anotar(recebida: Recebida): Anotada {
  const { topico, particao, offset, gravadaMs, chave, valor, cabecalhos } = recebida
  const daChave = chave && comoConteudo(chave)
  const doValor = valor && comoConteudo(cortar(valor))
  return {
    ...{ topico, particao, offset: Number(offset), instanteMs: instanteDe(gravadaMs) },
    pedidoId: pedidoDe(recebida) ?? null,
    emBase64:
      (daChave?.codificacao === 'base64' ? EM_BASE64.chave : 0) |
      (doValor?.codificacao === 'base64' ? EM_BASE64.valor : 0),
    tamanho: valor?.length ?? null,
    chave: daChave?.conteudo ?? null,
    cabecalhos: JSON.stringify(Array.from(cabecalhos, emJson)),
    valor: doValor?.conteudo ?? null,
  }
}

/** The protocol allows any 64 bits; and headers without a value, whatever the types here say. */
const instanteDe = (ms = Date.now()): number => Math.min(Math.max(ms, 0), FIM_DO_TEMPO_MS)
const emJson = ([nome, valor]: [Buffer, Buffer | null]) => [String(nome), deCabecalho(valor)]

function deCabecalho(valor: Buffer | null): string | { base64: string } | null {
  if (!valor) return null
  const { codificacao, conteudo } = comoConteudo(valor)
  return codificacao === 'utf8' ? conteudo : { base64: conteudo }
}

/** Text is not cut in the middle of a character. */
function cortar(valor: Buffer): Buffer {
  if (valor.length <= MAIOR_VALOR_BYTES) return valor
  let fim = MAIOR_VALOR_BYTES
  if (isUtf8(valor)) while (((valor[fim] ?? 0) & 0xc0) === 0x80) fim--
  return valor.subarray(0, fim)
}

/** The value says it, or the key does. */
function pedidoDe({ topico, chave, valor }: Recebida): number | undefined {
  const { pedido_id, order_number } = comoObjeto(valor)
  // The key of these is whatever their last word is about: a product.
  const naChave = COMPACTADOS.includes(topico) ? undefined : chave?.toString('latin1')
  return comoNumero(pedido_id) ?? comoNumero(order_number) ?? comoNumero(naChave)
}

/** Read whole: no search in the text would know a field from the same word within another. */
function comoObjeto(valor: Buffer | undefined): Readonly<Record<string, unknown>> {
  if (!valor?.includes(INICIO_DO_JSON)) return {}
  try {
    return Object(JSON.parse(valor.toString()))
  } catch {
    return {}
  }
}

function comoNumero(dito: unknown): number | undefined {
  const numero = typeof dito === 'string' && NUMERO.test(dito) ? Number(dito) : dito
  return ehId(numero) ? numero : undefined
}
