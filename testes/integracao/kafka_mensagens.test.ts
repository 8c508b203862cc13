// A zoo of messages on every topic while good orders flow: each bad one is a dead letter with its
// cause and its place, none holds up a partition, and repeats and stragglers change nothing.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { comAdmin } from '../../src/arquiteturas/kafka/topicos.ts'
import { fluxoPorTopico, grupoDe, type TopicoDeFluxo } from '../../src/contratos/topicos.ts'
import { ate } from '../ate.ts'
import { abrirCena, type Cena, livrosFecham } from '../cena_kafka.ts'
import { abrirBrokerDeTeste, type BrokerDeTeste, faltaKafka } from '../kafka.ts'
import { type Avulso, abrirAvulso, type Lida, lerTudo } from '../kafka_avulso.ts'

const BONS = 60
const LIMITE_MS = 20_000
const CINCO_MB = 5_000_000
const SEIS_MB = 6_000_000
/** Just below what a topic takes: with a cause added, the dead letter is too large. */
const QUASE_1_MB = 1_048_000
/** This one takes larger messages than the others, its dead letters' topic among them. */
const DOS_GRANDES: TopicoDeFluxo = 'pedidos_validos'

const texto = (t: string) => Buffer.from(t)
const cabecalho = (nome: string, valor: string | Buffer) =>
  new Map([[texto(nome), Buffer.from(valor)]])
const boa = texto('{"pedido_id":987654321}')

