// The signing keys replaced: on request, by age, and gone when their last token is.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { ErroDeNegocio } from '../../contratos/errors.ts'
import { gatewayDeTeste, lugarVazio } from '../gateway_de_teste.ts'
import * as respostas from '../respostas.ts'
import { MAXIMO_DE_CHAVES } from './chaves.ts'
import { abrirContas } from './contas.ts'
import { criarRotacao } from './rotacao.ts'
import { criarSenhas } from './senhas.ts'
import { criarTokens, type Usuario } from './tokens.ts'

const gateway = await gatewayDeTeste()
after(() => gateway[Symbol.asyncDispose]())
const UM_DIA_MS = 24 * 3_600_000
const ANA: Usuario = { id: 1, papel: 'admin', cliente_id: null }

const kidDe = (token: string): string => {
  const cabecalho = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString())
  return (cabecalho as { kid: string }).kid
}
const publicadas = async () => {
  const { json } = await gateway.pedir('GET', '/.well-known/jwks.json')
  return (json as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)
}

test('as chaves publicadas são só metades públicas, guardadas por cinco minutos', async () => {
  const { status, json, headers, texto } = await gateway.pedir('GET', '/.well-known/jwks.json')
  assert.equal(status, 200)
  respostas.chavesPublicas.strict().parse(json)
  assert.equal(texto.includes('"d"'), false)
  assert.equal(headers.get('cache-control'), 'public, max-age=300')
  assert.deepEqual(await publicadas(), [kidDe(await gateway.tokenDe('cliente'))])
})

test('o administrador troca a chave sem reiniciar, e o token de antes ainda vale', async () => {
  const antes = await gateway.entrar('cliente')
  const token = await gateway.tokenDe('admin')
  const { status, json } = await gateway.pedir('POST', '/admin/chaves', { token })
  assert.equal(status, 201)
  const { kid } = respostas.chaveNova.strict().parse(json)
  assert.deepEqual(await publicadas(), [kid, kidDe(antes)])
  const depois = await gateway.entrar('cliente')
  assert.equal(kidDe(depois), kid)
  for (const dele of [antes, depois]) {
    assert.equal((await gateway.pedir('GET', '/auth/eu', { token: dele })).status, 200)
  }
})

/** The parts without the gateway, on a clock of the test's own. */
async function comRelogio() {
  await using pilha = new AsyncDisposableStack()
  const lugar = pilha.use(lugarVazio())
  const tempo = { ms: Date.now() }
  const relogio = () => tempo.ms
  const { configuracao } = lugar
  const { chaves } = pilha.use(await abrirContas(configuracao, criarSenhas(), relogio))
  const tokens = await criarTokens(await chaves.emVigor(), () => false, relogio)
  const rotacao = criarRotacao(chaves, tokens, relogio)
  const aberto = pilha.move()
  const kids = () => tokens.publicas().map(({ kid }) => kid)
  return {
    tempo,
    tokens,
    chaves,
    rotacao,
    kids,
    [Symbol.asyncDispose]: () => aberto.disposeAsync(),
  }
}

test('uma chave de trinta dias é trocada sozinha, e uma mais nova não', async () => {
  await using partes = await comRelogio()
  const [primeira] = partes.kids()
  partes.tempo.ms += 30 * UM_DIA_MS - 60_000
  await partes.rotacao.manter()
  assert.deepEqual(partes.kids(), [primeira])
  const antes = await partes.tokens.emitir(ANA, 's')
  partes.tempo.ms += 120_000
  await partes.rotacao.manter()
  const [nova, velha, ...resto] = partes.kids()
  assert.deepEqual([velha, resto], [primeira, []])
  assert.notEqual(nova, primeira)
  assert.ok(await partes.tokens.conferir(antes.token))
})

test('a chave trocada é apagada quando o último token dela já expirou', async () => {
  await using partes = await comRelogio()
  const ultimo = await partes.tokens.emitir(ANA, 's')
  const { kid } = await partes.rotacao.rotacionar()
  partes.tempo.ms = Date.parse(ultimo.expira_em) - 1
  await partes.rotacao.manter()
  assert.ok(await partes.tokens.conferir(ultimo.token))
  assert.equal(partes.kids().length, 2)
  partes.tempo.ms += 2 * 60_000
  assert.deepEqual(partes.kids(), [kid], 'já não é publicada')
  await partes.rotacao.manter()
  assert.deepEqual(
    (await partes.chaves.emVigor()).map(({ jwk }) => jwk.kid),
    [kid],
  )
  partes.tempo.ms -= UM_DIA_MS
  assert.equal((await partes.chaves.emVigor()).length, 1, 'saiu do banco')
})

test('trocas simultâneas acontecem uma de cada vez, e assina a última que foi criada', async () => {
  await using partes = await comRelogio()
  const usadas: number[] = []
  const vigiada = criarRotacao(partes.chaves, {
    async usar(chaves) {
      usadas.push(chaves.length)
      // The first takes its time: whoever did not wait for it would be overtaken by it.
      const voltas = usadas.length === 1 ? 2_000 : 0
      for (let i = 0; i < voltas; i++) await setImmediate()
      await partes.tokens.usar(chaves)
    },
  })
  const novas = await Promise.all([1, 2, 3].map(() => vigiada.rotacionar()))
  assert.deepEqual(usadas, [2, 3, 4])
  const { token } = await partes.tokens.emitir(ANA, 's')
  assert.equal(kidDe(token), novas.at(-1)?.kid)
})

test('trocas demais em pouco tempo são recusadas, e depois voltam a poder', async () => {
  await using partes = await comRelogio()
  for (let i = 1; i < MAXIMO_DE_CHAVES; i++) await partes.rotacao.rotacionar()
  await assert.rejects(partes.rotacao.rotacionar(), (erro: ErroDeNegocio) => {
    return erro.codigo === 'limite_excedido'
  })
  partes.tempo.ms += UM_DIA_MS
  await partes.rotacao.rotacionar()
})
