// The contract suite over publish/subscribe, on a real broker of its own.
import { after, before, it } from 'node:test'
import { abrirBrokerDeTeste, type BrokerDeTeste, faltaKafka } from '../kafka.ts'
import { cancelamento } from './cancelamento.features.ts'
import { concorrencia } from './concorrencia.features.ts'
import { falhas } from './falhas.features.ts'
import { fluxo } from './fluxo.features.ts'
import { repeticoes } from './repeticoes.features.ts'
import { retidos } from './retidos.features.ts'
import { semPressa } from './sistema.ts'
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
  fluxo('kafka', semPressa(abrir))
  repeticoes('kafka', semPressa(abrir))
  cancelamento('kafka', semPressa(abrir))
  falhas('kafka', abrir)
  retidos('kafka', semPressa(abrir))
  concorrencia('kafka', abrir)
}
