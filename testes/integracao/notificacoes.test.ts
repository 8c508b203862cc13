// Each change of an order's status, told once for each channel, whatever is away meanwhile.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { STATUS, type StatusPedido } from '../../src/contratos/eventos.ts'
import { ate } from '../ate.ts'
import { abrirCenaDasNotificacoes, type CenaDasNotificacoes } from '../cena_das_notificacoes.ts'
import { faltaKafka } from '../kafka.ts'
import { lerTudo } from '../kafka_avulso.ts'

const LIMITE_MS = 20_000
const [ANA, BIA] = [1, 2]
const SEM_CONTA = 999
const CAMINHO: readonly StatusPedido[] = STATUS.slice(0, 6)

let cena: CenaDasNotificacoes
const falta = faltaKafka()
if (!falta) {
  before(async () => {
    cena = await abrirCenaDasNotificacoes()
  })
  after(() => cena?.[Symbol.asyncDispose]())
}

const doPedido = (pedido: number, cliente: number, quais = CAMINHO) =>
  quais.map((status) => ({ pedido, cliente, status }))
const recebidasDe = (pedido: number) =>
  cena.correio.recebidas.filter(({ id }) => id.startsWith(`${pedido}.`))
const idsDe = (pedido: number) => recebidasDe(pedido).map(({ id }) => id)
const emOrdem = (pedido: number, quais = CAMINHO) =>
  quais.map((status) => `${pedido}.${status}@quatrovias`)
/** None of its notices waits any more. */
const assentou = (pedido: number, quantas: number) =>
  ate(
    async () => {
      const linhas = await cena.listar(pedido)
      return linhas.length === quantas && linhas.every(({ estado }) => estado !== 'pendente')
    },
    LIMITE_MS,
    `pedido ${pedido} assentou`,
  )
/** So many are out, and one of the others was tried. */
const esperamAs = (pedido: number, sairam: number) =>
  ate(
    async () => {
      const linhas = await cena.listar(pedido)
      const enviadas = linhas.filter(({ estado }) => estado === 'enviado')
      return enviadas.length === sairam && linhas.some(({ tentativas }) => tentativas > 0)
    },
    LIMITE_MS,
    `as outras do pedido ${pedido} esperam`,
  )
const estadosDe = async (pedido: number) =>
  (await cena.listar(pedido)).map(({ canal, status, estado }) => `${canal} ${status} ${estado}`)
const linhasDoLog = (pedido: number) =>
  cena.processo
    .dito()
    .split('\n')
    .filter((l) => l.includes(`"pedido_id":${pedido},`) && l.includes('"nivel":"info"'))

