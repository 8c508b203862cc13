// Every message of every topic, audited by the real process beside the seven services: the counts
// are the topics' own, whatever the messages are and whenever the process dies.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { compatibilityPartitioner, ProduceAcks, Producer } from '@platformatic/kafka'
import { opcoesDoCliente } from '../../src/arquiteturas/kafka/conexao.ts'
import { comAdmin, garantirTopicos } from '../../src/arquiteturas/kafka/topicos.ts'
import { comandoMensagens } from '../../src/cli/mensagens.ts'
import { abrirTerminal } from '../../src/cli/terminal_de_teste.ts'
import type {
  ContagemDaParticao,
  MensagemInteira,
  MensagemNaLista,
  PaginaDeMensagens,
} from '../../src/contratos/mensagens_auditadas.ts'
import { TODOS_OS_TOPICOS } from '../../src/contratos/topicos.ts'
import { credenciaisDe, requisitar } from '../../src/gateway/gateway_de_teste.ts'
import * as respostas from '../../src/gateway/respostas.ts'
import { lerConfiguracao } from '../../src/infra/configuracao.ts'
import { argumentosDe } from '../../src/infra/processos.ts'
import { ate } from '../ate.ts'
import { abrirCena, type Cena, ler } from '../cena_kafka.ts'
import { abrirBrokerDeTeste, type BrokerDeTeste, faltaKafka } from '../kafka.ts'
import { portasLivres } from './portas_livres.ts'

const LIMITE_MS = 20_000
const PEDIDOS = 20
const MUITAS = 30_000
const GRANDE_BYTES = 5_000_000

const falta = faltaKafka()
if (falta) it('kafka: monitoramento', { skip: falta })
else describe('kafka: monitoramento', monitoramento)

