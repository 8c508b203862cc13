// Tokens: what is accepted, and every way of forging one that is not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { comoClienteId } from '../../contratos/ids.ts'
import { criarTokens, type Usuario } from './tokens.ts'

const ANA: Usuario = { id: 7, papel: 'cliente', cliente_id: comoClienteId(3) }
const UMA_HORA_MS = 3_600_000

async function novaChave(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  return { ...(await exportJWK(privateKey)), kid, alg: 'EdDSA' }
}
const base64url = (valor: object) => Buffer.from(JSON.stringify(valor)).toString('base64url')

const chave = await novaChave('a')
const tokens = await criarTokens([chave])
const { token } = await tokens.emitir(ANA)
const [cabecalho = '', corpo = '', assinatura = ''] = token.split('.')
const declaracoes = JSON.parse(Buffer.from(corpo, 'base64url').toString()) as object

/** The same claims with some changed, properly signed. */
async function assinado(mudancas: object, protegido: object = {}, com = chave): Promise<string> {
  return new SignJWT({ ...declaracoes, ...mudancas })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'a', ...protegido })
    .sign(com)
}

test('o token emitido diz quem é, por uma hora', async () => {
  assert.deepEqual(await tokens.conferir(token), ANA)
  const { expira_em } = await tokens.emitir(ANA)
  const restaMs = Date.parse(expira_em) - Date.now()
  assert.ok(restaMs > UMA_HORA_MS - 5_000 && restaMs <= UMA_HORA_MS)
})

test('token mudado, de outra chave, de outro público ou sem assinatura é recusado', async () => {
  const outra = await novaChave('a')
  const semAlgoritmo = base64url({ alg: 'none', kid: 'a' })
  const publica = new TextEncoder().encode(String(chave.x))
  const comoAdmin = base64url({ ...declaracoes, papel: 'admin' })
  const ruins: Record<string, string> = {
    'alg none, sem assinatura': `${semAlgoritmo}.${corpo}.`,
    'alg none, com a assinatura': `${semAlgoritmo}.${corpo}.${assinatura}`,
    'HS256 com a chave pública': await new SignJWT({ ...declaracoes })
      .setProtectedHeader({ alg: 'HS256', kid: 'a' })
      .sign(publica),
    'outra chave com o mesmo kid': await assinado({}, {}, outra),
    'kid desconhecido': await assinado({}, { kid: 'b' }),
    'papel trocado sem assinar': `${cabecalho}.${comoAdmin}.${assinatura}`,
    'assinatura de outro token': `${cabecalho}.${corpo}.${'A'.repeat(assinatura.length)}`,
    'outro público': await assinado({ aud: 'outro' }),
    'outro emissor': await assinado({ iss: 'outro' }),
    'sem validade': await assinado({ exp: undefined }),
    expirado: await assinado({ exp: Math.floor(Date.now() / 1_000) - 1 }),
    'papel inexistente': await assinado({ papel: 'dono' }),
    'longo demais': `${token}${'A'.repeat(2_000)}`,
    'não é um token': 'abc',
    vazio: '',
  }
  for (const [nome, ruim] of Object.entries(ruins)) {
    assert.equal(await tokens.conferir(ruim), undefined, nome)
  }
  assert.deepEqual(await tokens.conferir(await assinado({})), ANA, 'o controle é aceito')
})

test('um token já conhecido também expira', async () => {
  let agora = Date.now()
  const relogio = await criarTokens([chave], () => agora)
  const { token } = await relogio.emitir(ANA)
  assert.deepEqual(await relogio.conferir(token), ANA)
  agora += UMA_HORA_MS
  assert.equal(await relogio.conferir(token), undefined)
})

test('a chave nova assina e a antiga ainda confere', async () => {
  const trocada = await criarTokens([await novaChave('nova'), chave])
  assert.deepEqual(await trocada.conferir(token), ANA)
  const novo = await trocada.emitir(ANA)
  assert.equal(await tokens.conferir(novo.token), undefined)
})

test('conferir um token conhecido custa microssegundos', async () => {
  await tokens.conferir(token)
  const desde = performance.now()
  for (let i = 0; i < 10_000; i++) await tokens.conferir(token)
  const cadaUmUs = (performance.now() - desde) / 10
  assert.ok(cadaUmUs < 50, `${cadaUmUs} µs`)
})
