// What Prometheus is told of the way by Kafka. Read when asked for; what is not known right now, as
// with the cluster down, is left out rather than said as it once was.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Resultado } from '../../contratos/envelope.ts'
import type { PedidoId } from '../../contratos/ids.ts'
import type { Situacao } from '../../persistencia/relay.ts'
import type { Atraso } from './atraso.ts'
import type { Metadados } from './cabecalhos.ts'
import type { Recebida } from './inbound.ts'

const LIMITES_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600]

/** Each may not know. */
export interface Fontes {
  publicacao(): Promise<Situacao | undefined>
  /** pedidos alone, once for all groups and for all orders. */
  readonly atrasos?: (() => Promise<readonly Atraso[] | undefined>) | undefined
  readonly mortasPendentes?: (() => Promise<number | undefined>) | undefined
  /** The age of the oldest order by kafka that is still open; 0 without any. */
  readonly abertoMaisVelhoMs?: (() => Promise<number | undefined>) | undefined
  readonly criadoEm?: ((id: PedidoId) => Promise<string | undefined>) | undefined
}
export interface Medidas {
  morreu(codigo: string): void
  decidiu(mensagem: Recebida, metadados: Metadados, resultados: readonly Resultado[]): void
}

export function criarMedidas(metricas: Registry, fontes: Fontes): Medidas {
  const registers = [metricas]
  medirPublicacao(registers, fontes)
  if (fontes.atrasos) medirAtraso(registers, fontes.atrasos)
  if (fontes.mortasPendentes) {
    const help = 'Mensagens mortas que ninguém reenviou, de todos os grupos'
    medir(registers, 'quatrovias_mortas_pendentes', help, fontes.mortasPendentes)
  }
  const { abertoMaisVelhoMs } = fontes
  if (abertoMaisVelhoMs) {
    const help = 'Idade do pedido mais velho ainda aberto, dos que andam pelo Kafka; 0 sem nenhum'
    const lerS = async () => {
      const ms = await abertoMaisVelhoMs()
      return ms && ms / 1_000
    }
    medir(registers, 'quatrovias_pedido_aberto_idade_segundos', help, lerS)
  }
  const mortas = new Counter({
    name: 'quatrovias_mortas_total',
    help: 'Mensagens que foram para as mortas, pelo código do erro',
    labelNames: ['codigo'],
    registers,
  })
  const idade = new Histogram({
    name: 'quatrovias_kafka_idade_segundos',
    help: 'Do fato que a mensagem conta até ela ser decidida aqui',
    labelNames: ['topico'],
    buckets: LIMITES_S,
    registers,
  })
  const aoFim = fontes.criadoEm && medirPedidos(registers, fontes.criadoEm)
  return {
    morreu: (codigo) => mortas.inc({ codigo }),
    decidiu({ topico }, { aconteceuMs, retomada }, resultados) {
      // A walk that is resumed tells again of what happened long ago.
      if (retomada) return
      if (aconteceuMs !== undefined) idade.observe({ topico }, desde(aconteceuMs))
      for (const resultado of resultados) aoFim?.(resultado)
    },
  }
}

const desde = (ms: number, ate = Date.now()): number => Math.max(0, ate - ms) / 1_000

function medir(
  registers: Registry[],
  name: string,
  help: string,
  ler: () => Promise<number | undefined>,
): void {
  const medida: Gauge = new Gauge({
    ...{ name, help, registers },
    async collect() {
      const lido = await ler()
      if (lido === undefined) medida.remove()
      else medida.set(lido)
    },
  })
}

function medirPublicacao(registers: Registry[], { publicacao }: Fontes): void {
  const de = (campo: keyof Situacao, escala: number) => async () => {
    const lida = await publicacao()
    return lida && lida[campo] / escala
  }
  const pendentes = 'Eventos gravados e ainda não publicados'
  medir(registers, 'quatrovias_saida_pendentes', pendentes, de('pendentes', 1))
  const idade = 'Idade do mais velho deles; 0 sem nenhum'
  medir(registers, 'quatrovias_saida_idade_segundos', idade, de('idadeMs', 1_000))
  const retidos = 'Eventos que o Kafka recusou de vez'
  medir(registers, 'quatrovias_eventos_retidos', retidos, de('retidos', 1))
}

function medirAtraso(
  registers: Registry[],
  atrasos: () => Promise<readonly Atraso[] | undefined>,
): void {
  const atraso: Gauge = new Gauge({
    name: 'quatrovias_kafka_atraso',
    help: 'Mensagens que o grupo ainda não confirmou',
    labelNames: ['grupo', 'topico', 'particao'],
    registers,
    async collect() {
      const lidos = await atrasos()
      atraso.reset()
      for (const { mensagens, ...lugar } of lidos ?? []) atraso.set(lugar, mensagens)
    },
  })
}

/** Once for each order, at its end; the reading holds nothing back, and may fail. */
function medirPedidos(
  registers: Registry[],
  criadoEm: (id: PedidoId) => Promise<string | undefined>,
): (resultado: Resultado) => void {
  const duracao = new Histogram({
    name: 'quatrovias_pedido_segundos',
    help: 'De o pedido ser feito até o seu fim, dos que andam pelo Kafka',
    labelNames: ['status'],
    buckets: LIMITES_S,
    registers,
  })
  async function observar(id: PedidoId, status: string, instante: string): Promise<void> {
    const feito = await criadoEm(id)
    if (feito) duracao.observe({ status }, desde(Date.parse(feito), Date.parse(instante)))
  }
  return (resultado) => {
    if (!resultado.ok || resultado.repetido) return
    const { evento, instante } = resultado.gravado
    switch (evento.tipo) {
      case 'PedidoConcluido':
      case 'PedidoCancelado':
      case 'PedidoRecusado':
        if (evento.mudou) {
          observar(evento.pedido_id, evento.status, instante).catch(() => undefined)
        }
    }
  }
}
