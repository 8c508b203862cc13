// The whole matrix, written out: the table in direitos.ts is not asked what it should say.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import Fastify from 'fastify'
import { gatewayDeTeste } from '../gateway_de_teste.ts'
import { DE_NINGUEM, DE_OUTRO, DELE, todosFalsos } from '../servicos_de_teste.ts'
import { exigirDireitos } from './autorizacao.ts'
import { PAPEIS } from './direitos.ts'

const gateway = await gatewayDeTeste(todosFalsos())
after(() => gateway[Symbol.asyncDispose]())

const PRODUTO = { nome: 'Mesa', preco_centavos: 1_050 }
const COMPRA = { itens: [{ produto_id: 1, quantidade: 1 }], metodo: 'pix' }
const corpos: Readonly<Record<string, unknown>> = {
  'POST /pedidos': COMPRA,
  'PUT /operacao/simulacao/{servico}': { taxa_sucesso: 0.5 },
  'POST /operacao/mortas/reenviar': { limite: 10 },
  'POST /operacao/notificacoes/reenviar': { pedido_id: DELE },
  'POST /admin/produtos': PRODUTO,
  'PATCH /admin/produtos/{produto_id}': PRODUTO,
  'PATCH /admin/usuarios/{usuario_id}': { papel: 'operador' },
  'POST /admin/produtos/{produto_id}/reposicoes': { quantidade: 5 },
}
/** They end the session that asks. */
const ENCERRAM = new Set(['POST /auth/sair'])
type Celula = number
type Linha = readonly [string, string, Celula, Celula, Celula, Celula]

const retomar = (id: number): string => `/operacao/retidos/${id}/retomar`
const reenviar = (id: number): string => `/operacao/mortas/${id}/reenviar`
const UMA_MENSAGEM = 'GET /operacao/mensagens/{topico}/{particao}/{offset}'
const mensagem = (offset: number): string => `/operacao/mensagens/nf_emitida/0/${offset}`
const renotificar = '/operacao/notificacoes/reenviar'
const repor = (id: number): string => `/admin/produtos/${id}/reposicoes`

// route, address, then: nobody, cliente, operador, admin
const MATRIZ: readonly Linha[] = [
  ['GET /healthz', '/healthz', 200, 200, 200, 200],
  ['GET /readyz', '/readyz', 200, 200, 200, 200],
  ['GET /metrics', '/metrics', 200, 200, 200, 200],
  ['GET /produtos', '/produtos', 200, 200, 200, 200],
  ['GET /produtos/{produto_id}', '/produtos/1', 200, 200, 200, 200],
  ['GET /.well-known/jwks.json', '/.well-known/jwks.json', 200, 200, 200, 200],
  ['POST /auth/cadastro', '/auth/cadastro', 422, 422, 422, 422],
  ['POST /auth/login', '/auth/login', 422, 422, 422, 422],
  ['POST /auth/renovar', '/auth/renovar', 422, 422, 422, 422],
  ['POST /auth/sair', '/auth/sair', 401, 204, 204, 204],
  ['GET /auth/eu', '/auth/eu', 401, 200, 200, 200],
  ['PATCH /auth/eu', '/auth/eu', 401, 422, 422, 422],
  ['GET /auth/eu/preferencias', '/auth/eu/preferencias', 401, 200, 200, 200],
  ['PUT /auth/eu/preferencias', '/auth/eu/preferencias', 401, 422, 422, 422],
  ['PUT /auth/senha', '/auth/senha', 401, 422, 422, 422],
  ['POST /admin/chaves', '/admin/chaves', 401, 403, 403, 201],
  ['GET /admin/auditoria', '/admin/auditoria', 401, 403, 403, 200],
  ['POST /pedidos', '/pedidos', 401, 201, 403, 403],
  ['GET /pedidos', '/pedidos', 401, 200, 200, 200],
  ['GET /pedidos/{pedido_id}', `/pedidos/${DELE}`, 401, 200, 200, 200],
  ['GET /pedidos/{pedido_id}', `/pedidos/${DE_OUTRO}`, 401, 404, 200, 200],
  ['GET /pedidos/{pedido_id}', `/pedidos/${DE_NINGUEM}`, 401, 404, 404, 404],
  ['GET /pedidos/{pedido_id}/rastro', `/pedidos/${DELE}/rastro`, 401, 200, 200, 200],
  ['GET /pedidos/{pedido_id}/rastro', `/pedidos/${DE_OUTRO}/rastro`, 401, 404, 200, 200],
  ['GET /pedidos/{pedido_id}/rastro', `/pedidos/${DE_NINGUEM}/rastro`, 401, 404, 404, 404],
  ['GET /pedidos/eventos', '/pedidos/eventos', 401, 200, 200, 200],
  ['GET /pedidos/{pedido_id}/eventos', `/pedidos/${DELE}/eventos`, 401, 200, 200, 200],
  ['GET /pedidos/{pedido_id}/eventos', `/pedidos/${DE_OUTRO}/eventos`, 401, 404, 200, 200],
  ['GET /pedidos/{pedido_id}/eventos', `/pedidos/${DE_NINGUEM}/eventos`, 401, 404, 404, 404],
  ['POST /pedidos/{pedido_id}/cancelar', `/pedidos/${DELE}/cancelar`, 401, 201, 201, 201],
  ['POST /pedidos/{pedido_id}/cancelar', `/pedidos/${DE_OUTRO}/cancelar`, 401, 404, 201, 201],
  ['POST /pedidos/{pedido_id}/cancelar', `/pedidos/${DE_NINGUEM}/cancelar`, 401, 404, 404, 404],
  ['POST /pedidos/{pedido_id}/entregar', `/pedidos/${DELE}/entregar`, 401, 403, 201, 201],
  ['POST /pedidos/{pedido_id}/entregar', `/pedidos/${DE_OUTRO}/entregar`, 401, 403, 201, 201],
  ['POST /pedidos/{pedido_id}/entregar', `/pedidos/${DE_NINGUEM}/entregar`, 401, 403, 404, 404],
  ['GET /operacao/simulacao/{servico}', '/operacao/simulacao/estoque', 401, 403, 200, 200],
  ['PUT /operacao/simulacao/{servico}', '/operacao/simulacao/estoque', 401, 403, 200, 200],
  ['GET /operacao/kafka', '/operacao/kafka', 401, 403, 200, 200],
  ['GET /operacao/retidos', '/operacao/retidos', 401, 403, 200, 200],
  ['POST /operacao/retidos/{pedido_id}/retomar', retomar(DELE), 401, 403, 200, 200],
  ['POST /operacao/retidos/{pedido_id}/retomar', retomar(DE_NINGUEM), 401, 403, 404, 404],
  ['GET /operacao/mortas', '/operacao/mortas', 401, 403, 200, 200],
  ['GET /operacao/mortas/{morta_id}', '/operacao/mortas/7', 401, 403, 200, 200],
  ['GET /operacao/mortas/{morta_id}', '/operacao/mortas/9', 401, 403, 404, 404],
  ['POST /operacao/mortas/{morta_id}/reenviar', reenviar(7), 401, 403, 200, 200],
  ['POST /operacao/mortas/{morta_id}/reenviar', reenviar(9), 401, 403, 404, 404],
  ['POST /operacao/mortas/reenviar', '/operacao/mortas/reenviar', 401, 403, 200, 200],
  ['GET /operacao/mensagens', '/operacao/mensagens', 401, 403, 200, 200],
  ['GET /operacao/mensagens/contagens', '/operacao/mensagens/contagens', 401, 403, 200, 200],
  [UMA_MENSAGEM, mensagem(7), 401, 403, 200, 200],
  [UMA_MENSAGEM, mensagem(9), 401, 403, 404, 404],
  ['GET /operacao/notificacoes', '/operacao/notificacoes', 401, 403, 200, 200],
  ['POST /operacao/notificacoes/reenviar', renotificar, 401, 403, 200, 200],
  ['GET /admin/usuarios', '/admin/usuarios', 401, 403, 403, 200],
  ['PATCH /admin/usuarios/{usuario_id}', '/admin/usuarios/999', 401, 403, 403, 404],
  ['POST /admin/produtos', '/admin/produtos', 401, 403, 403, 201],
  ['PATCH /admin/produtos/{produto_id}', '/admin/produtos/1', 401, 403, 403, 200],
  ['PATCH /admin/produtos/{produto_id}', '/admin/produtos/9', 401, 403, 403, 404],
  ['POST /admin/produtos/{produto_id}/reposicoes', repor(1), 401, 403, 403, 201],
  ['POST /admin/produtos/{produto_id}/reposicoes', repor(9), 401, 403, 403, 404],
]