function monitoramento(): void {
  const pilha = new AsyncDisposableStack()
  after(() => pilha.disposeAsync())
  let broker: BrokerDeTeste
  let cena: Cena
  let produtor: Producer<Buffer, Buffer, Buffer, Buffer>
  let processo: ChildProcess
  let url: string
  let pedidos: number[]
  const banco = () => join(cena.bancada.diretorio, 'dados', 'monitoramento.db')

  function levantar(): void {
    const env = {
      ...{ PATH: process.env.PATH, QUATROVIAS_DIR: cena.bancada.diretorio },
      ...{ KAFKA_BROKERS: broker.endereco, KAFKA_PARTICOES: '3' },
      MONITORAMENTO_PORTA: new URL(url).port,
    }
    processo = spawn(process.execPath, argumentosDe('monitoramento'), { env, stdio: 'ignore' })
  }
  async function matar(): Promise<void> {
    if (processo.exitCode !== null || processo.signalCode !== null) return
    const saiu = once(processo, 'exit')
    processo.kill('SIGKILL')
    await saiu
  }

  before(async () => {
    const propriedades = { 'message.max.bytes': String(2 * GRANDE_BYTES) }
    broker = pilha.use(await abrirBrokerDeTeste({ propriedades }))
    url = `http://127.0.0.1:${(await portasLivres()).ambiente.MONITORAMENTO_PORTA}`
    const ambiente = { KAFKA_PARTICOES: '3', MONITORAMENTO_URL: url }
    cena = pilha.use(await abrirCena(broker.endereco, { ambiente, gateway: true }))
    const cliente = opcoesDoCliente(broker.conexao, 'teste')
    produtor = new Producer({ ...cliente, partitioner: compatibilityPartitioner })
    pilha.defer(() => produtor.close())
    levantar()
    pilha.defer(matar)
    pedidos = await cena.encomendar(PEDIDOS)
    await cena.tudoTermina(LIMITE_MS)
    await cena.emRepouso(LIMITE_MS)
  })

  const contagens = async () =>
    (await ler(url, '/interno/mensagens/contagens')) as ContagemDaParticao[]
  const auditadas = async () =>
    (await contagens()).reduce((soma, contagem) => soma + contagem.auditadas, 0)
  const procurar = async (busca: Record<string, string>) => {
    const caminho = `/interno/mensagens?${new URLSearchParams(busca)}`
    return ((await ler(url, caminho)) as PaginaDeMensagens).mensagens
  }
  const ver = async ({ topico, particao, offset }: MensagemNaLista) =>
    (await ler(url, `/interno/mensagens/${topico}/${particao}/${offset}`)) as MensagemInteira

  /** `topico/particao: n`, asked here of the cluster: nothing was ever removed from it. */
  const fins = (): Promise<string[]> =>
    comAdmin(broker.conexao, async (admin) => {
      const vistas = Map.groupBy(await contagens(), ({ topico }) => topico)
      const topics = [...vistas].map(([name, deles]) => ({
        name,
        partitions: deles.map((c) => ({ partitionIndex: c.particao, timestamp: -1n })),
      }))
      const listados = await admin.listOffsets({ topics })
      return listados.flatMap(({ name, partitions }) =>
        partitions.map((p) => `${name}/${p.partitionIndex}: ${p.offset}`),
      )
    })

  /** Answers how many messages there are, over all topics. */
  async function conferirTudo(): Promise<number> {
    const esperadas = (await ate(() => fins().catch(() => undefined), LIMITE_MS, 'fins')).toSorted()
    let lidas: ContagemDaParticao[] = []
    const batem = async () => {
      lidas = await contagens().catch(() => [])
      const auditadas = lidas.map((c) => `${c.topico}/${c.particao}: ${c.auditadas}`)
      return auditadas.toSorted().join() === esperadas.join()
    }
    await ate(batem, LIMITE_MS, 'as contagens batem').catch(() => undefined)
    const auditadas = lidas.map((c) => `${c.topico}/${c.particao}: ${c.auditadas}`)
    assert.deepEqual(auditadas.toSorted(), esperadas)
    assert.deepEqual([...new Set(lidas.map(({ topico }) => topico))], TODOS_OS_TOPICOS)
    for (const { faltam, compactado } of lidas) assert.equal(faltam, compactado ? null : 0)
    return lidas.reduce((soma, c) => soma + c.auditadas, 0)
  }

  it('de cada tópico, o que se auditou é tudo o que há nele', async () => {
    // One order passes by nine topics at least.
    assert.ok((await conferirTudo()) >= 9 * PEDIDOS)
  })

  it('o rastro mostra, em cada passo, as mensagens que o contam', async () => {
    const { gateway, diretorio } = cena.bancada
    const { operador } = credenciaisDe(lerConfiguracao({ QUATROVIAS_DIR: diretorio }))
    const entrada = await requisitar(gateway, 'POST', '/auth/login', { corpo: operador })
    const token = String(entrada.json.token)
    const [id] = pedidos
    // Without them where monitoramento does not answer in half a second, as on a busy machine.
    const comMensagens = async () => {
      const { status, json } = await requisitar(gateway, 'GET', `/pedidos/${id}/rastro`, { token })
      assert.equal(status, 200)
      const rastro = respostas.rastro.strict().parse(json)
      return rastro.outras_mensagens && rastro
    }
    const { passos, outras_mensagens } = await ate(comMensagens, LIMITE_MS, 'as mensagens')
    assert.deepEqual(outras_mensagens, [])
    const topicosDe = (evento: string) =>
      passos.find((passo) => passo.evento === evento)?.mensagens?.map(({ topico }) => topico)
    assert.deepEqual(topicosDe('NotaEmitida'), ['nf_emitida'])
    assert.deepEqual(topicosDe('EstoqueSeparado'), ['estoque_separado'])
    assert.ok(topicosDe('PedidoConcluido')?.includes('vendas'))
    const contadas = passos.flatMap(({ mensagens = [] }) => mensagens)
    assert.equal(contadas.length, (await procurar({ pedido: String(id), limite: '200' })).length)
  })

  it('binária, sem chave, sem valor, de 5 MB e com cabeçalho que não é texto', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0x1b])
    const texto = (dito: string) => Buffer.from(dito)
    const grande = texto(`{"pedido_id":77,"x":"${'ã'.repeat(GRANDE_BYTES / 2)}"}`)
    const estranhas = [
      { key: bytes, value: bytes, headers: new Map([[texto('estranha'), bytes]]) },
      { value: texto('estranha sem chave') },
      { key: texto('78'), headers: new Map([[texto('estranha'), texto('lápide')]]) },
      { key: texto('estranha grande'), value: grande },
    ]
    for (const estranha of estranhas) {
      // The client's types ask for a value; the protocol does not.
      const mensagem = { topic: 'vendas', partition: 1, ...estranha } as never
      await produtor.send({ acks: ProduceAcks.ALL, messages: [mensagem] })
    }
    await conferirTudo()
    const lidas = (await procurar({ texto: 'estranha' })).toReversed()
    const [binaria, semChave, lapide, enorme] = await Promise.all(lidas.map(ver))
    const conteudo = { codificacao: 'base64', conteudo: '/wAb' }
    assert.deepEqual([binaria?.chave, binaria?.valor], [conteudo, conteudo])
    assert.deepEqual(binaria?.cabecalhos, [{ nome: 'estranha', valor: conteudo }])
    assert.deepEqual([semChave?.chave, semChave?.pedido_id], [null, null])
    assert.deepEqual([lapide?.valor, lapide?.tamanho, lapide?.pedido_id], [null, null, 78])
    assert.deepEqual([enorme?.tamanho, enorme?.cortado], [grande.length, true])
    assert.equal(enorme?.pedido_id, 77)
  })

  it('kill -9 no meio de muitas, e outra vida: cada uma continua lá uma vez', async () => {
    const antes = await conferirTudo()
    const mandando = mandar(produtor, MUITAS)
    for (const parte of [0.1, 0.4, 0.7]) {
      const alvo = antes + MUITAS * parte
      const noMeio = async () => (await auditadas().catch(() => 0)) > alvo
      await ate(noMeio, LIMITE_MS, 'no meio')
      await matar()
      levantar()
    }
    await mandando
    assert.equal(await conferirTudo(), antes + MUITAS)
    using db = new DatabaseSync(banco(), { readOnly: true })
    const { n } = db.prepare('select count(*) as n from mensagens').get() as { n: number }
    assert.equal(n, antes + MUITAS)
  })

  it('um tópico apagado e feito de novo é auditado desde o começo', async () => {
    await comAdmin(broker.conexao, (admin) => admin.deleteTopics({ topics: ['vendas'] }))
    const feito = async () =>
      garantirTopicos(broker.conexao).then(
        () => true,
        () => false,
      )
    await ate(feito, LIMITE_MS, 'o tópico existe de novo')
    const nova = { topic: 'vendas', partition: 0, value: Buffer.from('renascida') } as never
    const mandada = () =>
      produtor.send({ acks: ProduceAcks.ALL, messages: [nova] }).then(
        () => true,
        () => false,
      )
    await ate(mandada, LIMITE_MS, 'uma mensagem nele')
    const auditada = async () => (await procurar({ texto: 'renascida' }).catch(() => []))[0]
    const achada = await ate(auditada, LIMITE_MS, 'auditada')
    assert.equal(achada.offset, '0')
    await conferirTudo()
  })

  it('no terminal: o que se procura, e as contagens que batem', async (t) => {
    using terminal = abrirTerminal(t)
    const { gateway, diretorio } = cena.bancada
    terminal.gravar('estado.json', { pronto: true, gateway, servicos: {} })
    const credenciais = credenciaisDe(lerConfiguracao({ QUATROVIAS_DIR: diretorio }))
    terminal.gravar('credenciais.json', credenciais)
    const { saida } = await terminal.executar(comandoMensagens, '--pedido', String(pedidos[0]))
    assert.match(saida, new RegExp(`nf_emitida/\\d/\\d+ +${pedidos[0]} +${pedidos[0]}/EmitirNota`))
    const contadas = await terminal.executar(comandoMensagens, 'contar')
    assert.equal(contadas.codigo, 0, contadas.saida + contadas.erros)
    assert.match(contadas.saida, /\n {2}nf_emitida +0 +\d+ +0 /)
  })
}

async function mandar(
  produtor: Producer<Buffer, Buffer, Buffer, Buffer>,
  quantas: number,
): Promise<void> {
  const LOTE = 1_000
  for (let de = 0; de < quantas; de += LOTE) {
    const messages = Array.from({ length: LOTE }, (_, i) => ({
      // Few keys, so that the next of one is read before the last was written.
      ...{ topic: 'vendas', key: Buffer.from(`chave-${i % 7}`) },
      value: Buffer.from(JSON.stringify({ order_number: 3_000 + de + i, items: [] })),
    }))
    await produtor.send({ acks: ProduceAcks.ALL, messages: messages as never })
  }
}
