// The audit log: what is written down, before and after; that nothing is done unseen.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { ate } from '../../../testes/ate.ts'
import { gatewayDeTeste } from '../gateway_de_teste.ts'
import * as respostas from '../respostas.ts'
import { DE_NINGUEM, DELE, todosFalsos } from '../servicos_de_teste.ts'

const LIMITE_MS = 5_000
const gateway = await gatewayDeTeste(todosFalsos())
after(() => gateway[Symbol.asyncDispose]())
const arquivo = join(gateway.configuracao.diretorio, 'dados', 'gateway.db')

async function listar(busca = ''): Promise<(typeof respostas.auditoria)['_output']> {
  const token = await gateway.tokenDe('admin')
  const { status, json } = await gateway.pedir('GET', `/admin/auditoria${busca}`, { token })
  assert.equal(status, 200)
  return respostas.auditoria.parse(json)
}
const ultimo = async () => (await listar('?limite=1'))[0]?.id ?? 0
/** The rows after `id`, once all of them have their outcome. */
const desde = (id: number) =>
  ate(
    async () => {
      const novas = (await listar('?limite=100')).filter((linha) => linha.id > id)
      return novas.every(({ status }) => status !== null) ? novas.toReversed() : undefined
    },
    LIMITE_MS,
    'desfechos',
  )
const simular = (token: string, corpo: object = { taxa_sucesso: 0.5 }) =>
  gateway.pedir('PUT', '/operacao/simulacao/estoque?x=1', {
    token,
    corpo,
    cabecalhos: { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
  })

test('um ato marcado fica com quem, o quê, de onde e como terminou', async () => {
  const token = await gateway.tokenDe('operador')
  const antes = await ultimo()
  assert.equal((await simular(token)).status, 200)
  const [linha, ...outras] = await desde(antes)
  assert.deepEqual(outras, [])
  const { id: _, instante, usuario_id, traceparent, ...resto } = linha!
  assert.deepEqual(resto, {
    papel: 'operador',
    acao: 'mudar_simulacao',
    metodo: 'PUT',
    alvo: '/operacao/simulacao/estoque',
    endereco: '127.0.0.1',
    status: 200,
    detalhe: '{"taxa_sucesso":0.5}',
  })
  assert.equal(usuario_id, (await gateway.pedir('GET', '/auth/eu', { token })).json.id)
  assert.match(String(traceparent), /^00-a{32}-/)
  assert.ok(Math.abs(Date.parse(instante) - Date.now()) < 60_000)
})

test('a intenção está gravada antes de o ato começar', async () => {
  let vista: unknown
  await using vigiado = await gatewayDeTeste({
    ...todosFalsos(),
    estoque: (app) =>
      app.put('/interno/simulacao', async () => {
        using banco = new DatabaseSync(
          join(vigiado.configuracao.diretorio, 'dados', 'gateway.db'),
          { readOnly: true },
        )
        const sql = "select status from auditoria where acao = 'mudar_simulacao'"
        vista = banco.prepare(sql).get()
        return { atraso_ms: [0, 0], taxa_sucesso: 0.5, semente: 1 }
      }),
  })
  const token = await vigiado.tokenDe('operador')
  const corpo = { taxa_sucesso: 0.5 }
  await vigiado.pedir('PUT', '/operacao/simulacao/estoque', { token, corpo })
  assert.deepEqual({ ...(vista as object) }, { status: null })
})

test('sem onde anotar, o ato não acontece', async () => {
  const token = await gateway.tokenDe('admin')
  const chaves = async () =>
    ((await gateway.pedir('GET', '/.well-known/jwks.json')).json as { keys: object[] }).keys.length
  const antes = await chaves()
  {
    using outro = new DatabaseSync(arquivo)
    outro.exec('begin immediate')
    const { status, json } = await gateway.pedir('POST', '/admin/chaves', { token })
    assert.deepEqual([status, json.codigo], [503, 'banco_ocupado'])
    outro.exec('rollback')
  }
  assert.equal(await chaves(), antes)
  assert.equal((await gateway.pedir('POST', '/admin/chaves', { token })).status, 201)
  assert.equal(await chaves(), antes + 1)
})

test('cancelar é anotado quando é a equipe que cancela, e não quando é o cliente', async () => {
  const caminho = `/pedidos/${DELE}/cancelar`
  const antes = await ultimo()
  await gateway.pedir('POST', caminho, { token: await gateway.tokenDe('cliente') })
  assert.deepEqual(await desde(antes), [])
  const token = await gateway.entrar('operador')
  await gateway.pedir('POST', caminho, { token })
  await gateway.pedir('POST', `/pedidos/${DE_NINGUEM}/cancelar`, { token })
  const feitos = (await desde(antes)).map(({ acao, status }) => `${acao} ${status}`)
  assert.deepEqual(feitos, ['entrar 200', 'cancelar_pedido 201'])
})

test('o desfecho é anotado também quando quem pediu desligou antes da resposta', async () => {
  const parada = Promise.withResolvers<void>()
  const chegou = Promise.withResolvers<void>()
  await using lento = await gatewayDeTeste({
    ...todosFalsos(),
    estoque: (app) =>
      app.put('/interno/simulacao', async () => {
        chegou.resolve()
        await parada.promise
        return {}
      }),
  })
  const token = await lento.tokenDe('operador')
  const desistencia = new AbortController()
  const pedido = fetch(`${lento.url}/operacao/simulacao/estoque`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{"taxa_sucesso":0.5}',
    signal: desistencia.signal,
  })
  await Promise.race([chegou.promise, pedido])
  desistencia.abort()
  await assert.rejects(pedido)
  parada.resolve()
  const admin = await lento.tokenDe('admin')
  const status = await ate(
    async () => {
      const { json } = await lento.pedir('GET', '/admin/auditoria', { token: admin })
      const linhas = respostas.auditoria.parse(json)
      return linhas.find(({ acao }) => acao === 'mudar_simulacao')?.status
    },
    LIMITE_MS,
    'desfecho',
  )
  assert.equal(status, 200)
})

