// What Prometheus is told of the audit.
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Guardadas } from './repository.ts'

const LIMITES_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]

export interface Medidas {
  /** A batch that was written: new messages by topic. */
  gravou(porTopico: ReadonlyMap<string, number>, segundos: number): void
}

export function criarMedidas(metricas: Registry, guardadas: () => Promise<Guardadas>): Medidas {
  const registers = [metricas]
  const auditadas = new Counter({
    name: 'quatrovias_mensagens_auditadas_total',
    help: 'Mensagens auditadas, por tópico',
    labelNames: ['topico'],
    registers,
  })
  const lotes = new Histogram({
    name: 'quatrovias_auditoria_lote_segundos',
    help: 'Duração da gravação de um lote de mensagens auditadas',
    buckets: LIMITES_S,
    registers,
  })
  const quantas: Gauge = new Gauge({
    name: 'quatrovias_mensagens_guardadas',
    help: 'Mensagens auditadas que estão guardadas',
    registers,
    collect: async () => quantas.set((await guardadas()).quantas),
  })
  const idade: Gauge = new Gauge({
    name: 'quatrovias_mensagem_mais_velha_segundos',
    help: 'Desde que se auditou a mais velha das guardadas; 0 sem nenhuma',
    registers,
    async collect() {
      const { maisVelhaMs } = await guardadas()
      idade.set(maisVelhaMs === undefined ? 0 : Math.max(0, Date.now() - maisVelhaMs) / 1_000)
    },
  })
  return {
    gravou(porTopico, segundos) {
      lotes.observe(segundos)
      for (const [topico, n] of porTopico) auditadas.inc({ topico }, n)
    },
  }
}
