// Tokens that nobody issued, at the gateway's door and at the function behind it: forged from one
// that a login gave, in every way we know of. None is accepted.
import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { after, test } from 'node:test'
import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { gatewayDeTeste } from '../gateway_de_teste.ts'
import { abrirForja, chaveDe, parte } from './forja_de_teste.ts'

const AGORA_S = Math.floor(Date.now() / 1_000)

const gateway = await gatewayDeTeste()
after(() => gateway[Symbol.asyncDispose]())
const forja = await abrirForja(gateway)
const { token, chave, protegido, declaracoes, conferir, assinar, recusado } = forja
const [cabecalho = '', corpo = '', assinatura = ''] = token.split('.')

async function recusados(ruins: Readonly<Record<string, string>>): Promise<void> {
  for (const [nome, ruim] of Object.entries(ruins)) await recusado(nome, ruim)
}

const gerar = async (alg: string): Promise<JWK> =>
  exportJWK((await generateKeyPair(alg, { extractable: true })).privateKey)

test('o controle: o token de um login vale, e o que a mesma chave reassinou', async () => {
  for (const legitimo of [token, await assinar(declaracoes)]) {
    assert.ok(await conferir(legitimo))
    assert.equal((await gateway.pedir('GET', '/auth/eu', { token: legitimo })).status, 200)
  }
})

test('sem algoritmo, escrito de qualquer modo', async () => {
  for (const alg of [
    'none',
    'None',
    'NONE',
    'nOnE',
    '',
    ' none',
    'none ',
    null,
    0,
    [],
    'EdDSA\0',
  ]) {
    const falso = parte({ ...protegido, alg })
    await recusado(`alg ${alg}, sem assinatura`, `${falso}.${corpo}.`)
    await recusado(`alg ${alg}, com a assinatura`, `${falso}.${corpo}.${assinatura}`)
  }
})

test('HS256 com a chave pública por segredo, em todas as suas formas', async () => {
  const { d: _, ...publica } = chave
  const pem = createPublicKey({ key: publica, format: 'jwk' })
  const segredos = [
    Buffer.from(String(chave.x)),
    Buffer.from(String(chave.x), 'base64url'),
    Buffer.from(JSON.stringify(publica)),
    Buffer.from(pem.export({ type: 'spki', format: 'pem' })),
    pem.export({ type: 'spki', format: 'der' }),
    Buffer.from(String(chave.kid)),
  ]
  for (const alg of ['HS256', 'HS384', 'HS512']) {
    for (const [i, segredo] of segredos.entries()) {
      const k = Buffer.concat([segredo, Buffer.alloc(Math.max(0, 64 - segredo.length))])
      const jwk: JWK = { kty: 'oct', k: k.toString('base64url') }
      await recusado(`${alg} ${i}`, await assinar(declaracoes, { alg }, jwk))
    }
  }
})

test('assinado por outra chave, com o mesmo kid ou a chave no próprio cabeçalho', async () => {
  for (const alg of ['EdDSA', 'RS256', 'PS256', 'ES256', 'ES384']) {
    const outra = await gerar(alg)
    const { d: _, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...jwk } = outra
    const cabecalhos = {
      'o mesmo kid': {},
      'a sua jwk': { jwk },
      'o endereço das suas chaves': { jku: `${gateway.url}/.well-known/jwks.json` },
      'um certificado': { x5u: 'https://example.com/c.pem', x5c: ['MIIB'], x5t: 'AAAA' },
      'um kid que é a sua jwk': { kid: JSON.stringify(jwk) },
    }
    for (const [nome, mudancas] of Object.entries(cabecalhos)) {
      const falso = await assinar(declaracoes, { alg, ...mudancas }, outra)
      await recusado(`${alg} com ${nome}`, falso)
    }
  }
})

