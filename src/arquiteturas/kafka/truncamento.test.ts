// A log that lost its end and grew again, short of what the group had confirmed or past it: what it
// grew is read, and what stood there before is not read once more.
import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import { type ClusterMetadata, Consumer } from '@platformatic/kafka'
import { ate } from '../../../testes/ate.ts'
import { abrirBrokerDeTeste, type BrokerDeTeste, faltaKafka } from '../../../testes/kafka.ts'
import { opcoesDoCliente } from './conexao.ts'
import { iniciarConsumidor } from './consumidor.ts'
import type { Membro } from './membro.ts'
import { criarSaida } from './outbound.ts'
import { comAdmin } from './topicos.ts'

const LIMITE_MS = 30_000
const ANTES = ['um', 'dois', 'três']
const PERDIDAS = ['quatro', 'cinco', 'seis']
const NOVAS = ['sete', 'oito', 'nove', 'dez', 'onze']
const CASOS = [
  { topico: 'aquem', onde: 'aquém do confirmado', novas: NOVAS.slice(1 - PERDIDAS.length) },
  { topico: 'ate', onde: 'até o confirmado', novas: NOVAS.slice(-PERDIDAS.length) },
  { topico: 'alem', onde: 'além do confirmado', novas: NOVAS },
] as const

const falta = faltaKafka()
if (falta) it('truncamento', { skip: falta })
else
  describe('o log que perdeu o fim', () => {
    let broker: BrokerDeTeste
    before(async () => {
      broker = await abrirBrokerDeTeste()
    })
    after(() => broker?.[Symbol.asyncDispose]())

    for (const { topico, onde, novas } of CASOS) {
      it(`e cresceu de novo ${onde} é lido desde o corte`, async () => {
        const { lidas, mandar, ler } = await abrir(broker, topico)
        await mandar(ANTES)
        await ler(ANTES)
        const guardados = await broker.guardar([topico])
        await mandar(PERDIDAS)
        await ler(PERDIDAS)
        await guardados.devolver()
        await broker.reiniciar()
        await mandar(novas)
        await ler(novas)
        assert.deepEqual(lidas, [...ANTES, ...PERDIDAS, ...novas])
      })
    }

    it('e cresceu de novo sob quem não lia, de tão ocupado, é lido desde o corte', async () => {
      const { lidas, mandar, ler } = await abrir(broker, 'ocupado')
      await mandar(ANTES)
      const guardados = await broker.guardar(['ocupado'])
      const [velhas, novas] = [muitas('velha', 300), muitas('nova', 400)]
      await mandar(velhas)
      const { membros } = ouvir()
      const portao = Promise.withResolvers<void>()
      const lendo = ler(novas, async () => {
        if (lidas.length > 100) await portao.promise
      })
      await ate(() => lidas.length > 100, LIMITE_MS, 'ocupado')
      // Of what it just heard it makes use for five seconds.
      await once(membros[0]!, 'client:metadata')
      await guardados.devolver()
      await broker.reiniciar()
      await mandar(novas)
      portao.resolve()
      await lendo
      assert.equal(
        lidas.find((dita) => novas.includes(dita)),
        novas[0],
      )
    })

    it('e já é outro, de épocas que ninguém conhece, é lido desde o começo', async () => {
      const { lidas, mandar, ler } = await abrir(broker, 'outro')
      await mandar(ANTES)
      await confirmarPorFora(broker, 'outro')
      await ler(ANTES)
      assert.deepEqual(lidas, ANTES)
    })

    it('com outro líder, em plena leitura, faz perguntar de novo pelo corte', async () => {
      const { mandar, ler } = await abrir(broker, 'eleito')
      await mandar(ANTES)
      const { membros, perguntas } = ouvir()
      const lendo = ler([...ANTES, ...NOVAS])
      await ate(() => perguntas.length === 1, LIMITE_MS, 'perguntado')
      const [membro] = membros
      await ate(() => membro?.lastHeartbeat, LIMITE_MS, 'no grupo')
      membro!.emit('client:metadata', comOutroLider(await membro!.metadata({ topics: ['eleito'] })))
      await ate(() => perguntas.length === 2, LIMITE_MS, 'perguntado de novo')
      await mandar(NOVAS)
      await lendo
      assert.equal(perguntas.length, 2)
    })

    it('uma leitura que quebra enquanto se pergunta pelo corte só começa de novo', async () => {
      const { lidas, mandar, ler } = await abrir(broker, 'quebrada')
      await mandar(ANTES)
      await ler(ANTES)
      const { leitores } = ouvir((leitor) => leitor.destroy(new Error('quebrada')))
      await mandar(NOVAS)
      await ler(NOVAS)
      assert.equal(leitores[0]?.errored?.message, 'quebrada')
      assert.deepEqual(lidas, [...ANTES, ...NOVAS])
    })
  })

