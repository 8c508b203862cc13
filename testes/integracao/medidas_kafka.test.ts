// What can be seen of the way by Kafka, on a real broker that is frozen and services that are
// closed: lag, outbox and ages rise and fall, whoever asks is answered, and what waits is bounded.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, it } from 'node:test'
import {
  Consumer,
  type Message,
  MessagesStreamFallbackModes,
  MessagesStreamModes,
} from '@platformatic/kafka'
import { opcoesDoCliente } from '../../src/arquiteturas/kafka/conexao.ts'
import { criarSaida } from '../../src/arquiteturas/kafka/outbound.ts'
import { TOPICOS } from '../../src/contratos/topicos.ts'
import { ate } from '../ate.ts'
import { umItem } from '../contrato/sistema.ts'
import { abrirServicos, criarRequisitar, type Requisitar } from '../contrato/sistema_http.ts'
import { abrirBrokerDeTeste, type BrokerDeTeste, faltaKafka } from '../kafka.ts'

const LIMITE_MS = 30_000
/** More than may wait (start.ts), by one. */
const DEMAIS = 1_000_001

const falta = faltaKafka()
if (falta) it('kafka: o que se vê', { skip: falta })
else oQueSeVe()

function oQueSeVe(): void {
  const pilha = new AsyncDisposableStack()
  after(() => pilha.disposeAsync())
  const vistas: Message<Buffer, Buffer, Buffer, Buffer>[] = []
  let broker: BrokerDeTeste
  let servicos: Awaited<ReturnType<typeof abrirServicos>>
  let requisitar: Requisitar

  before(async () => {
    broker = pilha.use(await abrirBrokerDeTeste())
    const ambiente = { KAFKA_BROKERS: broker.endereco }
    servicos = await abrirServicos('kafka', ambiente, {}, {}, pilha)
    requisitar = criarRequisitar(servicos.enderecos.rest, 'kafka', pilha)
    await ouvir(broker, vistas, pilha)
  })

  /** All that has this key, by topic. */
  const doNumero = (id: number) => vistas.filter(({ key }) => String(key) === String(id))
  const pedir = (cabecalhos: Record<string, string> = {}) =>
    requisitar(
      ...(['pedidos', 'POST', '/pedidos'] as const),
      { cliente_id: 1, itens: umItem(), metodo: 'pix' },
      { 'idempotency-key': randomUUID(), ...cabecalhos },
    )
  const enviado = (id: number) => async () =>
    (await requisitar('pedidos', 'GET', `/pedidos/${id}`)).corpo.status === 'enviado'
  const metricas = async (servico: 'pedidos' | 'estoque' = 'pedidos') => {
    const resposta = await fetch(`${servicos.enderecos.rest[servico]}/metrics`)
    return await resposta.text()
  }
  const grupos = async () => (await requisitar('pedidos', 'GET', '/interno/kafka/grupos')).corpo
  /** Once the cluster says it in time. */
  const conhecidos = () =>
    ate(
      async () => {
        const vistos = await grupos()
        return vistos.responde && vistos
      },
      LIMITE_MS,
      'o que o Kafka diz dos grupos',
    )
  const atrasoDe = async (grupo: string) => somar(await metricas(), 'kafka_atraso', grupo)

  it('as mensagens de um pedido têm, em todos os tópicos, o rastro da requisição', async () => {
    const traco = 'c0ffee'.padEnd(32, '0')
    const { status, corpo } = await pedir({ traceparent: `00-${traco}-00f067aa0ba902b7-01` })
    assert.equal(status, 202)
    const esperados = [
      ...['envios_agendados', 'estoque_separado', 'nf_emitida', 'notificacoes'],
      ...['pagamentos_processados', 'pedidos_concluidos', 'pedidos_criados', 'pedidos_validos'],
      'vendas',
    ]
    const topicos = () => [...new Set(doNumero(corpo.id).map(({ topic }) => topic))].sort()
    await ate(() => topicos().length >= esperados.length, LIMITE_MS, 'todos os tópicos')
    assert.deepEqual(topicos(), esperados)
    for (const { topic, headers } of doNumero(corpo.id)) {
      const lidos = new Map([...headers].map(([nome, valor]) => [String(nome), String(valor)]))
      assert.equal(lidos.get('traceparent')?.split('-')[1], traco, topic)
    }
  })

  it('o fim do pedido e a idade das mensagens são medidos, uma vez cada', async () => {
    // Noted after the event is recorded, which may be on its topic by then.
    const fim = async () => somar(await metricas(), 'pedido_segundos_count', 'status="enviado"')
    assert.equal(await ate(fim, LIMITE_MS, 'o fim medido'), 1)
    const lidas = await metricas()
    assert.equal(somar(lidas, 'kafka_idade_segundos_count', 'topico="envios_agendados"'), 1)
    const doEstoque = await metricas('estoque')
    assert.equal(somar(doEstoque, 'kafka_idade_segundos_count'), 1)
    assert.equal(somar(doEstoque, 'kafka_atraso'), undefined, 'os grupos são vistos por pedidos')
  })

  it('operacao.md explica exatamente as medidas do Kafka que há', async () => {
    const doCodigo = /^# TYPE (quatrovias_(?:kafka|saida|mortas|pedido|eventos_retidos)\w*)/gm
    const documento = readFileSync(new URL('../../docs/operacao.md', import.meta.url), 'utf8')
    const [, doKafka = ''] = /^## Kafka\n(.*?)^## /ms.exec(documento) ?? []
    const nomes = (texto: string, forma: RegExp) =>
      [...texto.matchAll(forma)].map(([, nome]) => nome).sort()
    assert.deepEqual(nomes(doKafka, /^\| `(quatrovias_\w+)/gm), nomes(await metricas(), doCodigo))
  })

  it('produtos_alterados diz de cada produto o que o catálogo diz', async () => {
    const criado = await requisitar(...(['catalogo', 'POST', '/interno/produtos'] as const), {
      causa: 'admin/1/CriarProduto/mesa',
      nome: 'Mesa',
      preco_centavos: 10_050,
      unidades: 3,
    })
    const { id } = criado.corpo
    const url = `${servicos.enderecos.rest.catalogo}/interno/produtos/${id}`
    const mudar = { method: 'PATCH', headers: { 'content-type': 'application/json' } }
    await fetch(url, { ...mudar, body: JSON.stringify({ preco_centavos: 9_999 }) })
    const ditas = () => vistas.filter(({ topic }) => topic === 'produtos_alterados')
    await ate(() => ditas().length === 2, LIMITE_MS, 'os dois atos')
    const [, ultima] = ditas()
    const { instante, ...valor } = JSON.parse(String(ultima!.value))
    assert.ok(Math.abs(Date.now() - Date.parse(instante)) < 60_000)
    assert.equal(String(ultima!.key), String(id))
    const [doCatalogo] = (await requisitar('catalogo', 'GET', `/produtos?ids=${id}`)).corpo
    assert.deepEqual(valor, {
      ...{ produto_id: id, nome: doCatalogo.nome, preco_centavos: doCatalogo.preco_centavos },
      ...{ preco: 99.99, tipo: 'ProdutoMudado', status: 'mudado' },
    })
    const tipo = [...ultima!.headers].find(([nome]) => String(nome) === 'ce_type')
    assert.equal(String(tipo?.[1]), 'br.quatrovias.ProdutoAlterado.v1')
    // What is on its topic may not be noted as published yet.
    const publicado = async () => {
      const { publicacao } = (await requisitar('catalogo', 'GET', '/interno/kafka')).corpo
      return publicacao.pendentes === 0 && publicacao
    }
    const nada = { pendentes: 0, idadeMs: 0, retidos: 0 }
    assert.deepEqual(await ate(publicado, LIMITE_MS, 'nada a publicar'), nada)
  })

  it('com tudo lido nenhum grupo tem atraso, em nenhum tópico', async () => {
    await ate(async () => somar(await metricas(), 'kafka_atraso') === 0, LIMITE_MS, 'nada por ler')
  })

  it('com o estoque fechado o atraso do seu grupo cresce; aberto, volta a zero', async () => {
    await ate(async () => (await atrasoDe('estoque-group')) === 0, LIMITE_MS, 'sem atraso')
    await servicos.derrubar('estoque')
    const { corpo } = await pedir()
    await ate(async () => (await atrasoDe('estoque-group')) === 1, LIMITE_MS, 'um por ler')
    const visto = await conhecidos()
    assert.deepEqual([visto.responde, visto.brokers], [true, [broker.endereco]])
    assert.equal(visto.atraso['estoque-group'], 1)
    const doEstoque = ({ grupo }: { grupo: string }) => grupo === 'estoque-group'
    const [{ particao, ...atrasada }, ...outras] = visto.particoes_atrasadas.filter(doEstoque)
    assert.deepEqual(
      [atrasada, outras],
      [{ grupo: 'estoque-group', topico: 'pagamentos_processados', mensagens: 1 }, []],
    )
    const onde = `grupo="estoque-group",topico="pagamentos_processados",particao="${particao}"`
    await ate(async () => somar(await metricas(), 'kafka_atraso', onde) === 1, LIMITE_MS, onde)
    const idade = async () => (await grupos()).aberto_mais_velho_ms
    const primeira = await ate(idade, LIMITE_MS, 'a idade do mais velho')
    const maisVelho = async () => {
      const agora = await idade()
      return agora > primeira + 500 && agora
    }
    const dita = await ate(maisVelho, LIMITE_MS, 'mais velho')
    const { criado_em } = (await requisitar('pedidos', 'GET', `/pedidos/${corpo.id}`)).corpo
    assert.ok(dita > 500 && dita <= Date.now() - Date.parse(criado_em), `${dita}`)
    assert.ok((somar(await metricas(), 'pedido_aberto_idade_segundos') ?? 0) > 0.5)
    await servicos.levantar('estoque')
    await ate(enviado(corpo.id), LIMITE_MS, 'o pedido no fim')
    await ate(async () => (await atrasoDe('estoque-group')) === 0, LIMITE_MS, 'nada por ler')
    await ate(async () => (await idade()) === 0, LIMITE_MS, 'nenhum aberto')
    assert.ok(!(await conhecidos()).particoes_atrasadas.some(doEstoque))
  })

  it('com o Kafka parado o que falta publicar cresce e envelhece; de volta, sai', async () => {
    broker.congelar()
    let id: number
    try {
      const { status, corpo } = await pedir()
      assert.equal(status, 202)
      id = corpo.id
      const idade = async () => somar(await metricas(), 'saida_idade_segundos') ?? 0
      const primeira = await ate(idade, LIMITE_MS, 'há o que publicar')
      await ate(async () => (await idade()) > primeira + 0.5, LIMITE_MS, 'mais velho')
      const desde = performance.now()
      const lidas = await metricas()
      assert.ok(performance.now() - desde < 2_000, 'quem mede não espera pelo Kafka')
      assert.ok((somar(lidas, 'saida_pendentes') ?? 0) >= 1)
      assert.equal(somar(lidas, 'kafka_atraso'), undefined, 'o que não se sabe não se diz')
      const visto = await grupos()
      assert.deepEqual([visto.responde, visto.atraso, visto.mortas_pendentes], [false, null, 0])
      assert.equal(visto.particoes_atrasadas, null)
      const aberto = async () => (await grupos()).aberto_mais_velho_ms
      await ate(async () => (await aberto()) > 500, LIMITE_MS, 'a idade se sabe sem o Kafka')
    } finally {
      broker.descongelar()
    }
    await ate(enviado(id), LIMITE_MS, 'o pedido no fim')
    await ate(async () => somar(await metricas(), 'saida_pendentes') === 0, LIMITE_MS, 'saiu')
    assert.equal(somar(await metricas(), 'saida_idade_segundos'), 0)
    await ate(async () => (await atrasoDe('estoque-group')) === 0, LIMITE_MS, 'sabe-se de novo')
  })

  it('com demais à espera um pedido novo é recusado, o já aceito não; depois volta', async () => {
    broker.congelar()
    try {
      const aceito = await pedir({ 'idempotency-key': 'a' })
      assert.equal(aceito.status, 202)
      deixarUmLonge(join(servicos.bancos.configuracao.diretorio, 'dados', 'pedidos.db'))
      const recusado = async () => {
        const { status, corpo } = await pedir()
        return status === 503 && corpo
      }
      const { codigo } = await ate(recusado, LIMITE_MS, 'a recusa')
      assert.equal(codigo, 'sobrecarregado')
      const repetido = await pedir({ 'idempotency-key': 'a' })
      assert.deepEqual([repetido.status, repetido.corpo.id], [200, aceito.corpo.id])
    } finally {
      broker.descongelar()
    }
    const novo = await ate(
      async () => (await pedir()).status === 202 || undefined,
      LIMITE_MS,
      'aceita de novo',
    )
    assert.ok(novo)
  })

  it('o que não se entende é contado por quem o lê, e fica pendente em pedidos', async () => {
    await using saida = criarSaida(broker.conexao, 'estranho')
    const valor = Buffer.from('isto não é JSON')
    await saida.mandar([{ topico: 'nf_rejeitada', chave: undefined, valor, cabecalhos: new Map() }])
    const pendente = async () => somar(await metricas(), 'mortas_pendentes') === 1
    await ate(pendente, LIMITE_MS, 'uma morta pendente')
    const codigo = 'codigo="mensagem_invalida"'
    const contada = async () => somar(await metricas('estoque'), 'mortas_total', codigo)
    assert.equal(await ate(contada, LIMITE_MS, 'contada por quem a leu'), 1)
  })
}

/** The sum of the samples of a metric that say `parte`; undefined without any. */
function somar(texto: string, metrica: string, parte = ''): number | undefined {
  const linhas = texto
    .split('\n')
    .filter((linha) => linha.startsWith(`quatrovias_${metrica}{`) && linha.includes(parte))
  if (linhas.length === 0) return undefined
  return linhas.reduce((soma, linha) => soma + Number(linha.split(' ').at(-1)), 0)
}

/** A row as if all those below it were there: what waits is counted by the ids. */
function deixarUmLonge(banco: string): void {
  using db = new DatabaseSync(banco)
  db.exec(`insert into eventos
    select id + ${DEMAIS}, causa || '#', resumo, pedido_id, tipo, dados, arquitetura, traceparent,
      instante from eventos where id = (select max(id) from eventos)`)
}

/** Everything that is on our topics, from their beginning. */
async function ouvir(
  { conexao }: BrokerDeTeste,
  vistas: Message<Buffer, Buffer, Buffer, Buffer>[],
  pilha: AsyncDisposableStack,
): Promise<void> {
  const ouvinte = new Consumer<Buffer, Buffer, Buffer, Buffer>({
    ...opcoesDoCliente(conexao, 'olho'),
    // A broker just started may not have a coordinator yet.
    retries: 50,
    groupId: 'olho',
  })
  pilha.defer(() => ouvinte.close(true))
  const fluxo = await ouvinte.consume({
    ...{ topics: [...TOPICOS], autocommit: false, maxWaitTime: 100 },
    mode: MessagesStreamModes.EARLIEST,
    fallbackMode: MessagesStreamFallbackModes.EARLIEST,
  })
  fluxo.on('data', (mensagem) => vistas.push(mensagem))
}
