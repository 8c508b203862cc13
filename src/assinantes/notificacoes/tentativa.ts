// One try to tell a client of one change: what became of it, and when to try again if it failed.
import type { Instante } from '../../contratos/ids.ts'
import type { Contato } from '../../contratos/notificacoes.ts'
import { type Canal, type Destinatario, RecusaDefinitiva } from './canais/canal.ts'
import type { Contatos } from './contatos.ts'
import type { Marca, Pendente } from './outbox.ts'

export interface Ritmo {
  readonly primeiraMs: number
  readonly maiorMs: number
  /** While the gateway does not say where the client is. */
  readonly maiorSemGatewayMs: number
  /** A channel that fails for so long is given up; one that waits for the gateway never is. */
  readonly desistirMs: number
}
export const RITMO: Ritmo = {
  primeiraMs: 1_000,
  maiorMs: 300_000,
  maiorSemGatewayMs: 60_000,
  desistirMs: 86_400_000,
}

export interface Meios {
  readonly canal: Canal
  readonly contatos: Pick<Contatos, 'de'>
  readonly ritmo: Ritmo
  readonly relogio: () => number
}

/** Throws on abort only. */
export async function tentar(
  pendente: Pendente,
  meios: Meios,
  signal: AbortSignal,
): Promise<Marca> {
  const { canal, contatos } = meios
  let para: Destinatario | undefined
  if (canal.porEmail) {
    const contato = await contatos.de(pendente.cliente_id).catch((erro: Error) => erro)
    if (contato instanceof Error) return adiar(pendente, meios, contato, pendente.falha_desde)
    if (!contato) return terminar(pendente, meios, 'sem_endereco')
    if (!quer(contato, pendente)) return terminar(pendente, meios, 'dispensado')
    para = contato
  }
  try {
    await canal.enviar({ ...pendente, para }, signal)
    return terminar(pendente, meios, 'enviado')
  } catch (erro) {
    signal.throwIfAborted()
    return falhar(pendente, meios, erro as Error)
  }
}

const quer = ({ preferencias }: Contato, { status }: Pendente): boolean =>
  preferencias.email && preferencias.status.includes(status)

const emTexto = (ms: number): Instante => new Date(ms).toISOString() as Instante

const terminar = (
  { id, devida_em }: Pendente,
  { relogio }: Meios,
  fim: Extract<Marca, { fim: unknown }>['fim'],
  erro: string | null = null,
): Marca => ({ id, devida_em, em: emTexto(relogio()), erro, fim })

function falhar(pendente: Pendente, meios: Meios, erro: Error): Marca {
  const { relogio, ritmo } = meios
  const desde = pendente.falha_desde ?? emTexto(relogio())
  const demais = relogio() - Date.parse(desde) >= ritmo.desistirMs
  if (!demais && !(erro instanceof RecusaDefinitiva)) return adiar(pendente, meios, erro, desde)
  return terminar(pendente, meios, 'desistiu', porque(erro))
}

function adiar(
  { id, devida_em, tentativas }: Pendente,
  { relogio, ritmo }: Meios,
  erro: Error,
  falha_desde: Instante | null,
): Marca {
  const maior = falha_desde === null ? ritmo.maiorSemGatewayMs : ritmo.maiorMs
  const pausaMs = Math.min(ritmo.primeiraMs * 2 ** tentativas, maior)
  const agora = relogio()
  const proxima_em = emTexto(agora + pausaMs)
  return { id, devida_em, em: emTexto(agora), erro: porque(erro), proxima_em, falha_desde }
}

const MAIOR_PORQUE = 300
/** A server that refuses an address repeats it, and this goes to the log. */
const porque = ({ message }: Error): string =>
  message
    .replaceAll(/[^\s<>"'(),;:]+@[^\s<>"'(),;:]+/g, '(endereço)')
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, MAIOR_PORQUE)