for (const [rota, endereco, ...esperados] of MATRIZ) {
  test(`${rota.split(' ')[0]} ${endereco}: ${esperados.join(', ')}`, async () => {
    for (const [i, papel] of [undefined, ...PAPEIS].entries()) {
      const { status, json } = await gateway.pedir(rota.split(' ')[0] ?? '', endereco, {
        token: papel && (await (ENCERRAM.has(rota) ? gateway.entrar : gateway.tokenDe)(papel)),
        corpo: corpos[rota],
        cabecalhos: { 'idempotency-key': 'k1' },
      })
      assert.equal(status, esperados[i], `${papel ?? 'ninguém'}: ${JSON.stringify(json)}`)
    }
  })
}

test('a matriz tem todas as rotas documentadas', async () => {
  const { json } = await gateway.pedir('GET', '/openapi.json')
  const rotas = Object.entries(json.paths as Record<string, object>).flatMap(([caminho, metodos]) =>
    Object.keys(metodos).map((metodo) => `${metodo.toUpperCase()} ${caminho}`),
  )
  const naMatriz = new Set(MATRIZ.map(([rota]) => rota))
  assert.deepEqual(rotas.sort(), [...naMatriz].sort())
})

test('o pedido de outro e o pedido que não existe têm a mesma resposta, byte a byte', async () => {
  const token = await gateway.tokenDe('cliente')
  const acoes = [
    ['GET', ''],
    ['GET', '/rastro'],
    ['GET', '/eventos'],
    ['POST', '/cancelar'],
  ] as const
  for (const [metodo, resto] of acoes) {
    const [alheio, ausente] = await Promise.all(
      [DE_OUTRO, DE_NINGUEM].map(async (id) => {
        const { status, texto, headers } = await gateway.pedir(metodo, `/pedidos/${id}${resto}`, {
          token,
        })
        // What tells one request from the next, whatever it asks for.
        const variam = /^(date|ratelimit-(remaining|reset))$/
        const iguais = [...headers].filter(([nome]) => !variam.test(nome))
        return { status, texto, iguais }
      }),
    )
    assert.equal(alheio?.status, 404)
    assert.match(alheio.texto, /"codigo":"pedido_desconhecido"/)
    assert.deepEqual(alheio, ausente)
  }
})

test('uma rota que não declara a sua ação não é registrada', async () => {
  await using app = Fastify()
  app.register(async (rotas) => {
    const nada = async () => undefined
    exigirDireitos(rotas, { conferir: nada, buscarPedido: nada })
    rotas.get('/esquecida', async () => 'oi')
  })
  await assert.rejects(async () => app.ready(), /GET \/esquecida não declara a sua ação/)
})