interface Ruim {
  readonly value?: Buffer
  readonly key?: Buffer
  readonly headers?: Map<Buffer, Buffer>
}
/** No order of ours, so that nobody waits for a person because of them. */
const RUINS: Readonly<Record<string, Ruim>> = {
  'JSON cortado': { value: texto('{"pedido_id":') },
  'lista JSON': { value: texto('[{"pedido_id":987654321}]') },
  'nada: uma lápide': { key: texto('987654321') },
  'valor vazio': { value: texto('') },
  'bytes que não são UTF-8': { value: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) },
  'versão nova do tipo': {
    value: boa,
    headers: cabecalho('ce_type', 'br.quatrovias.PedidoCriado.v2'),
  },
  'CloudEvents 2.0': { value: boa, headers: cabecalho('ce_specversion', '2.0') },
  'JSON muito fundo': {
    value: texto(`{"pedido_id":1e9,"status":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
  },
  'número sem fim': { value: texto('{"pedido_id":1e999,"valor":1e308}') },
  'número de trinta algarismos': { value: texto(`{"pedido_id":"${'9'.repeat(30)}"}`) },
  'palavra desconhecida': { value: texto('{"pedido_id":987654321,"status":"talvez"}') },
  'cabeçalhos do tamanho do tópico': {
    value: texto('?'),
    headers: cabecalho('grande', Buffer.alloc(QUASE_1_MB - 100)),
  },
  'chave do tamanho do tópico': { value: texto('?'), key: Buffer.alloc(QUASE_1_MB - 100) },
}

interface Morta {
  readonly lugar: string
  readonly grupo: string
  readonly codigo: string
  readonly detalhe: string
}
function mortasDe({ bancada }: Cena): Morta[] {
  using db = new DatabaseSync(join(bancada.diretorio, 'dados', 'pedidos.db'), { readOnly: true })
  const sql = `select topico || '/' || particao || '/' || deslocamento as lugar, grupo, codigo,
    detalhe from mortas`
  return db.prepare(sql).all() as unknown as Morta[]
}

const falta = faltaKafka()
if (falta) it('kafka: mensagens ruins', { skip: falta })
else
  describe('kafka: mensagens ruins', () => {
    let broker: BrokerDeTeste
    let cena: Cena
    let avulso: Avulso
    const topicos = Object.keys(fluxoPorTopico) as TopicoDeFluxo[]
    before(async () => {
      broker = await abrirBrokerDeTeste()
      await comAdmin(broker.conexao, (admin) =>
        admin.createTopics({
          topics: [DOS_GRANDES],
          ...{ partitions: 3, replicas: 1 },
          configs: [{ name: 'max.message.bytes', value: String(SEIS_MB) }],
        }),
      )
      cena = await abrirCena(broker.endereco)
      avulso = abrirAvulso(broker.conexao)
    })
    after(async () => {
      await avulso?.[Symbol.asyncDispose]()
      await cena?.[Symbol.asyncDispose]()
      await broker?.[Symbol.asyncDispose]()
    })
    const lidaPor = (topic: TopicoDeFluxo, lugar: string) =>
      fluxoPorTopico[topic].leitores.map((servico) => `${grupoDe(servico)} ${lugar}`)

    it('cada uma morre com a sua causa e o seu lugar, e os pedidos bons terminam', async () => {
      const encomendados = cena.encomendar(BONS)
      const esperadas: string[] = []
      for (const topic of topicos) {
        for (const ruim of Object.values(RUINS)) {
          esperadas.push(...lidaPor(topic, await avulso.mandar({ topic, ...ruim })))
        }
      }
      const grande = { topic: DOS_GRANDES, value: Buffer.alloc(CINCO_MB, 'x') }
      esperadas.push(...lidaPor(DOS_GRANDES, await avulso.mandar(grande)))
      const pedidos = await encomendados
      await cena.tudoTermina(LIMITE_MS)
      await cena.terminaram(pedidos)
      await ate(() => mortasDe(cena).length >= esperadas.length, LIMITE_MS, 'todas mortas')
      await cena.emRepouso(LIMITE_MS)
      const mortas = mortasDe(cena)
      assert.deepEqual(mortas.map((m) => `${m.grupo} ${m.lugar}`).sort(), esperadas.sort())
      const semCausa = mortas.filter((m) => m.codigo !== 'mensagem_invalida' || m.detalhe === '')
      assert.deepEqual(semCausa, [])
    })

    it('repetidas, fora de ordem e sem chave: nada muda e ninguém morre', async () => {
      const antes = mortasDe(cena).length
      const lidas = (await lerTudo(broker.conexao, topicos)).filter(ehBoa)
      assert.ok(lidas.length > BONS)
      for (const { topic, value } of lidas.toReversed()) {
        await avulso.mandar({ topic, value: texto(value) })
      }
      await cena.emRepouso(LIMITE_MS)
      assert.equal(mortasDe(cena).length, antes)
    })

    it('a mesma com outro conteúdo morre, e o que foi feito fica', async () => {
      const antes = mortasDe(cena).length
      const [paga] = (await lerTudo(broker.conexao, ['pagamentos_processados'])).filter(ehBoa)
      const dito = JSON.parse(paga!.value)
      const mandar = (mudado: object, headers: Map<Buffer, Buffer>) => {
        const value = texto(JSON.stringify({ ...dito, ...mudado }))
        return avulso.mandar({ topic: 'pagamentos_processados', value, headers })
      }
      const nossa = cabecalho('ce_source', '/quatrovias/pagamentos')
      const lugares = [
        await mandar({ valor: 0.01, valor_centavos: 1 }, new Map()),
        await mandar({ itens: [{ produto_id: 2, quantidade: 9 }] }, nossa),
      ]
      const esperadas = [
        ...lugares.map((lugar) => `estoque-group comando_divergente ${lugar}`),
        // The wrong amount, for which pedidos would say that it was paid.
        `pedidos-group comando_divergente ${lugares[0]}`,
      ]
      const chegaram = () => mortasDe(cena).length >= antes + esperadas.length
      await ate(chegaram, LIMITE_MS, 'as mortas')
      const mortas = mortasDe(cena).slice(antes)
      const ditas = mortas.map(({ grupo, codigo, lugar }) => `${grupo} ${codigo} ${lugar}`)
      assert.deepEqual(ditas.sort(), esperadas.sort())
    })

    it('os livros fecham', () => livrosFecham(cena))
  })

const ehBoa = ({ value }: Lida): boolean => /^\{"pedido_id":1\d{3},/.test(value)
