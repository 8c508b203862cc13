// A service frozen beyond its session, topics that were lost with what stood in them, and orders of
// another architecture beside all that: nothing is lost, doubled, or told where it does not belong.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { ConfigResourceTypes } from '@platformatic/kafka'
import { request } from 'undici'
import { criarSaida } from '../../src/arquiteturas/kafka/outbound.ts'
import { comAdmin } from '../../src/arquiteturas/kafka/topicos.ts'
import { type NomeServico, SERVICOS } from '../../src/contratos/ids.ts'
import { fluxoPorTopico } from '../../src/contratos/topicos.ts'
import type { PedidoVisivel } from '../../src/servicos/pedidos/consultas.ts'
import { ate } from '../ate.ts'
import { abrirCena, type Cena, ler, livrosFecham } from '../cena_kafka.ts'
import { abrirBrokerDeTeste, type BrokerDeTeste, faltaKafka } from '../kafka.ts'
import { lerTudo } from '../kafka_avulso.ts'

const PEDIDOS = 20
const POUCOS = 3
const LIMITE_MS = 20_000
const ALEM_DA_SESSAO_MS = 7_000
const DO_FLUXO = Object.keys(fluxoPorTopico)

const falta = faltaKafka()
if (falta) it('kafka: perdas', { skip: falta })
else
  describe('kafka: perdas', () => {
    let broker: BrokerDeTeste
    let cena: Cena
    before(async () => {
      broker = await abrirBrokerDeTeste()
      cena = await abrirCena(broker.endereco)
    })
    after(async () => {
      await cena?.[Symbol.asyncDispose]()
      await broker?.[Symbol.asyncDispose]()
    })
    const mandarSinal = (sinal: NodeJS.Signals, nomes: readonly NomeServico[]) => {
      for (const nome of nomes) process.kill(cena.bancada.pid(nome)!, sinal)
    }
    const numerosEm = async (topicos: readonly string[]) => {
      const lidas = await lerTudo(broker.conexao, topicos)
      return emOrdem(new Set(lidas.map(({ key }) => Number(key))))
    }

    it('pedidos por rest não andam pelos tópicos, e são contados neles com os outros', async () => {
      const [porKafka, porRest] = await Promise.all([
        cena.encomendar(PEDIDOS),
        cena.encomendar(PEDIDOS, 'rest'),
      ])
      await cena.tudoTermina(LIMITE_MS)
      await cena.emRepouso(LIMITE_MS)
      await cena.terminaram([...porKafka, ...porRest])
      assert.deepEqual(await numerosEm(DO_FLUXO), emOrdem(porKafka))
      const todos = emOrdem([...porKafka, ...porRest])
      for (const topico of ['notificacoes', 'pedidos_concluidos', 'vendas']) {
        assert.deepEqual(await numerosEm([topico]), todos, topico)
      }
    })

    it('um serviço congelado além da sessão volta, e os pedidos terminam', async () => {
      const desde = performance.now()
      mandarSinal('SIGSTOP', ['estoque'])
      const pedidos = await cena.encomendar(PEDIDOS)
      await ate(() => performance.now() - desde > ALEM_DA_SESSAO_MS, LIMITE_MS, 'o gelo')
      mandarSinal('SIGCONT', ['estoque'])
      await cena.tudoTermina(LIMITE_MS)
      await cena.terminaram(pedidos)
    })

    const verPedido = async (pedido: number) =>
      (await ler(cena.bancada.enderecos.pedidos, `/pedidos/${pedido}`)) as PedidoVisivel
    /** The largest message that the topic takes, in bytes. */
    const limitar = (topico: string, value: string) =>
      comAdmin(broker.conexao, (admin) =>
        admin.incrementalAlterConfigs({
          resources: [
            {
              ...{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topico },
              configs: [{ name: 'max.message.bytes', configOperation: 0, value }],
            },
          ],
          validateOnly: false,
        }),
      )

    /** Orders that wait at fiscal; then everything dies at once, and the topics of the flow go. */
    async function perderOsTopicos(
      antesDeVoltar: () => Promise<void>,
      perder = () => comAdmin(broker.conexao, (a) => a.deleteTopics({ topics: DO_FLUXO })),
    ): Promise<number[]> {
      mandarSinal('SIGSTOP', ['fiscal'])
      const pedidos = await cena.encomendar(PEDIDOS)
      const parados = async () => {
        const status = await Promise.all(pedidos.map((pedido) => cena.status(pedido)))
        return status.every((s) => s === 'em_separacao')
      }
      await ate(parados, LIMITE_MS, 'todos esperam por fiscal')
      mandarSinal('SIGSTOP', SERVICOS)
      try {
        await perder()
        await antesDeVoltar()
      } finally {
        mandarSinal('SIGKILL', SERVICOS)
      }
      return pedidos
    }

    /** The next life of each service, frozen now, believes that the machine was started anew. */
    async function envelhecerOBoot(): Promise<void> {
      for (const nome of SERVICOS) {
        using db = new DatabaseSync(join(cena.bancada.diretorio, 'dados', `${nome}.db`))
        const envelhecer = () => {
          try {
            db.exec("update cursores set boot = 'de antes'")
            return true
          } catch {
            // Frozen as it was writing, it would keep the others out for ever.
            mandarSinal('SIGCONT', [nome])
            mandarSinal('SIGSTOP', [nome])
            return false
          }
        }
        await ate(envelhecer, LIMITE_MS, `o boot de ${nome}`)
      }
    }

    it('o que a máquina perdeu ao cair é publicado de novo, e os pedidos terminam', async () => {
      const pedidos = await perderOsTopicos(envelhecerOBoot)
      await cena.tudoTermina(LIMITE_MS)
      await cena.terminaram(pedidos)
    })

    it('o que se perdeu sem a máquina cair anda quando alguém retoma o pedido', async () => {
      const pedidos = await perderOsTopicos(async () => undefined)
      const abertos = () => cena.abertos().catch(() => undefined)
      await ate(async () => (await abertos()) === PEDIDOS, LIMITE_MS, 'pedidos está de volta')
      for (const pedido of pedidos)
        await cena.mudar('pedidos', `/interno/pedidos/${pedido}/retomar`, {})
      await cena.tudoTermina(LIMITE_MS)
      await cena.terminaram(pedidos)
    })

    const publicado = async () => {
      const { publicacao } = (await ler(cena.bancada.enderecos.pedidos, '/interno/kafka')) as {
        publicacao?: { pendentes: number }
      }
      return publicacao?.pendentes === 0
    }

    it('o fim dos tópicos perdido por baixo do já confirmado não esconde o que vem', async () => {
      const guardados = await broker.guardar(DO_FLUXO)
      const velhos = await cena.encomendar(PEDIDOS)
      await cena.tudoTermina(LIMITE_MS)
      await cena.emRepouso(LIMITE_MS)
      await guardados.devolver()
      // As many as to reach over the place from which antifraude would read on.
      mandarSinal('SIGSTOP', ['antifraude'])
      const novos = await cena.encomendar(PEDIDOS + POUCOS)
      await broker.reiniciar()
      await ate(() => publicado().catch(() => false), LIMITE_MS, 'os novos estão no tópico')
      mandarSinal('SIGCONT', ['antifraude'])
      await cena.tudoTermina(LIMITE_MS)
      await cena.terminaram([...velhos, ...novos])
    })

    it('o mesmo com a máquina: o que estava a caminho é publicado de novo, e termina', async () => {
      const guardados = await broker.guardar(DO_FLUXO)
      const velhos = await cena.encomendar(PEDIDOS)
      await cena.tudoTermina(LIMITE_MS)
      const parados = await perderOsTopicos(envelhecerOBoot, guardados.devolver)
      await broker.reiniciar()
      const novos = await cena.encomendar(POUCOS)
      await cena.tudoTermina(LIMITE_MS)
      await cena.terminaram([...velhos, ...parados, ...novos])
    })

    it('tópicos perdidos com tudo no ar são feitos de novo, e nenhum pedido se perde', async () => {
      await comAdmin(broker.conexao, (admin) => admin.deleteTopics({ topics: DO_FLUXO }))
      const pedidos = await cena.encomendar(PEDIDOS)
      await cena.tudoTermina(LIMITE_MS)
      await cena.terminaram(pedidos)
    })

    it('tópico que falta é uma falha que passa, nunca uma recusa', async () => {
      const conexao = { ...broker.conexao, renomeados: { pedidos_criados: 'nao-existe' } }
      await using saida = criarSaida(conexao, 'teste')
      const mensagem = { topico: 'pedidos_criados', chave: undefined, valor: Buffer.from('{}') }
      const linhas = [{ id: 1, mensagem: { ...mensagem, cabecalhos: new Map() } }]
      await assert.rejects(saida.publicar(linhas), { codigo: 'servico_indisponivel' })
    })

    it('pedido que nenhum tópico aceita fica retido, também sem Kafka, e é cancelado', async () => {
      await limitar('pedidos_criados', '100')
      const [pedido] = await cena.encomendar(1)
      const retido = async () => (await verPedido(pedido!)).retido?.codigo
      await ate(retido, LIMITE_MS, 'o pedido espera por uma pessoa')
      await broker.matar()
      const { enderecos } = cena.bancada
      const retomar = `${enderecos.pedidos}/interno/pedidos/${pedido}/retomar`
      const semKafka = await request(retomar, { method: 'POST' })
      await semKafka.body.dump()
      assert.equal(semKafka.statusCode, 503)
      assert.equal(await retido(), 'mensagem_invalida')
      await broker.reiniciar()
      await limitar('pedidos_criados', '1000000')
      const cancelar = `${enderecos.pedidos}/pedidos/${pedido}/cancelar`
      await (await request(cancelar, { method: 'POST' })).body.dump()
      await cena.tudoTermina(LIMITE_MS)
      assert.equal(await cena.status(pedido!), 'cancelado')
    })

    it('os livros fecham', async () => {
      await cena.emRepouso(LIMITE_MS)
      await livrosFecham(cena)
    })
  })

const emOrdem = (numeros: Iterable<number>): number[] => [...numeros].sort((a, b) => a - b)
