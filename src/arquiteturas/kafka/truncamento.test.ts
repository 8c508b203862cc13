// A log that lost its end and grew again past what the group had confirmed: what it grew is read,
// and what stood there before is not read once more.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ate } from '../../../testes/ate.ts'
import { abrirBrokerDeTeste, faltaKafka } from '../../../testes/kafka.ts'
import { abrirAvulso } from '../../../testes/kafka_avulso.ts'
import type { ConexaoKafka } from './conexao.ts'
import { iniciarConsumidor } from './consumidor.ts'
import { comAdmin } from './topicos.ts'

const LIMITE_MS = 30_000
const QUEM = { quem: 'nosso', grupo: 'g', instancia: 'maquina:1', topicos: ['t', 'u'] }
const ANTES = ['um', 'dois', 'três']
const PERDIDAS = ['quatro', 'cinco', 'seis']
const NOVAS = ['sete', 'oito', 'nove', 'dez', 'onze']

for (const [onde, novas] of [
  ['aquém do', NOVAS.slice(1 - PERDIDAS.length)],
  ['até o', NOVAS.slice(-PERDIDAS.length)],
  ['além do', NOVAS],
] as const) {
  test(`o log que perdeu o fim e cresceu de novo ${onde} confirmado é lido desde o corte`, {
    skip: faltaKafka(),
  }, async () => {
    await using broker = await abrirBrokerDeTeste()
    const { conexao } = broker
    await comAdmin(conexao, (a) => a.createTopics({ topics: QUEM.topicos, partitions: 1 }))
    const { lidas, ler } = criarLeitor(conexao)
    await mandar(conexao, ANTES)
    await ler(ANTES.at(-1)!)
    const guardados = await broker.guardar(['t'])
    await mandar(conexao, PERDIDAS)
    await ler(PERDIDAS.at(-1)!)
    await guardados.devolver()
    await broker.reiniciar()
    await mandar(conexao, novas)
    await ler(novas.at(-1)!)
    assert.deepEqual(lidas, [...ANTES, ...PERDIDAS, ...novas])
  })
}

/** `ler` is a life of the member, until it has read `ultima` and confirmed all. */
function criarLeitor(conexao: ConexaoKafka) {
  const lidas: string[] = []
  return {
    lidas,
    async ler(ultima: string): Promise<void> {
      await using consumidor = iniciarConsumidor({
        ...{ conexao, ...QUEM },
        tratar: async ({ valor }) => void lidas.push(String(valor)),
        aoFalhar: () => undefined,
      })
      await ate(() => lidas.includes(ultima), LIMITE_MS, `lida ${ultima}`)
      const feita = async () => (await consumidor.atraso()).get('t')?.[0] === 0
      await ate(() => feita().catch(() => false), LIMITE_MS, `confirmada ${ultima}`)
    },
  }
}

async function mandar(conexao: ConexaoKafka, ditas: readonly string[]): Promise<void> {
  await using avulso = abrirAvulso(conexao)
  for (const dita of ditas) {
    const mandada = () => avulso.mandar({ topic: 't', value: Buffer.from(dita) })
    await ate(() => mandada().catch(() => undefined), LIMITE_MS, `mandada ${dita}`)
  }
}