test('kid que falta, que não é texto, ou que procura um arquivo ou uma linha', async () => {
  const kids = [
    undefined,
    null,
    1,
    [chave.kid],
    { kid: chave.kid },
    '',
    ' ',
    '../../../dev/null',
    '/etc/passwd',
    "x' union select 'AAAA",
    `${chave.kid}\0`,
    `${chave.kid} `,
    '__proto__',
    'constructor',
    'x'.repeat(400),
    'x'.repeat(40_000),
  ]
  for (const kid of kids) {
    const falso = `${parte({ ...protegido, kid })}.${corpo}.${assinatura}`
    await recusado(`kid ${String(kid).slice(0, 20)}`, falso)
    if (typeof kid === 'string' || kid === undefined) {
      await recusado('bem assinado', await assinar(declaracoes, { kid }))
    }
  }
})

test('cabeçalhos trocados com a assinatura verdadeira, e crit que não entendemos', async () => {
  const mudancas = [{ typ: 'at+jwt' }, { cty: 'JWT' }, { b64: false }, { zip: 'DEF' }, { enc: 'A' }]
  for (const mudanca of [...mudancas, { crit: ['b64'], b64: false }, { crit: ['x'], x: 1 }]) {
    const falso = `${parte({ ...protegido, ...mudanca })}.${corpo}.${assinatura}`
    await recusado(JSON.stringify(mudanca), falso)
  }
  const comCrit = `${parte({ ...protegido, crit: ['exp'], exp: 1 })}.${corpo}.${assinatura}`
  await recusado('crit de uma declaração', comCrit)
})

test('partes a mais, a menos, vazias, cortadas ou escritas de outro modo', async () => {
  await recusados({
    vazio: '',
    'só pontos': '..',
    'um ponto': '.',
    'sem assinatura': `${cabecalho}.${corpo}.`,
    'sem a parte da assinatura': `${cabecalho}.${corpo}`,
    'sem corpo': `${cabecalho}..${assinatura}`,
    'sem cabeçalho': `.${corpo}.${assinatura}`,
    'um ponto a mais': `${token}.`,
    'uma parte a mais': `${token}.${assinatura}`,
    'cinco partes, como um JWE': `${token}.${corpo}.${corpo}`,
    cortado: token.slice(0, -1),
    'cortado pela metade': token.slice(0, token.length / 2),
    'com enchimento': `${token}==`,
    'com enchimento no corpo': `${cabecalho}.${corpo}=.${assinatura}`,
    'em base64 comum': token.replaceAll('-', '+').replaceAll('_', '/').concat('='),
    'com espaço no fim': `${token} `,
    'com fim de linha': `${token}\n`,
    'com espaço na assinatura': `${cabecalho}.${corpo}. ${assinatura}`,
    'com tabulação no meio': `${cabecalho}.${corpo}\t.${assinatura}`,
    'com nulo no fim': `${token}\0`,
    'com espaço invisível': `${token}\u200b`,
    'com letras de largura inteira': token.replace('e', '\uff45'),
    'dois tokens': `${token},${token}`,
    longo: `${token}${'A'.repeat(7_000)}`,
    'muito longo': 'A'.repeat(100_000),
    'JSON em vez de compacto': JSON.stringify({
      protected: cabecalho,
      payload: corpo,
      signature: assinatura,
    }),
  })
})

test('a mesma assinatura com outros bits de sobra não é outro token que valha', async () => {
  const alfabeto = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const ultima = alfabeto.indexOf(assinatura.at(-1) ?? '')
  for (let bits = 1; bits < 16; bits++) {
    const outra = `${assinatura.slice(0, -1)}${alfabeto[ultima ^ bits]}`
    const bytes = (texto: string) => Buffer.from(texto, 'base64url')
    assert.ok(bytes(outra).equals(bytes(assinatura)), 'os bytes são os mesmos')
    await recusado(`sobra ${bits}`, `${cabecalho}.${corpo}.${outra}`)
  }
})

