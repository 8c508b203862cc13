// The way to the services: refused connections, deadlines, replies passed on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CodigoDeErro, ErroDeNegocio } from '../contratos/errors.ts'
import { type NomeServico, SERVICOS } from '../contratos/ids.ts'
import { gatewayDeTeste, NINGUEM, servicoFalso } from './gateway_de_teste.ts'
import { abrirServicos } from './servicos.ts'

const ninguem = Object.fromEntries(SERVICOS.map((nome) => [nome, NINGUEM])) as Record<
  NomeServico,
  string
>
const comPedidosEm = (url: string, maximoPendentes?: number) =>
  abrirServicos({ ...ninguem, pedidos: url }, undefined, maximoPendentes)
const codigo = (esperado: CodigoDeErro) => (erro: ErroDeNegocio) => erro.codigo === esperado
const POST = { metodo: 'POST', caminho: '/x', corpo: {}, esperaMs: 5_000 } as const
const GET = { metodo: 'GET', caminho: '/x', esperaMs: 5_000 } as const

test('um serviço que não está lá é servico_indisponivel, e pode-se tentar de novo', async () => {
  await using servicos = comPedidosEm(NINGUEM)
  await assert.rejects(servicos.pedir('pedidos', POST), codigo('servico_indisponivel'))
  await assert.rejects(servicos.pedir('pedidos', GET), codigo('servico_indisponivel'))
})

test('um serviço que demora mais que o prazo é prazo_esgotado', async () => {
  await using falso = await servicoFalso((app) => app.get('/x', () => new Promise(() => undefined)))
  await using servicos = comPedidosEm(falso.url)
  const curta = { ...GET, esperaMs: 50 }
  await assert.rejects(servicos.pedir('pedidos', curta), codigo('prazo_esgotado'))
})

test('uma leitura cortada é repetida uma vez; uma escrita cortada, nunca', async () => {
  let cortes = 0
  await using falso = await servicoFalso((app) => {
    app.route({
      method: ['GET', 'POST'],
      url: '/x',
      handler: (_requisicao, resposta) => {
        cortes += 1
        resposta.hijack().raw.destroy()
      },
    })
  })
  await using servicos = comPedidosEm(falso.url)
  await assert.rejects(servicos.pedir('pedidos', POST), codigo('servico_indisponivel'))
  assert.equal(cortes, 1)
  await assert.rejects(servicos.pedir('pedidos', GET), codigo('servico_indisponivel'))
  assert.equal(cortes, 3)
})

test('além do limite de requisições em curso, a próxima é recusada na hora', async () => {
  await using falso = await servicoFalso((app) => app.get('/x', () => new Promise(() => undefined)))
  await using servicos = comPedidosEm(falso.url, 2)
  const curta = { ...GET, esperaMs: 100 }
  const emCurso = [servicos.pedir('pedidos', curta), servicos.pedir('pedidos', curta)]
  const terminadas = Promise.allSettled(emCurso)
  await assert.rejects(servicos.pedir('pedidos', GET), codigo('sobrecarregado'))
  const saude = { ...GET, via: 'saude', caminho: '/readyz' } as const
  assert.equal((await servicos.pedir('pedidos', saude)).status, 200, 'a saúde tem vez própria')
  await terminadas
  await assert.rejects(servicos.pedir('pedidos', curta), codigo('prazo_esgotado'))
})

test('pedidos à espera do fim não tomam o lugar das leituras', async () => {
  await using falso = await servicoFalso((app) => {
    app.post('/x', () => new Promise(() => undefined))
    app.get('/x', async () => ({ certo: true }))
  })
  await using servicos = comPedidosEm(falso.url, 100)
  const presos = Array.from({ length: 100 }, () =>
    servicos.pedir('pedidos', { ...POST, esperaMs: 300 }),
  )
  const terminados = Promise.allSettled(presos)
  await assert.rejects(servicos.pedir('pedidos', POST), codigo('sobrecarregado'))
  assert.equal((await servicos.pedir('pedidos', GET)).status, 200)
  await terminados
})

test('a página de erro de um serviço alheio vira um problema nosso', async () => {
  const casos = [
    [404, 501, 'operacao_nao_suportada'],
    [302, 501, 'operacao_nao_suportada'],
    [500, 503, 'servico_indisponivel'],
  ] as const
  for (const [alheio, status, codigo] of casos) {
    await using gateway = await gatewayDeTeste({
      catalogo: (app) =>
        app.get('/produtos', async (_requisicao, resposta) =>
          resposta.code(alheio).type('text/html').send('<h1>Express v4.17.1 em /srv/app.js</h1>'),
        ),
    })
    const { status: visto, json, texto } = await gateway.pedir('GET', '/produtos')
    assert.deepEqual([visto, json.codigo], [status, codigo])
    assert.doesNotMatch(texto, /Express|srv/)
  }
})