/** A topic of its own; each `ler` is a life of its one member, until all is read and confirmed. */
async function abrir({ conexao }: BrokerDeTeste, topico: string) {
  await comAdmin(conexao, (a) => a.createTopics({ topics: [topico], partitions: 1 }))
  const quem = { quem: 'nosso', grupo: topico, instancia: 'maquina:1', topicos: [topico] }
  const lidas: string[] = []
  return {
    lidas,
    async mandar(ditas: readonly string[]): Promise<void> {
      await using saida = criarSaida(conexao, 'teste')
      const mensagens = ditas.map((dita) => ({
        ...{ topico, chave: undefined, valor: Buffer.from(dita), cabecalhos: new Map() },
      }))
      const mandadas = () => saida.mandar(mensagens).then(() => true)
      await ate(() => mandadas().catch(() => false), LIMITE_MS, `mandadas: ${ditas}`)
    },
    /** One at a time; with each it is `ocupado` for so long. */
    async ler(ditas: readonly string[], ocupado = async () => {}): Promise<void> {
      await using consumidor = iniciarConsumidor({
        ...{ conexao, ...quem, janela: 1 },
        async tratar({ valor }) {
          lidas.push(String(valor))
          await ocupado()
        },
        aoFalhar: () => undefined,
      })
      const todas = () => ditas.every((dita) => lidas.includes(dita))
      await ate(todas, LIMITE_MS, `lidas: ${ditas}`)
      const feitas = async () => (await consumidor.atraso()).get(topico)?.[0] === 0
      await ate(() => feitas().catch(() => false), LIMITE_MS, `confirmadas: ${ditas}`)
    },
  }
}

const muitas = (dita: string, quantas: number) =>
  Array.from({ length: quantas }, (_, i) => `${dita} ${i}`)

/** More than the group read, in an epoch that never was. */
async function confirmarPorFora({ conexao }: BrokerDeTeste, topico: string): Promise<void> {
  const outro = new Consumer({ ...opcoesDoCliente(conexao, 'outro'), groupId: topico })
  await outro.joinGroup({})
  const offset = BigInt(ANTES.length - 1)
  await outro.commit({ offsets: [{ topic: topico, partition: 0, offset, leaderEpoch: 99 }] })
  await outro.close(true)
}

/** Members and streams made, and questions asked, from now on; `aoPerguntar` at the first. */
function ouvir(aoPerguntar?: (leitor: Readable) => void) {
  const membros: Membro[] = []
  const leitores: Readable[] = []
  const perguntas: unknown[] = []
  channel('plt:kafka:instances').subscribe((dito) => {
    const { type, instance } = dito as { type: string; instance: unknown }
    if (type === 'consumer') membros.push(instance as Membro)
    else if (type === 'messages-stream') leitores.push(instance as Readable)
  })
  channel('tracing:plt:kafka:admin:consumerGroupOffsets:start').subscribe((pergunta) => {
    if (perguntas.push(pergunta) === 1) aoPerguntar?.(leitores[0]!)
  })
  return { membros, leitores, perguntas }
}

const comOutroLider = (metadados: ClusterMetadata): ClusterMetadata => ({
  ...metadados,
  topics: new Map(
    [...metadados.topics].map(([nome, topico]) => [
      nome,
      {
        ...topico,
        partitions: topico.partitions.map((p) => ({ ...p, leaderEpoch: p.leaderEpoch + 1 })),
      },
    ]),
  ),
})
