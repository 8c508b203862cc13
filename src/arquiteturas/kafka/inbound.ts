// Arrives as a message: read, turned into the commands that follow from its event (K3) and decided.
// Done with for good when this resolves: decided, or among the dead letters with the reason.
import { setTimeout as esperar } from 'node:timers/promises'
import { type Comando, destino } from '../../contratos/comandos.ts'
import { envelopar, type Resultado, type Servico } from '../../contratos/envelope.ts'
import { comoErro, ErroDeNegocio } from '../../contratos/errors.ts'
import type { Evento, EventoDe, TipoEvento } from '../../contratos/eventos.ts'
import { proximo, registro } from '../../contratos/fluxo.ts'
import type { NomeServico } from '../../contratos/ids.ts'
import type { TopicoDeFluxo } from '../../contratos/topicos.ts'
import type { Vizinhos } from '../../servicos/vizinhos.ts'
import { type CabecalhosLidos, lerCabecalhos, type Metadados } from './cabecalhos.ts'
import { ler } from './mensagens.ts'
import { doFluxo, type Mensagem, type Saida } from './outbound.ts'

/** As it was read from the cluster; `topico` is our name for it. */
export interface Recebida {
  readonly topico: string
  readonly particao: number
  readonly offset: bigint
  /** Of the leader that wrote it; not of what never stood there. */
  readonly epoca?: number
  /** When the cluster took it, in epoch ms; not of what never stood there. */
  readonly gravadaMs?: number
  readonly chave: Buffer | undefined
  readonly valor: Buffer | undefined
  readonly cabecalhos: CabecalhosLidos
}
/** Puts a message among the dead letters; resolves when it is there. */
export type Enterrar = (mensagem: Recebida, erro: ErroDeNegocio) => Promise<void>
export type Tratar = (mensagem: Recebida, signal: AbortSignal) => Promise<void>

export interface Paciencia {
  readonly primeiraMs: number
  readonly maiorMs: number
  /** After so long a fault is nobody's to wait for: the order's messages behind it go on. */
  readonly totalMs: number
}
export const PACIENCIA: Paciencia = { primeiraMs: 50, maiorMs: 5_000, totalMs: 600_000 }

export interface PartesDoInbound {
  readonly nome: NomeServico
  readonly servico: Servico
  readonly compra: Vizinhos['compra']
  readonly saida: Saida
  readonly enterrar: Enterrar
  readonly paciencia?: Paciencia
  /** Told of each message that became commands. */
  aoDecidir?(mensagem: Recebida, metadados: Metadados, resultados: readonly Resultado[]): void
}

export function criarTratar(partes: PartesDoInbound): Tratar {
  const { nome, servico, saida, compra, enterrar, paciencia = PACIENCIA } = partes

  async function decidir(mensagem: Recebida): Promise<ErroDeNegocio | undefined> {
    const metadados = lerCabecalhos(mensagem.cabecalhos)
    const lido = ler(mensagem.topico as TopicoDeFluxo, mensagem.valor)
    const { nossa, traceparent, retomada } = metadados
    const evento = bastaPorSi(lido, nossa) ? lido : await completar(lido, compra)
    const contexto = { arquitetura: 'kafka', traceparent } as const
    const envelopes = comandosPara(nome, evento).map((comando) => envelopar(comando, contexto))
    const resultados = await servico.handle(envelopes)
    partes.aoDecidir?.(mensagem, metadados, resultados)
    if (retomada) await saida.mandar(resultados.flatMap((r) => aRepetir(nome, r)))
    return resultados.find((r) => !r.ok)?.erro
  }

  /** After the first try, which nearly always is the only one. */
  async function tratarFalha(
    mensagem: Recebida,
    primeira: ErroDeNegocio,
    signal: AbortSignal,
  ): Promise<void> {
    const desde = performance.now()
    const vale = (erro: ErroDeNegocio, pausaMs: number) =>
      erro.canRetry && performance.now() - desde + pausaMs <= paciencia.totalMs
    const falha = await insistir(() => decidir(mensagem), vale, paciencia, signal, primeira)
    if (!falha) return
    // A dead letter is the last word: until it is there, the message is not done with.
    const enterrarAgora = () => enterrar(mensagem, falha).then(() => undefined)
    await insistir(enterrarAgora, () => true, paciencia, signal)
  }

  return async (mensagem, signal) => {
    const falha = await decidir(mensagem).catch(comoErro)
    if (falha) await tratarFalha(mensagem, falha, signal)
  }
}

/**
 * Tries again, ever more rarely, while `vale`; answers what it gave up for. Throws on abort. With
 * `jaDita`, the first try was made and this is what came of it.
 */
export async function insistir(
  tentar: () => Promise<ErroDeNegocio | undefined>,
  vale: (erro: ErroDeNegocio, pausaMs: number) => boolean,
  { primeiraMs, maiorMs }: Paciencia,
  signal: AbortSignal,
  jaDita?: ErroDeNegocio,
): Promise<ErroDeNegocio | undefined> {
  let erro = jaDita ?? (await tentar().catch(comoErro))
  for (let pausaMs = primeiraMs; ; pausaMs = Math.min(2 * pausaMs, maiorMs)) {
    if (!erro || !vale(erro, pausaMs)) return erro
    await esperar(pausaMs, undefined, { signal })
    erro = await tentar().catch(comoErro)
  }
}

/** What an event asks of this service: at most the flow's next step and the order's new status. */
export const comandosPara = (nome: NomeServico, evento: Evento): Comando[] =>
  [proximo(evento), registro(evento)].filter(
    (comando) => comando !== undefined && destino[comando.tipo] === nome,
  ) as Comando[]

/** A walk that is resumed goes on through what was done before (K4), from topic to topic. */
function aRepetir(nome: NomeServico, resultado: Resultado): readonly Mensagem[] {
  if (!resultado.ok || !resultado.repetido) return []
  const mensagem = doFluxo(nome, resultado.gravado, true)
  return mensagem ? [mensagem] : []
}

/** The next step goes by their amount: what is charged, and what the nota says. */
const COM_VALOR: ReadonlySet<TipoEvento> = new Set([
  'AnaliseAprovada',
  'PagamentoAprovado',
  'EstoqueSeparado',
])

/** What moves money by an amount is believed as it is only of ourselves, and only when whole. */
function bastaPorSi(evento: Evento, nossa: boolean): boolean {
  if (!COM_VALOR.has(evento.tipo)) return true
  const { valor_centavos, itens } = evento as EventoDe<'PagamentoAprovado'>
  return nossa && valor_centavos !== undefined && itens !== undefined
}

/**
 * What a stranger's message leaves out, pedidos knows. Its amount must be the order's: a cent paid
 * for something dearer is for a person to look at.
 */
async function completar(evento: Evento, compra: Vizinhos['compra']): Promise<Evento> {
  const { itens, valor_centavos } = await compra(evento.pedido_id)
  const dito = 'valor_centavos' in evento ? evento.valor_centavos : undefined
  if ((dito ?? valor_centavos) === valor_centavos) {
    return { ...evento, itens, valor_centavos } as Evento
  }
  throw new ErroDeNegocio('comando_divergente', 'O valor da mensagem não é o do pedido.')
}
