// Tokens: what is accepted, and every way of forging one that is not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type JWK, SignJWT } from 'jose'
import { agora, comoClienteId } from '../../contratos/ids.ts'
import { type Chave, novaChave } from './chaves.ts'
import { criarTokens, type Usuario } from './tokens.ts'

const ANA: Usuario = { id: 7, papel: 'cliente', cliente_id: comoClienteId(3) }
const SESSAO = 'uma-sessao'
const DELA = { ...ANA, sessao: SESSAO }
const VIDA_MS = 15 * 60_000
const nenhuma = () => false

async function chaveDeTeste(kid: string, ateMs?: number): Promise<Chave & { jwk: JWK }> {
  const jwk = { ...(await novaChave()), kid }
  return { jwk, criado_em: agora(), ...(ateMs !== undefined && { ateMs }) }
}
const base64url = (valor: object) => Buffer.from(JSON.stringify(valor)).toString('base64url')

const chave = await chaveDeTeste('a')
const tokens = await criarTokens([chave], nenhuma)
const { token } = await tokens.emitir(ANA, SESSAO)
const [cabecalho = '', corpo = '', assinatura = ''] = token.split('.')
const declaracoes = JSON.parse(Buffer.from(corpo, 'base64url').toString()) as {
  iat: number
  exp: number
}

/** The same claims with some changed, properly signed. */
async function assinado(mudancas: object, protegido: object = {}, com = chave): Promise<string> {
  return new SignJWT({ ...declaracoes, ...mudancas })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: 'a', ...protegido })
    .sign(com.jwk)
}
async function recusados(ruins: Readonly<Record<string, string>>): Promise<void> {
  for (const [nome, ruim] of Object.entries(ruins)) {
    assert.equal(await tokens.conferir(ruim), undefined, nome)
  }
  assert.deepEqual(await tokens.conferir(await assinado({})), DELA, 'o controle é aceito')
}

test('o token emitido diz quem é e de que sessão, por quinze minutos', async () => {
  assert.deepEqual(await tokens.conferir(token), DELA)
  const { expira_em } = await tokens.emitir(ANA, SESSAO)
  const restaMs = Date.parse(expira_em) - Date.now()
  assert.ok(restaMs > VIDA_MS - 5_000 && restaMs <= VIDA_MS)
  assert.deepEqual(JSON.parse(Buffer.from(cabecalho, 'base64url').toString()), {
    alg: 'EdDSA',
    typ: 'JWT',
    kid: 'a',
  })
})

test('token mudado, de outra chave ou sem assinatura é recusado', async () => {
  const semAlgoritmo = base64url({ alg: 'none', typ: 'JWT', kid: 'a' })
  const publica = new TextEncoder().encode(String(chave.jwk.x))
  const comoAdmin = base64url({ ...declaracoes, papel: 'admin' })
  const hmac = (segredo: Uint8Array) =>
    new SignJWT({ ...declaracoes })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: 'a' })
      .sign(segredo)
  await recusados({
    'alg none, sem assinatura': `${semAlgoritmo}.${corpo}.`,
    'alg none, com a assinatura': `${semAlgoritmo}.${corpo}.${assinatura}`,
    'HS256 com a chave pública': await hmac(publica),
    'outra chave com o mesmo kid': await assinado({}, {}, await chaveDeTeste('a')),
    'kid desconhecido': await assinado({}, { kid: 'b' }),
    'sem kid': await assinado({}, { kid: undefined }),
    'papel trocado sem assinar': `${cabecalho}.${comoAdmin}.${assinatura}`,
    'assinatura de outro token': `${cabecalho}.${corpo}.${'A'.repeat(assinatura.length)}`,
    'quatro partes': `${token}.x`,
    'longo demais': `${token}${'A'.repeat(2_000)}`,
    'não é um token': 'abc',
    vazio: '',
  })
})

test('o token não diz onde está a chave, nem o que mais é preciso entender', async () => {
  const outra = await chaveDeTeste('a')
  const { d: _, ...publica } = outra.jwk
  await recusados({
    'traz a própria chave': await assinado({}, { jwk: publica }, outra),
    'traz a nossa chave': await assinado({}, { jwk: publica }),
    jku: await assinado({}, { jku: 'http://127.0.0.1/jwks.json' }),
    x5u: await assinado({}, { x5u: 'http://127.0.0.1/x' }),
    crit: await assinado({}, { crit: ['b64'], b64: true }),
    'outro typ': await assinado({}, { typ: 'at+jwt' }),
    'sem typ': await assinado({}, { typ: undefined }),
  })
})

