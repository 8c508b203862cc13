// The metadata of a message, in its headers, as CloudEvents 1.0 has them in binary mode; and two of
// ours: the trace, and the mark of a walk that is resumed (K4). Bytes, as they are on the wire:
// what is not text still reaches the dead letters whole.
import { rastreio } from '../../contratos/envelope.ts'
import type { EventoGravado, TipoEvento } from '../../contratos/eventos.ts'
import type { NomeServico } from '../../contratos/ids.ts'
import { invalida } from './mensagens.ts'

export type Cabecalhos = Map<Buffer, Buffer>
export type CabecalhosLidos = ReadonlyMap<Buffer, Buffer>

const PREFIXO = 'br.quatrovias.'
const CASA = '/quatrovias/'
/** What our consumers understand; a message that says another is for newer ones. */
const VERSAO = '.v1'
/** Said of every message, so encoded once. */
const ESPECIFICACAO = Buffer.from('ce_specversion')
const V1_0 = Buffer.from('1.0')
const ID = Buffer.from('ce_id')
const ORIGEM = Buffer.from('ce_source')
const TIPO = Buffer.from('ce_type')
const QUANDO = Buffer.from('ce_time')
const CONTEUDO = Buffer.from('content-type')
const JSON_UTF8 = Buffer.from('application/json')
const TRACO = Buffer.from('traceparent')
const RETOMADA = Buffer.from('retomada')
const SIM = Buffer.from('1')
const VAZIO = Buffer.alloc(0)

const textos = new Map<string, Buffer>()
/** Only for the few texts there are: names of services and of types. */
function umaVez(texto: string): Buffer {
  const bytes = textos.get(texto) ?? Buffer.from(texto)
  textos.set(texto, bytes)
  return bytes
}

export interface Assunto {
  readonly servico: NomeServico
  readonly tipo: TipoEvento | 'ProdutoAlterado'
  /** The natural name of the command: the same on every repeat (K1), so source + id is unique. */
  readonly causa: string
  readonly instante: string
  readonly traceparent?: string
}

export function cabecalhosDe(assunto: Assunto, retomada = false): Cabecalhos {
  const { servico, tipo, causa, instante, traceparent } = assunto
  const cabecalhos: Cabecalhos = new Map()
  cabecalhos.set(ESPECIFICACAO, V1_0)
  cabecalhos.set(ID, Buffer.from(causa))
  cabecalhos.set(ORIGEM, umaVez(CASA + servico))
  cabecalhos.set(TIPO, umaVez(PREFIXO + tipo + VERSAO))
  cabecalhos.set(QUANDO, Buffer.from(instante))
  cabecalhos.set(CONTEUDO, JSON_UTF8)
  if (traceparent !== undefined) cabecalhos.set(TRACO, Buffer.from(traceparent))
  if (retomada) cabecalhos.set(RETOMADA, SIM)
  return cabecalhos
}

export const assuntoDe = (servico: NomeServico, gravado: EventoGravado): Assunto => {
  const { causa, instante, traceparent, evento } = gravado
  return { servico, causa, instante, traceparent, tipo: evento.tipo }
}

export interface Metadados {
  /** Written by a service of ours, or by somebody who says so. */
  readonly nossa: boolean
  readonly traceparent: string
  readonly retomada: boolean
  /** When the event happened, epoch milliseconds, if the message says so. */
  readonly aconteceuMs: number | undefined
}

/** All may be absent. Errors: mensagem_invalida for a version that we do not know. */
export function lerCabecalhos(cabecalhos: CabecalhosLidos): Metadados {
  let traceparent: string | undefined
  let retomada = false
  let nossa = false
  let aconteceuMs: number | undefined
  for (const [nome, dito] of cabecalhos) {
    // The protocol allows a header without a value, whatever the client's types say.
    const valor = dito ?? VAZIO
    if (nome.equals(TRACO)) traceparent = valor.toString('latin1')
    else if (nome.equals(QUANDO)) aconteceuMs = Date.parse(valor.toString('latin1'))
    else if (nome.equals(ORIGEM)) nossa = valor.toString('latin1').startsWith(CASA)
    else if (nome.equals(RETOMADA)) retomada = valor.equals(SIM)
    else if (nome.equals(TIPO)) exigirVersao(valor)
    else if (nome.equals(ESPECIFICACAO)) exigirCloudEvents(valor)
  }
  if (Number.isNaN(aconteceuMs)) aconteceuMs = undefined
  return { nossa, traceparent: rastreio(traceparent), retomada, aconteceuMs }
}

/** Types of strangers are their own affair: the topic and the status say what happened. */
function exigirVersao(tipo: Buffer): void {
  const dito = tipo.toString('latin1')
  if (!dito.startsWith(PREFIXO) || dito.endsWith(VERSAO)) return
  throw invalida(`a versão da mensagem não é conhecida: ${dito.slice(0, 100)}`)
}

function exigirCloudEvents(versao: Buffer): void {
  if (versao.equals(V1_0)) return
  throw invalida(`CloudEvents ${versao.toString('latin1').slice(0, 20)} não é conhecido`)
}

export const comoTextos = (cabecalhos: CabecalhosLidos): Partial<Record<string, string>> =>
  Object.fromEntries([...cabecalhos].map(([nome, valor]) => [String(nome), String(valor)]))
