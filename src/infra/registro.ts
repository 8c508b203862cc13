// The operations log and the metrics of a process: one line when a command arrives, one when it is
// done, and the same counted.
import pino, { type Logger } from 'pino'
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { Resultado } from '../contratos/envelope.ts'
import type { NomeServico } from '../contratos/ids.ts'
import type { Operacoes } from '../persistencia/servico.ts'

export interface Registro {
  readonly log: Logger
  readonly metricas: Registry
  readonly operacoes: Operacoes
  /** Calls back after each commit that wrote events, until disposed. */
  aoGravar(chamar: () => void): Disposable
}

const LIMITES_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Lines gather for at most a second, or 4 KB: the durable record is the table `eventos`. */
const SAIDA = { minLength: 4_096, sync: false, periodicFlush: 1_000 } as const

export function criarLog(servico: string, nivel: string): Logger {
  const opcoes = {
    level: nivel,
    base: { servico },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (nivel: string) => ({ nivel }) },
    messageKey: 'mensagem',
  }
  return pino(opcoes, pino.destination(SAIDA))
}

export function criarRegistro(servico: NomeServico, nivel: string): Registro {
  const log = criarLog(servico, nivel)
  const metricas = new Registry()
  metricas.setDefaultLabels({ servico })
  collectDefaultMetrics({ register: metricas })
  const duracao = new Histogram({
    name: 'quatrovias_operacao_segundos',
    help: 'Duração de cada operação, da chegada ao fim',
    labelNames: ['operacao', 'resultado'],
    buckets: LIMITES_S,
    registers: [metricas],
  })
  const gravados = new Counter({
    name: 'quatrovias_eventos_gravados_total',
    help: 'Eventos gravados no diário',
    registers: [metricas],
  })
  const ouvintes = new Set<() => void>()
  const operacoes: Operacoes = {
    chegou({ comando, causa }) {
      log.info({ pedido_id: idDe(comando), operacao: comando.tipo, causa, fase: 'chegou' })
    },
    terminou({ comando, causa }, resultado, ms) {
      const palavra = palavraDo(resultado)
      duracao.observe({ operacao: comando.tipo, resultado: palavra }, ms / 1_000)
      const pedido_id = resultado.ok ? resultado.gravado.evento.pedido_id : idDe(comando)
      const linha = { pedido_id, operacao: comando.tipo, causa, fase: 'terminou' }
      const fim = { ...linha, resultado: palavra, ms: Math.round(ms * 1_000) / 1_000 }
      if (!resultado.ok && resultado.erro.codigo === 'defeito') {
        log.error({ ...fim, err: resultado.erro.cause })
      } else {
        log.info(fim)
      }
    },
    gravou(eventos) {
      gravados.inc(eventos)
      for (const chamar of ouvintes) chamar()
    },
  }
  return {
    log,
    metricas,
    operacoes,
    aoGravar(chamar) {
      ouvintes.add(chamar)
      return { [Symbol.dispose]: () => ouvintes.delete(chamar) }
    },
  }
}

const idDe = (comando: object): number | undefined =>
  'pedido_id' in comando ? (comando.pedido_id as number) : undefined

const palavraDo = (resultado: Resultado): string => {
  if (!resultado.ok) return resultado.erro.codigo
  return resultado.repetido
    ? `${resultado.gravado.evento.tipo} (repetido)`
    : resultado.gravado.evento.tipo
}