test('declarações ausentes, de outro público ou fora do tempo são recusadas', async () => {
  const { iat, exp } = declaracoes
  await recusados({
    'outro público': await assinado({ aud: 'outro' }),
    'outro emissor': await assinado({ iss: 'outro' }),
    'sem validade': await assinado({ exp: undefined }),
    'sem emissão': await assinado({ iat: undefined }),
    'sem sessão': await assinado({ sid: undefined }),
    'sujeito que não é um número': await assinado({ sub: '7 or 1=1' }),
    'papel inexistente': await assinado({ papel: 'dono' }),
    expirado: await assinado({ iat: iat - 900, exp: iat - 1 }),
    'emitido no futuro': await assinado({ iat: iat + 60 }),
    'ainda não vale': await assinado({ nbf: iat + 60 }),
    'longo demais para nós': await assinado({ exp: exp + 1 }),
  })
})

test('um token já conhecido também expira', async () => {
  let agoraMs = Date.now()
  const relogio = await criarTokens([chave], nenhuma, () => agoraMs)
  const { token } = await relogio.emitir(ANA, SESSAO)
  assert.deepEqual(await relogio.conferir(token), DELA)
  agoraMs += VIDA_MS
  assert.equal(await relogio.conferir(token), undefined)
})

test('um token já conhecido deixa de valer quando a sessão dele termina', async () => {
  const encerradas = new Set<string>()
  const vigiados = await criarTokens([chave], (sessao) => encerradas.has(sessao))
  const [dela, outro] = [await vigiados.emitir(ANA, SESSAO), await vigiados.emitir(ANA, 'outra')]
  assert.deepEqual(await vigiados.conferir(dela.token), DELA)
  encerradas.add(SESSAO)
  assert.equal(await vigiados.conferir(dela.token), undefined)
  assert.ok(await vigiados.conferir(outro.token))
})

test('os bits que sobram no fim da assinatura não fazem do token outro texto válido', async () => {
  const LETRAS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  // 64 bytes are 86 letters of which the last carries four spare bits.
  const onde = LETRAS.indexOf(token.at(-1) ?? '')
  const vizinha = LETRAS[onde ^ 1]
  assert.equal(await tokens.conferir(token.slice(0, -1) + vizinha), undefined)
})

test('sem reiniciar, a chave nova assina, a antiga confere, e depois do prazo não', async () => {
  let agoraMs = Date.now()
  const trocados = await criarTokens([chave], nenhuma, () => agoraMs)
  const antigo = await trocados.emitir(ANA, SESSAO)
  await trocados.usar([await chaveDeTeste('nova'), { ...chave, ateMs: agoraMs + 1_000 }])
  assert.deepEqual(await trocados.conferir(antigo.token), DELA)
  const novo = await trocados.emitir(ANA, SESSAO)
  assert.deepEqual(await trocados.conferir(novo.token), DELA)
  assert.equal(await tokens.conferir(novo.token), undefined)
  const kids = () => trocados.publicas().map(({ kid }) => kid)
  assert.deepEqual(kids(), ['nova', 'a'])
  agoraMs += 1_000
  assert.equal(await trocados.conferir(await assinado({ nova: true })), undefined)
  assert.deepEqual(kids(), ['nova'])
})

test('o que se publica de uma chave não tem a metade privada', async () => {
  const { x } = chave.jwk
  const publica = { kty: 'OKP', crv: 'Ed25519', x, kid: 'a', alg: 'EdDSA', use: 'sig' }
  assert.deepEqual(tokens.publicas(), [publica])
})

test('conferir um token conhecido custa microssegundos', async () => {
  await tokens.conferir(token)
  const desde = performance.now()
  for (let i = 0; i < 10_000; i++) await tokens.conferir(token)
  const cadaUmUs = (performance.now() - desde) / 10
  assert.ok(cadaUmUs < 50, `${cadaUmUs} µs`)
})
