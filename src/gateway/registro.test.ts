// The log goes to the standard output of the process, so the gateway runs in a child here.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { credenciaisDe, lugarVazio, requisitar, servicosFalsos } from './gateway_de_teste.ts'
import { gatewayEmProcesso } from './processo_de_teste.ts'
import { DELE, todosFalsos } from './servicos_de_teste.ts'

test('o registro tem uma linha por requisição e nenhum segredo', async () => {
  using lugar = lugarVazio()
  const { configuracao } = lugar
  await using falsos = await servicosFalsos({
    ...todosFalsos(),
    // Not HTTP at all: an error of ours, logged with its cause.
    catalogo: (app) =>
      app.get('/produtos', (_req, resposta) => {
        resposta.hijack().raw.socket?.end('lixo\r\n\r\n')
      }),
  })
  const gateway = await gatewayEmProcesso(configuracao, falsos.enderecos)
  const { url } = gateway

  const traceparent = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`
  const { cliente } = credenciaisDe(configuracao)
  const login = await requisitar(url, 'POST', '/auth/login', { corpo: cliente })
  const token = String(login.json.token)
  const errada = { email: 'canario@example.com', senha: 'senha-canario' }
  await requisitar(url, 'POST', '/auth/login', { corpo: errada })
  await requisitar(url, 'POST', '/auth/login', { corpo: '{"senha":"corpo-canario"' })
  await requisitar(url, 'GET', '/pedidos?limite=1&x=busca-canario', { token })
  await requisitar(url, 'GET', `/nada/caminho-canario?token=${token}`)
  const compra = { itens: [{ produto_id: 1, quantidade: 1 }], metodo: 'pix' }
  const cabecalhos = { 'idempotency-key': 'chave-canario', traceparent }
  await requisitar(url, 'POST', '/pedidos', { token, corpo: compra, cabecalhos })
  await requisitar(url, 'GET', `/pedidos/${DELE}`, { token })
  const defeito = await requisitar(url, 'GET', '/produtos?x=busca-canario')
  assert.deepEqual([defeito.status, defeito.json.codigo], [500, 'defeito'])
  const { codigo, registro } = await gateway.encerrar()
  assert.equal(codigo, 0)

  const segredos = [cliente.senha, cliente.email, token, 'canario']
  for (const segredo of segredos) assert.equal(registro.includes(segredo), false, segredo)
  const linhas = registro.trim().split('\n')
  const lidas = linhas.map((linha) => JSON.parse(linha) as Record<string, unknown>)
  const requisicoes = lidas.filter(({ nivel }) => nivel !== 'error')
  const resumo = requisicoes.map(({ metodo, rota, status }) => `${metodo} ${rota} ${status}`)
  assert.deepEqual(resumo, [
    'POST /auth/login 200',
    'POST /auth/login 401',
    'POST /auth/login 400',
    'GET /pedidos 200',
    'GET desconhecida 404',
    'POST /pedidos 201',
    'GET /pedidos/:pedido_id 200',
    'GET /produtos 500',
  ])
  const comPedido = lidas.filter(({ pedido_id }) => pedido_id === DELE).map(({ rota }) => rota)
  assert.deepEqual(comPedido, ['/pedidos', '/pedidos/:pedido_id'])
  assert.equal(lidas[5]?.traceparent, traceparent)
  assert.ok(requisicoes.every(({ ms }) => typeof ms === 'number'))
  const [erro, ...outros] = lidas.filter(({ nivel }) => nivel === 'error')
  assert.deepEqual([erro?.codigo, outros], ['defeito', []])
  assert.match(JSON.stringify(erro?.err), /HTTPParserError/)
})