test('a entrada da equipe é anotada; a de um cliente, só quando falha', async () => {
  const antes = await ultimo()
  await gateway.entrar('cliente')
  const errada = { ...gateway.credenciais.cliente, senha: 'errada' }
  await gateway.pedir('POST', '/auth/login', { corpo: errada })
  await gateway.entrar('operador')
  const feitos = (await desde(antes)).map(({ acao, papel, status, detalhe }) => ({
    ato: `${acao} ${status}`,
    papel,
    detalhe,
  }))
  assert.deepEqual(feitos, [
    { ato: 'entrar 401', papel: null, detalhe: 'c***@quatrovias.local' },
    { ato: 'entrar 200', papel: 'operador', detalhe: null },
  ])
})

test('a lista vem em páginas, e os limites dela são conferidos', async () => {
  const token = await gateway.tokenDe('admin')
  for (let i = 0; i < 3; i++) await gateway.entrar('operador')
  const todas = await listar('?limite=3')
  const [, segunda] = todas
  assert.deepEqual(await listar(`?limite=1&antes_de=${todas[0]?.id}`), [segunda])
  for (const [busca, campo] of [
    ['limite=0', 'limite'],
    ['limite=101', 'limite'],
    ['antes_de=x', 'antes_de'],
  ]) {
    const { status, json } = await gateway.pedir('GET', `/admin/auditoria?${busca}`, { token })
    assert.deepEqual([status, json.campo], [422, campo])
  }
})

test('o endereço é um endereço: o que um proxy inventa fica como o do proxy', async () => {
  await using comProxy = await gatewayDeTeste({}, { proxiesConfiaveis: ['127.0.0.0/8'] })
  const corpo = { email: 'ninguem@example.com', senha: 'errada' }
  const longo = 'x'.repeat(6_000)
  for (const dito of ['203.0.113.1', longo, `fe80::1%${longo}`]) {
    const cabecalhos = { 'x-forwarded-for': dito }
    await comProxy.pedir('POST', '/auth/login', { corpo, cabecalhos })
  }
  const token = await comProxy.tokenDe('admin')
  const { json } = await comProxy.pedir('GET', '/admin/auditoria', { token })
  const falhas = respostas.auditoria.parse(json).filter(({ status }) => status === 401)
  const enderecos = falhas.toReversed().map(({ endereco }) => endereco)
  assert.deepEqual(enderecos, ['203.0.113.1', '127.0.0.1', '127.0.0.1'])
})

test('o detalhe de um ato é o corpo aceito, até 200 caracteres', async () => {
  const token = await gateway.tokenDe('admin')
  const antes = await ultimo()
  const mudar = (corpo: object) => gateway.pedir('PATCH', '/admin/produtos/1', { token, corpo })
  await mudar({ preco_centavos: 990, intruso: 'canário' })
  const motivo = 'x'.repeat(200)
  await gateway.pedir('POST', `/pedidos/${DELE}/cancelar`, { token, corpo: { motivo } })
  assert.deepEqual(
    (await desde(antes)).map(({ detalhe }) => detalhe),
    ['{"preco_centavos":990}', `{"motivo":"${'x'.repeat(189)}`],
  )
})

test('sair e mudar a própria conta ficam, com os nomes dos campos e sem o que dizem', async () => {
  const token = await gateway.entrar('cliente')
  const antes = await ultimo()
  const corpo = { nome: 'Outro Nome', cpf: '529.982.247-25' }
  await gateway.pedir('PATCH', '/auth/eu', { token, corpo })
  await gateway.pedir('POST', '/auth/sair', { token })
  const feitos = (await desde(antes)).map(({ acao, papel, status, detalhe }) => [
    `${acao} ${status}`,
    papel,
    detalhe,
  ])
  assert.deepEqual(feitos, [
    ['mudar_conta 200', 'cliente', 'nome, cpf'],
    ['sair 204', 'cliente', null],
  ])
})