test('declarações trocadas com a assinatura verdadeira', async () => {
  const texto = Buffer.from(corpo, 'base64url').toString()
  const trocas = [
    { papel: 'admin' },
    { sub: '2' },
    { cliente_id: 1 },
    { exp: AGORA_S + 10_000_000 },
    { papel: ['admin'] },
  ]
  for (const troca of trocas) {
    const falso = `${cabecalho}.${parte({ ...declaracoes, ...troca })}.${assinatura}`
    await recusado(JSON.stringify(troca), falso)
  }
  const textos = [
    texto.replace('{', '{"papel":"admin",'),
    texto.replace(/\}$/, ',"papel":"admin"}'),
    texto.replace('"papel"', '"p\\u0061pel"'),
    texto.replace('"cliente"', '"\\u0063liente"'),
    `\ufeff${texto}`,
    ` ${texto}`,
    `${texto}${texto}`,
    '[]',
    'null',
    '"x"',
    '',
  ]
  for (const outro of textos) {
    await recusado(outro, `${cabecalho}.${parte(outro)}.${assinatura}`)
  }
})

test('bem assinado, mas vencido, de depois, de outro ou incompleto', async () => {
  const mudancas = [
    { exp: AGORA_S - 1 },
    { exp: AGORA_S - 10_000_000 },
    { nbf: AGORA_S + 3_600 },
    { iat: AGORA_S + 3_600 },
    { exp: AGORA_S + 10_000_000 },
    { sid: 1 },
    { sid: '' },
    { exp: -1 },
    { exp: 0 },
    { exp: String(AGORA_S + 600) },
    { exp: AGORA_S + 600.5 },
    { exp: [AGORA_S + 600] },
    { exp: null },
    { exp: true },
    { nbf: 'ontem' },
    { iat: 'ontem' },
    { iss: 'outro' },
    { iss: ['quatrovias'] },
    { iss: 'Quatrovias' },
    { aud: 'outro' },
    { aud: [] },
    { aud: { quatrovias: true } },
    { sub: Number(declaracoes.sub) },
    { sub: [declaracoes.sub] },
    { sub: '' },
    { sub: '1 or 1=1' },
    { sub: '-1' },
    { sub: '1e3' },
    { sub: '٣' },
    { sub: '\uff11' },
    { papel: 'dono' },
    { papel: 'ADMIN' },
    { papel: ['admin'] },
    { papel: { toString: 'admin' } },
    { papel: 'adm\u0131n' },
    { cliente_id: '3' },
    { cliente_id: 1.5 },
    { cliente_id: [3] },
  ]
  for (const mudanca of mudancas) {
    await recusado(JSON.stringify(mudanca), await assinar({ ...declaracoes, ...mudanca }))
  }
  for (const nome of ['sub', 'sid', 'iat', 'exp', 'iss', 'aud', 'papel', 'cliente_id']) {
    await recusado(`sem ${nome}`, await assinar({ ...declaracoes, [nome]: undefined }))
  }
})

test('bem assinado, mas com um cabeçalho que os nossos não têm', async () => {
  const { d: _, ...jwk } = chave
  const jku = `${gateway.url}/.well-known/jwks.json`
  const mudancas = [{ typ: 'at+jwt' }, { typ: undefined }, { cty: 'JWT' }, { jwk }, { jku }]
  for (const mudanca of [...mudancas, { x5u: jku }, { x5c: ['MIIB'] }, { kid: `${chave.kid}x` }]) {
    await recusado(JSON.stringify(mudanca), await assinar(declaracoes, mudanca))
  }
})

test('o token de outra instalação', async () => {
  await using outra = await gatewayDeTeste()
  const alheio = await outra.tokenDe('admin')
  assert.equal((await outra.pedir('GET', '/auth/eu', { token: alheio })).status, 200)
  await recusado('de outra instalação', alheio)
  await recusado('com o nosso kid', await assinar(declaracoes, {}, chaveDe(outra)))
})
