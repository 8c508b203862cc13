// Three brokers as one: what was acknowledged outlives one of them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ate } from '../ate.ts'
import { faltaKafka } from '../kafka.ts'
import { consumir, criarTopico, produzir } from '../kafka_cliente.ts'
import { abrirClusterDeTeste } from '../kafka_cluster.ts'

const LIMITE_MS = 30_000

test('com um de três mortos as mensagens entram e saem, e nada se perde', {
  skip: faltaKafka(),
}, async (t) => {
  const desde = performance.now()
  await using cluster = await abrirClusterDeTeste()
  t.diagnostic(`três no ar em ${Math.round(performance.now() - desde)} ms`)
  const { conexao } = cluster
  await criarTopico(conexao, 'vendas')
  // Nothing is tried again by the client: until each of them knows the topic, and after a death
  // until another leads, it is refused.
  const entrar = (valor: string) => {
    const entrou = () =>
      produzir(conexao, 'vendas', valor).then(
        () => true,
        () => false,
      )
    return ate(entrou, LIMITE_MS, `mensagem ${valor} aceita`)
  }
  await entrar('um')
  await cluster.matar(0)
  await entrar('dois')
  await cluster.reiniciar(0)
  const valores = await consumir(conexao, 'vendas', 2)
  assert.deepEqual(valores, ['um', 'dois'])
})
