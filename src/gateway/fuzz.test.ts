// Ten thousand requests made from the OpenAPI document, good and spoilt, by everybody: each answer
// is one that the document promises, each promise is kept, and the gateway ends as it began.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { FastifyReply } from 'fastify'
import { ate } from '../../testes/ate.ts'
import { type Certas, codigosDe, nuncaVistas, semSucesso } from '../../testes/fuzz/cobertura.ts'
import { type Alvo, EM_VOO, iniciarCorrida } from '../../testes/fuzz/corrida.ts'
import { type CodigoDeErro, ERROS, ErroDeNegocio } from '../contratos/errors.ts'
import type { Papel } from './acesso/direitos.ts'
import { gatewayDeTeste } from './gateway_de_teste.ts'
import {
  DE_NINGUEM,
  DE_OUTRO,
  DELE,
  PEDIDOS,
  PRODUTO_NOVO,
  pedidosFalso,
  produtosFalsos,
  recusar,
  todosFalsos,
} from './servicos_de_teste.ts'

/** Another one: SEMENTE=7 node --test src/gateway/fuzz.test.ts */
const SEMENTE = Number(process.env.SEMENTE ?? 20_260_102)
const QUANTAS = 10_000
const ESPERA_MS = 10_000
/** Only after an order has ended and its end was heard of: eventos.test.ts brings it about. */
const NUNCA_VISTAS: readonly string[] = ['verEventos 204']

const pedidos = pedidosFalso()
const produtos = produtosFalsos()
const gateway = await gatewayDeTeste(todosFalsos(pedidos, produtos), {
  limites: { porEndereco: 0, porCliente: 0, deEntrada: 0 },
})
after(() => gateway[Symbol.asyncDispose]())
const { conformidade, documento } = gateway
const contexto = {
  esquemas: documento.components?.schemas ?? {},
  conhecidos: {
    pedido_id: [DELE, DE_OUTRO, DE_NINGUEM],
    produto_id: [1],
    morta_id: [7],
    ...{ topico: ['nf_emitida'], particao: [0], offset: [7] },
    // The generated clients: the staff keep their roles.
    usuario_id: [4, 5],
    email: ['ninguem@example.com'],
  },
}
const tokens = new Map<Papel, Promise<string>>()
const alvo: Alvo = {
  url: gateway.url,
  conformidade,
  contexto,
  tokenDe(papel) {
    const token = tokens.get(papel) ?? gateway.entrar(papel)
    tokens.set(papel, token)
    return token
  },
  async esquecer(papel, recusado) {
    if ((await tokens.get(papel)) === recusado) tokens.delete(papel)
  },
  // What the services are made to answer below, and a queue of passwords that is full.
  passageiros: new Set(['arquitetura_fechada', 'pedido_em_andamento', 'sobrecarregado']),
}
const comCorpo = (corpo: unknown) => ({ corpo: JSON.stringify(corpo) })
const certas: Certas = {
  entrar: async () => comCorpo(gateway.credenciais.cliente),
  renovar: async () => {
    const corpo = gateway.credenciais.cliente
    const { json } = await gateway.pedir('POST', '/auth/login', { corpo })
    return comCorpo({ renovacao: json.renovacao })
  },
  mudarSenha: async () => {
    const { senha } = gateway.credenciais.admin
    return { papel: 'admin', ...comCorpo({ senha_atual: senha, senha_nova: senha }) }
  },
  // The role that it has: another would end the sessions of whoever has it.
  mudarPapel: async () => {
    const { json } = await gateway.pedir('GET', '/auth/eu', { token: await alvo.tokenDe('admin') })
    const caminho = `/admin/usuarios/${json.id}`
    return { papel: 'admin', caminho, ...comCorpo({ papel: 'admin' }) }
  },
}

/**
 * In turn, each success that the document has for the operation; and, one time of four, each of the
 * refusals that are its own. Every operation counts its own turns: with one count for all, which
 * answer comes would hang on how the requests interleave.
 */
