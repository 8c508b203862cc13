// What vendas tells of itself: to Prometheus, and to whoever asks how it stands.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { agora } from '../../contratos/ids.ts'
import type { Desfecho, OpcoesDosLotes } from './lotes.ts'

const LINHAS = [1, 5, 10, 25, 50, 75, 100, 250, 500, 1_000, 10_000]
const SEGUNDOS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60]

/** Since this process began. */
interface Contagem {
  gravadas: number
  repetidas: number
  mortas: number
  /** When a sale was written the last time. */
  ultima: string | null
}
type Gravar = OpcoesDosLotes['gravar']

export interface Medidas {
  readonly contagem: Readonly<Contagem>
  terminou(desfecho: Desfecho): void
  morreu(codigo: string): void
  /** The same, with its batches counted and timed. */
  medindo(gravar: Gravar): Gravar
}

export function criarMedidas(metricas: Registry, fora: () => boolean): Medidas {
  const registers = [metricas]
  const contagem: Contagem = { gravadas: 0, repetidas: 0, mortas: 0, ultima: null }
  // Counted when asked for: not a label looked up for each sale.
  const vendas: Counter = new Counter({
    name: 'quatrovias_vendas_total',
    help: 'Vendas do tópico: gravadas, e repetidas que já estavam na tabela',
    ...{ labelNames: ['resultado'], registers },
    collect() {
      vendas.reset()
      vendas.inc({ resultado: 'gravada' }, contagem.gravadas)
      vendas.inc({ resultado: 'repetida' }, contagem.repetidas)
    },
  })
  const mortas = new Counter({
    name: 'quatrovias_mortas_total',
    help: 'Mensagens que foram para as mortas, pelo código do erro',
    ...{ labelNames: ['codigo'], registers },
  })
  const linhas = new Histogram({
    name: 'quatrovias_vendas_lote_linhas',
    help: 'Vendas em cada lote',
    ...{ buckets: LINHAS, registers },
  })
  const segundos = new Histogram({
    name: 'quatrovias_vendas_lote_segundos',
    help: 'De um lote ser entregue até estar gravado, com o que o banco esteve fora',
    ...{ buckets: SEGUNDOS, registers },
  })
  const banco: Gauge = new Gauge({
    name: 'quatrovias_vendas_banco_fora',
    help: '1 enquanto o PostgreSQL das vendas não responde',
    registers,
    collect: () => banco.set(fora() ? 1 : 0),
  })
  return {
    contagem,
    terminou({ situacao }) {
      if (situacao === 'repetida') contagem.repetidas++
      if (situacao !== 'gravada') return
      contagem.gravadas++
      contagem.ultima = agora()
    },
    morreu(codigo) {
      contagem.mortas++
      mortas.inc({ codigo })
    },
    medindo: (gravar) => async (lote) => {
      const inicio = performance.now()
      const achados = await gravar(lote)
      linhas.observe(lote.length)
      segundos.observe((performance.now() - inicio) / 1_000)
      return achados
    },
  }
}
