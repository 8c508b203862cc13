// server.properties of a broker that is its own controller. Three doors, all on this machine: the
// clients' (its protocol may be changed), one for ourselves and other brokers, the controllers'.

export interface PortasDoBroker {
  readonly clientes: number
  readonly interna: number
  readonly controlador: number
}

const LOCAL = '127.0.0.1'

/** What is kept: seven days, in segments small enough to be dropped one by one. */
const RETENCAO = { 'log.retention.hours': '168', 'log.segment.bytes': String(64 * 2 ** 20) }

/** With one broker there is nobody to copy to, and nobody to wait for. */
const SOZINHO = {
  'offsets.topic.replication.factor': '1',
  'transaction.state.log.replication.factor': '1',
  'transaction.state.log.min.isr': '1',
  'share.coordinator.state.topic.replication.factor': '1',
  'share.coordinator.state.topic.min.isr': '1',
  'group.initial.rebalance.delay.ms': '0',
  // After a kill the broker of that name is waited for so long: 9 s by default.
  'broker.session.timeout.ms': '2000',
  'broker.heartbeat.interval.ms': '500',
  // Fifty by default: each is a directory made when the first group comes.
  'offsets.topic.num.partitions': '4',
}

/** The cleaner's default buffer alone is 128 MB; measured, 230 MB in all in place of 365. */
const PEQUENO = {
  'log.cleaner.dedupe.buffer.size': String(8 * 2 ** 20),
  'num.network.threads': '2',
  'num.io.threads': '4',
}

/** `outras` win. */
export function propriedades(
  dados: string,
  { clientes, interna, controlador }: PortasDoBroker,
  outras: Readonly<Record<string, string>>,
): string {
  const portas = [
    `CLIENTES://${LOCAL}:${clientes}`,
    `INTERNA://${LOCAL}:${interna}`,
    `CONTROLADOR://${LOCAL}:${controlador}`,
  ]
  const todas = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${LOCAL}:${controlador}`,
    'controller.listener.names': 'CONTROLADOR',
    'inter.broker.listener.name': 'INTERNA',
    listeners: portas.join(','),
    'listener.security.protocol.map': protocolos('PLAINTEXT'),
    'log.dirs': dados,
    'auto.create.topics.enable': 'false',
    ...RETENCAO,
    ...SOZINHO,
    ...PEQUENO,
    ...outras,
  }
  const linhas = Object.entries(todas).map(([nome, valor]) => `${nome}=${escapar(valor)}`)
  return `${linhas.join('\n')}\n`
}

/** Of the clients' door; the others stay open, and on this machine alone. */
export const protocolos = (clientes: string): string =>
  `CLIENTES:${clientes},INTERNA:PLAINTEXT,CONTROLADOR:PLAINTEXT`

/** As java.util.Properties reads it, in Latin-1: a PEM has lines, a path may have accents. */
const escapar = (valor: string): string =>
  valor
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