const respondidas = new Map<string, number>()
function revezar(resposta: FastifyReply, operationId: string, corpo: unknown): FastifyReply {
  const feitas = respondidas.get(operationId) ?? 0
  respondidas.set(operationId, feitas + 1)
  const { responses = {} } = conformidade.operacoes.find((o) => o.operationId === operationId) ?? {}
  const recusas = Math.floor(feitas / 4)
  if (feitas % 4 < 3) {
    const sucessos = Object.keys(responses).filter((status) => Number(status) < 300)
    const status = sucessos[(feitas - recusas) % sucessos.length] ?? '200'
    const { headers = {} } = responses[status] ?? {}
    if ('Location' in headers) resposta.header('location', `/pedidos/${DELE}`)
    return resposta.code(Number(status)).send(corpo)
  }
  const codigos = (Object.values(responses).flatMap(codigosDe) as CodigoDeErro[]).filter(
    (codigo) => ERROS[codigo].status < 500 || alvo.passageiros.has(codigo),
  )
  return recusar(resposta, new ErroDeNegocio(codigos[recusas % codigos.length] ?? 'sobrecarregado'))
}
pedidos.responder = (resposta) => {
  const ato = /cancelar|entregar/.exec(resposta.request.url)?.[0] ?? 'fazer'
  return revezar(resposta, `${ato}Pedido`, PEDIDOS.get(DELE))
}
pedidos.retomar = (resposta) => revezar(resposta, 'retomarPedido', PEDIDOS.get(DELE))
pedidos.reenviar = (resposta, corpo) =>
  revezar(resposta, 'restam' in corpo ? 'reenviarMortas' : 'reenviarMorta', corpo)
produtos.criar = (resposta) => revezar(resposta, 'criarProduto', PRODUTO_NOVO)
// Asked by two operations, whose refusals differ.
let reposicoes = 0
produtos.repor = (resposta) => {
  reposicoes += 1
  const feita = { produto_id: 1, quantidade: 5, estoque: 12 }
  return resposta.code(reposicoes % 2 === 0 ? 200 : 201).send(feita)
}

test('cada operação responde com sucesso ao que o documento diz que ela aceita', async () => {
  await using corrida = iniciarCorrida(alvo)
  const faltam = await semSucesso(corrida, conformidade, contexto, { certas, seed: SEMENTE })
  assert.deepEqual(faltam, [])
})

const abertos = () => process.getActiveResourcesInfo().length

test(`${QUANTAS} requisições: só respostas prometidas, e nada fica aberto`, async (t) => {
  t.diagnostic(`SEMENTE=${SEMENTE}`)
  const metade = QUANTAS / 2
  {
    await using corrida = iniciarCorrida(alvo)
    await corrida.correr(metade, SEMENTE)
    t.diagnostic(JSON.stringify(Object.fromEntries(corrida.contagem)))
  }
  const antes = abertos()
  {
    await using corrida = iniciarCorrida(alvo)
    await corrida.correr(metade, SEMENTE + metade)
    t.diagnostic(JSON.stringify(Object.fromEntries(corrida.contagem)))
  }
  await ate(() => abertos() <= antes + EM_VOO, ESPERA_MS, 'o que se abriu foi fechado')
})

test('depois de tudo, o gateway ainda atende e deixa entrar', async () => {
  for (const caminho of ['/healthz', '/readyz', '/produtos']) {
    assert.equal((await gateway.pedir('GET', caminho)).status, 200, caminho)
  }
  // Somebody new: of those that the document names, the fuzz has guessed the passwords too often.
  const corpo = { nome: 'Eva', email: 'eva@example.com', senha: 'uma senha bem longa' }
  assert.equal((await gateway.pedir('POST', '/auth/cadastro', { corpo })).status, 201)
  const { status, json } = await gateway.pedir('POST', '/auth/login', { corpo })
  assert.equal(status, 200)
  const eu = await gateway.pedir('GET', '/auth/eu', { token: String(json.token) })
  assert.deepEqual([eu.status, eu.json.nome], [200, 'Eva'])
})

test('tudo o que o documento promete foi visto, aqui ou em outro teste', () => {
  assert.deepEqual(nuncaVistas(documento, conformidade.vistas), NUNCA_VISTAS)
})
