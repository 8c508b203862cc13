// Whether `npm start` opens kafka, by what was asked for and what the machine has.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { NomeArquitetura } from '../contratos/ids.ts'
import { type Configuracao, lerConfiguracao } from '../infra/configuracao.ts'
import { ErroDeInicio } from '../persistencia/database.ts'
import { decidirKafka, enderecoDoKafka } from './kafka_do_inicio.ts'

const com = (nomes: readonly string[], ambiente: NodeJS.ProcessEnv = {}): Configuracao => ({
  ...lerConfiguracao(ambiente),
  arquiteturas: nomes as readonly NomeArquitetura[],
})

function semJava(t: TestContext): void {
  const { PATH } = process.env
  process.env.PATH = '/nao/existe'
  t.after(() => {
    process.env.PATH = PATH
  })
}

test('sem Java e sem ninguém pedir kafka, as outras abrem e uma linha o diz', async (t) => {
  semJava(t)
  const ditas: string[] = []
  const { configuracao, brokerProprio } = await decidirKafka(
    com(['rest', 'kafka', 'grpc']),
    false,
    (linha) => void ditas.push(linha),
  )
  assert.deepEqual(configuracao.arquiteturas, ['rest', 'grpc'])
  assert.equal(brokerProprio, false)
  assert.match(
    ditas.join(),
    /^Sem a arquitetura kafka: não há Java nesta máquina: .*KAFKA_BROKERS$/,
  )
})

test('sem Java, kafka pedida é um erro de configuração que diz o mesmo', async (t) => {
  semJava(t)
  await assert.rejects(
    decidirKafka(com(['kafka']), true, () => assert.fail()),
    (erro) =>
      erro instanceof ErroDeInicio && erro.exitCode === 2 && /^não há Java/.test(erro.message),
  )
})

test('um Kafka dado, ou kafka fechada, não pede nada da máquina', async (t) => {
  semJava(t)
  for (const configuracao of [
    com(['rest', 'kafka'], { KAFKA_BROKERS: 'um:9092,dois:9092' }),
    com(['rest']),
  ]) {
    const decidido = await decidirKafka(configuracao, true, () => assert.fail())
    assert.deepEqual(decidido, { configuracao, brokerProprio: false })
  }
})

test('o endereço mostrado é o do nosso, ou os do Kafka dado, se kafka está aberta', () => {
  const ambiente = { KAFKA_BROKERS: 'um:9092,dois:9092' }
  assert.equal(enderecoDoKafka(com(['kafka']), 9099), '127.0.0.1:9099')
  assert.equal(enderecoDoKafka(com(['kafka'], ambiente), undefined), 'um:9092,dois:9092')
  assert.equal(enderecoDoKafka(com(['rest'], ambiente), undefined), undefined)
})
