// The operations log and the metrics of a process: one line when a command arrives, one when it is
// done, and the same counted.
import pino, { type DestinationStream, type Logger } from 'pino'
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { Envelope, Resultado } from '../contratos/envelope.ts'
import type { EventoGravado } from '../contratos/eventos.ts'
import { agora, type NomeAssinante, type NomeServico } from '../contratos/ids.ts'
import type { Operacoes } from '../persistencia/servico.ts'
import { saidaDoLog } from './saida_do_log.ts'

export interface Registro {
  readonly log: Logger
  /**
   * One line that is itself what was asked for, so at every level but `silent`; out of the process
   * when this returns.
   */
  anotar(mensagem: string, campos?: object): void
  readonly metricas: Registry
  readonly operacoes: Operacoes
  /** Calls back after each commit that wrote events, with them, until disposed. */
  aoGravar(chamar: (novos: readonly EventoGravado[]) => void): Disposable
}

const LIMITES_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export const criarLog = (servico: string, nivel: string): Logger =>
  criarLogEm(saidaDoLog(), servico, nivel)

function criarLogEm(destino: DestinationStream, servico: string, nivel: string): Logger {
  return pino(
    {
      level: nivel,
      base: { servico },
      timestamp: () => `,"time":"${agora()}"`,
      formatters: { level: (nivel: string) => ({ nivel }) },
      messageKey: 'mensagem',
    },
    destino,
  )
}

export function criarRegistro(servico: NomeServico | NomeAssinante, nivel: string): Registro {
  const destino = saidaDoLog()
  const log = criarLogEm(destino, servico, nivel)
  const anotado = log.child({}, { level: nivel === 'silent' ? nivel : 'info' })
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
  const ouvintes = new Set<(novos: readonly EventoGravado[]) => void>()
  /** Twenty of these an order: written as text, because the fields are known and safe but one. */
  const linha = (fase: string, { comando, causa }: Envelope, id: number | undefined, fim = '') =>
    destino.write(
      `{"nivel":"info","servico":"${servico}","time":"${agora()}","pedido_id":${id ?? null},` +
        `"operacao":"${comando.tipo}","causa":${JSON.stringify(causa)},"fase":"${fase}"${fim}}\n`,
    )
  const registra = log.isLevelEnabled('info')
  const operacoes: Operacoes = {
    chegou(envelope) {
      if (registra) linha('chegou', envelope, idDe(envelope.comando))
    },
    terminou(envelope, resultado, ms) {
      const { comando, causa } = envelope
      const palavra = palavraDo(resultado)
      duracao.observe({ operacao: comando.tipo, resultado: palavra }, ms / 1_000)
      const id = resultado.ok ? resultado.gravado.evento.pedido_id : idDe(comando)
      const fim = `,"resultado":"${palavra}","ms":${ms.toFixed(3)}`
      if (registra) linha('terminou', envelope, id, fim)
      if (resultado.ok || resultado.erro.codigo !== 'defeito') return
      log.error({ pedido_id: id, operacao: comando.tipo, causa, err: resultado.erro.cause })
    },
    gravou(novos) {
      gravados.inc(novos.length)
      for (const chamar of ouvintes) chamar(novos)
    },
  }
  return {
    log,
    anotar(mensagem, campos) {
      anotado.info({ ...campos, mensagem })
      destino.escoar()
    },
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