describe('notificacoes', { skip: falta }, () => {
  it('cada mudança chega uma vez por canal, em ordem; repetida não muda nada', async () => {
    const pedidos = [101, 102, 103, 104, 105]
    const todas = pedidos.flatMap((pedido) => doPedido(pedido, pedido % 2 ? ANA : BIA))
    await cena.publicar(todas)
    await cena.publicar(todas)
    // Behind the repeated ones, in the same place: once it is here, they were read.
    await cena.publicar(pedidos.flatMap((pedido) => doPedido(pedido, ANA, ['cancelado'])))
    const esperadas = [...CAMINHO, 'cancelado'] as const
    for (const pedido of pedidos) {
      await assentou(pedido, 3 * esperadas.length)
      assert.deepEqual(idsDe(pedido), emOrdem(pedido, esperadas))
      assert.equal(linhasDoLog(pedido).length, esperadas.length)
      for (const status of esperadas) {
        const eml = await cena.arquivo(`${pedido}-${status}.eml`)
        assert.ok(eml.includes(`Message-ID: <${pedido}.${status}@quatrovias>`))
      }
    }
    const daBia = recebidasDe(102).slice(0, CAMINHO.length)
    assert.ok(daBia.every(({ para }) => para === 'cliente_2_bia@example.com'))
    const pendentes = await cena.gateway.como(
      'operador',
      'GET',
      '/operacao/notificacoes?estado=pendente',
    )
    assert.deepEqual(pendentes.json, [])
  })

  it('quem escolheu só recebe o que quer; quem não tem conta, nada; o registro, tudo', async () => {
    const escolha = { email: true, status: ['entregue'] }
    await cena.gateway.como('cliente', 'PUT', '/auth/eu/preferencias', escolha)
    await cena.publicar(doPedido(201, 3, ['enviado', 'entregue']))
    await cena.publicar([{ pedido: '202', cliente: SEM_CONTA, status: 'enviado' }])
    await Promise.all([assentou(201, 6), assentou(202, 3)])
    assert.deepEqual((await estadosDe(201)).toSorted(), [
      'arquivo entregue enviado',
      'arquivo enviado dispensado',
      'registro entregue enviado',
      'registro enviado enviado',
      'smtp entregue enviado',
      'smtp enviado dispensado',
    ])
    assert.deepEqual((await estadosDe(202)).toSorted(), [
      'arquivo enviado sem_endereco',
      'registro enviado enviado',
      'smtp enviado sem_endereco',
    ])
    assert.deepEqual(idsDe(201), emOrdem(201, ['entregue']))
    const arquivos = (await cena.arquivos()).filter((nome) => nome.startsWith('20'))
    assert.deepEqual(arquivos, ['201-entregue.eml'])
  })

  it('com o servidor de correio fora tudo espera, e chega quando ele volta', async () => {
    await cena.correio.fechar()
    await cena.publicar([...doPedido(301, ANA), ...doPedido(302, BIA)])
    await esperamAs(301, 2 * CAMINHO.length)
    await cena.correio.reabrir()
    await Promise.all([assentou(301, 18), assentou(302, 18)])
    assert.deepEqual([idsDe(301), idsDe(302)], [emOrdem(301), emOrdem(302)])
  })

  it('o que o servidor recusa de vez é desistido com a razão; reenviado, chega', async () => {
    const email = 'recusado@example.com'
    cena.correio.recusados.add(email)
    const cliente = await cena.gateway.cadastrar('Recusado da Silva', email)
    await cena.publicar(doPedido(401, cliente, ['enviado']))
    await assentou(401, 3)
    const { json } = await cena.gateway.como(
      'operador',
      'GET',
      '/operacao/notificacoes?estado=desistiu',
    )
    const [linha, ...outras] = json as unknown as { canal: string; erro: string }[]
    assert.deepEqual([linha?.canal, outras.length], ['smtp', 0])
    assert.match(linha?.erro ?? '', /^550 5\.1\.1 <\(endereço\)> não há/)
    cena.correio.recusados.clear()
    const corpo = { pedido_id: 401, canal: 'smtp' }
    const reenvio = await cena.gateway.como(
      'operador',
      'POST',
      '/operacao/notificacoes/reenviar',
      corpo,
    )
    assert.deepEqual(reenvio.json, { reenviadas: 1 })
    await ate(() => idsDe(401).length === 1, LIMITE_MS, 'reenviada, chega')
    assert.deepEqual(idsDe(401), emOrdem(401, ['enviado']))
  })

  it('com o gateway fora as do correio esperam, e saem quando ele volta', async () => {
    const cliente = await cena.gateway.cadastrar('Carla', 'carla@example.com')
    await cena.gateway.fechar()
    await cena.publicar(doPedido(501, cliente, ['enviado', 'entregue']))
    await esperamAs(501, 2)
    await cena.gateway.abrir()
    await assentou(501, 6)
    assert.deepEqual(idsDe(501), emOrdem(501, ['enviado', 'entregue']))
    assert.ok(recebidasDe(501).every(({ para }) => para === 'carla@example.com'))
  })

  it('morto entre mandar e anotar: arquivos inteiros, e toda mensagem com o seu id', async () => {
    const pedidos = Array.from({ length: 20 }, (_, i) => 601 + i)
    const morte = Promise.withResolvers<void>()
    let chegaram = 0
    cena.correio.aoReceber = () => {
      chegaram += 1
      // Taken, and not yet acknowledged.
      if (chegaram === 25) cena.processo.matar().then(morte.resolve, morte.reject)
    }
    await cena.publicar(pedidos.flatMap((pedido) => doPedido(pedido, ANA)))
    await morte.promise
    await cena.processo.iniciar()
    await Promise.all(pedidos.map((pedido) => assentou(pedido, 3 * CAMINHO.length)))
    const arquivos = (await cena.arquivos()).filter((nome) => nome.startsWith('6'))
    const nomes = pedidos.flatMap((pedido) => CAMINHO.map((status) => `${pedido}-${status}.eml`))
    assert.deepEqual(arquivos, nomes.toSorted())
    for (const nome of arquivos) {
      const [, id = '', status = ''] = /^(\d+)-(\w+)\.eml$/.exec(nome) ?? []
      assert.match(await cena.arquivo(nome), new RegExp(`--_NmP-${id}-${status}-\\w+--\r\n$`))
    }
    for (const pedido of pedidos) {
      assert.deepEqual([...new Set(idsDe(pedido))], emOrdem(pedido))
    }
    const demais = pedidos.flatMap(idsDe).length - pedidos.length * CAMINHO.length
    assert.ok(demais >= 1, 'a que foi cortada chegou outra vez')
  })

  it('a malformada vai para as mortas, com o campo, e não segura as outras', async () => {
    await cena.mandar(701, JSON.stringify({ pedido_id: 701, cliente_id: ANA, status: 'perdido' }))
    await cena.publicar(doPedido(701, ANA, ['enviado']))
    await assentou(701, 3)
    const mortas = await lerTudo(cena.broker.conexao, ['notificacoes-group-mortas'])
    assert.deepEqual(
      mortas.map(({ value }) => JSON.parse(value).pedido_id),
      [701],
    )
    assert.match(cena.processo.dito(), /"codigo":"mensagem_invalida","detalhe":"status: /)
  })

  it('o que saiu, esperou e foi desistido está nas métricas', async () => {
    const metricas = await cena.metricas()
    assert.match(metricas, /quatrovias_notificacoes_total\{canal="smtp",fim="enviado".*\} [1-9]/)
    assert.match(metricas, /quatrovias_notificacoes_pendentes\{canal="smtp".*\} 0/)
    assert.match(metricas, /quatrovias_notificacao_mais_velha_segundos\{canal="smtp".*\} 0/)
  })

  it('o endereço e o nome do cliente não estão em tópico, registro ou banco nenhum', async () => {
    const pessoal = /@example\.com|Ana\b|Bia\b|Carla|Recusado/
    const topicos = await lerTudo(cena.broker.conexao, [
      'notificacoes',
      'notificacoes-group-mortas',
    ])
    assert.ok(topicos.length > 0)
    assert.doesNotMatch(topicos.map(({ value }) => value).join('\n'), pessoal)
    assert.ok(linhasDoLog(101).length > 0)
    assert.doesNotMatch(cena.processo.dito(), pessoal)
    for (const resto of ['', '-wal']) {
      const banco = join(cena.diretorio, 'dados', `notificacoes.db${resto}`)
      assert.doesNotMatch(await readFile(banco, 'latin1'), pessoal)
    }
  })
})
