// A broker that is not there: at the start, for a minute, frozen, or gone during a rebalance.
// Orders are accepted all the same, no process ends, and what waited flows soon after its return.
import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import { after, before, describe, it } from 'node:test'
import { Consumer } from '@platformatic/kafka'
import { opcoesDoCliente } from '../../src/arquiteturas/kafka/conexao.ts'
import { iniciarConsumidor } from '../../src/arquiteturas/kafka/consumidor.ts'
import { comAdmin } from '../../src/arquiteturas/kafka/topicos.ts'
import { SERVICOS } from '../../src/contratos/ids.ts'
import { ate } from '../ate.ts'
import { abrirCena, type Cena, livrosFecham } from '../cena_kafka.ts'
import { abrirBrokerDeTeste, type BrokerDeTeste, faltaKafka } from '../kafka.ts'
import { abrirAvulso } from '../kafka_avulso.ts'

const LIMITE_MS = 20_000
/**
 * Twice what docs promise of the time from the broker's return to the end of what waited: other
 * tests run beside this one.
 */
const VOLTA_MS = 20_000
const PEDIDOS = 30
/** How long it stays away, and how often meanwhile some more orders come. */
const UM_MINUTO_MS = 60_000
const AOS_POUCOS_MS = 6_000
const POUCOS = 5
/** Beyond the session of a group's member, and beyond what a request waits for. */
const ALEM_DA_SESSAO_MS = 8_000
const SESSAO_CURTA_MS = 3_000

const falta = faltaKafka()
if (falta) it('kafka: broker fora', { skip: falta })
else {
  describe('kafka: broker fora', () => {
    let broker: BrokerDeTeste
    let cena: Cena
    before(async () => {
      broker = await abrirBrokerDeTeste()
      await broker.matar()
      cena = await abrirCena(broker.endereco)
    })
    after(async () => {
      await cena?.[Symbol.asyncDispose]()
      await broker?.[Symbol.asyncDispose]()
    })

    it('sem ele no início os pedidos são aceitos, e terminam quando ele chega', async () => {
      const pedidos = await cena.encomendar(PEDIDOS)
      await broker.reiniciar()
      await cena.tudoTermina(VOLTA_MS)
      await cena.terminaram(pedidos)
    })

    it('morto um minuto com pedidos a caminho: outros são aceitos, e todos terminam', async () => {
      const fluxo = cena.fluxo()
      await fluxo.correndo()
      const desde = performance.now()
      const morto = () => performance.now() - desde
      await broker.matar()
      const pedidos = await fluxo.parar()
      for (let deles = AOS_POUCOS_MS; deles <= UM_MINUTO_MS; deles += AOS_POUCOS_MS) {
        await ate(() => morto() >= deles, UM_MINUTO_MS, `${deles} ms sem broker`)
        pedidos.push(...(await cena.encomendar(POUCOS)))
      }
      assert.ok((await cena.abertos()) >= POUCOS * (UM_MINUTO_MS / AOS_POUCOS_MS))
      await broker.reiniciar()
      await cena.tudoTermina(VOLTA_MS)
      await cena.terminaram(pedidos)
    })

    it('congelado além da sessão com pedidos a caminho: o mesmo', async () => {
      const fluxo = cena.fluxo()
      await fluxo.correndo()
      const desde = performance.now()
      broker.congelar()
      const pedidos = [...(await fluxo.parar()), ...(await cena.encomendar(PEDIDOS))]
      await ate(() => performance.now() - desde > ALEM_DA_SESSAO_MS, LIMITE_MS, 'o gelo')
      broker.descongelar()
      await cena.tudoTermina(VOLTA_MS)
      await cena.terminaram(pedidos)
    })

    it('nenhum processo terminou por causa disso, e os livros fecham', async () => {
      assert.deepEqual(
        SERVICOS.map((nome) => cena.bancada.reinicios(nome)),
        SERVICOS.map(() => 0),
      )
      await cena.emRepouso(LIMITE_MS)
      await livrosFecham(cena)
    })
  })

  it('morto enquanto o grupo se rearranja: o membro vive, e volta a ler', async () => {
    const propriedades = { 'group.min.session.timeout.ms': '1000' }
    await using broker = await abrirBrokerDeTeste({ propriedades })
    const { conexao } = broker
    const topics = ['t']
    await comAdmin(conexao, (a) => a.createTopics({ topics, partitions: 3, replicas: 1 }))
    const lidas: string[] = []
    await using avulso = abrirAvulso(conexao)
    const mandar = (dita: string) =>
      ate(
        () => avulso.mandar({ topic: 't', value: Buffer.from(dita) }).catch(() => undefined),
        LIMITE_MS,
        `mandada ${dita}`,
      )
    await using _consumidor = iniciarConsumidor({
      ...{ conexao, quem: 'nosso', grupo: 'g', instancia: undefined, topicos: topics },
      tratar: async ({ valor }) => void lidas.push(String(valor)),
      aoFalhar: () => undefined,
    })
    await mandar('antes')
    await ate(() => lidas.includes('antes'), LIMITE_MS, 'a primeira é lida')
    await using pilha = new AsyncDisposableStack()
    const entrar = (quem: string) => {
      const membro = new Consumer({
        ...opcoesDoCliente(conexao, quem),
        ...{ groupId: 'g', sessionTimeout: SESSAO_CURTA_MS, rebalanceTimeout: LIMITE_MS },
        heartbeatInterval: SESSAO_CURTA_MS - 1,
      })
      pilha.adopt(membro, (m) => m.close(true).catch(() => undefined))
      membro.on('error', () => undefined)
      membro.topics.track('t')
      return membro.joinGroup({})
    }
    // Silent from now on, so that the next one's arrival leaves everybody waiting for it.
    await entrar('mudo')
    const rejuntando = reentradaDe('nosso')
    entrar('outro').catch(() => undefined)
    await rejuntando
    await broker.matar()
    await pilha.disposeAsync()
    await broker.reiniciar()
    for (const dita of ['um', 'dois', 'três']) await mandar(dita)
    const todas = () => ['um', 'dois', 'três'].every((dita) => lidas.includes(dita))
    await ate(todas, 2 * LIMITE_MS, 'as de depois são lidas, em todas as partições')
  })
}

/** Resolves when this client has asked to join its group once more. */
function reentradaDe(quem: string): Promise<void> {
  const canal = channel('tracing:plt:kafka:consumer:group:start')
  return new Promise((resolver) => {
    const ouvir = (dito: unknown) => {
      const { client, operation } = dito as { client: { clientId: string }; operation: string }
      if (client.clientId !== quem || operation !== 'joinGroup') return
      canal.unsubscribe(ouvir)
      resolver()
    }
    canal.subscribe(ouvir)
  })
}
