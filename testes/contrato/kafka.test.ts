// The contract suite over publish/subscribe, on a real broker of its own.
import { after, before, it } from 'node:test'
import { abrirBrokerDeTeste, type BrokerDeTeste, faltaKafka } from '../kafka.ts'
import { cancelamento } from './cancelamento.features.ts'
import { concorrencia } from './concorrencia.features.ts'
import { falhas } from './falhas.features.ts'
import { fluxo } from './fluxo.features.ts'
import { repeticoes } from './repeticoes.features.ts'
import { retidos } from './retidos.features.ts'
import { abrirKafkaDeTeste } from './sistema_kafka.ts'

const falta = faltaKafka()
if (falta) it('kafka: contrato', { skip: falta })
else contrato()

function contrato(): void {
  let broker: BrokerDeTeste
  before(async () => {
    broker = await abrirBrokerDeTeste()
  })
  after(() => broker?.[Symbol.asyncDispose]())
  const abrir = (ambiente?: Record<string, string>) => abrirKafkaDeTeste(broker, ambiente)
  /** So long do we look for an order's end: only `falhas` is about who asks no longer. */
  const semPressa = (ambiente?: Record<string, string>) =>
    abrir({ QUATROVIAS_PRAZO_MS: '20000', ...ambiente })
  fluxo('kafka', semPressa)
  repeticoes('kafka', semPressa)
  cancelamento('kafka', semPressa)
  falhas('kafka', abrir)
  retidos('kafka', semPressa)
  concorrencia('kafka', abrir)
}
