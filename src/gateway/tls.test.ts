// HTTPS: the certificate, given or our own, and the second port with everything that the first has.
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempDisposableSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { connect } from 'node:tls'
import { generate } from 'selfsigned'
import { type Configuracao, lerConfiguracao } from '../infra/configuracao.ts'
import { ErroDeInicio } from '../persistencia/database.ts'
import { abrirGateway } from './gateway.ts'
import { lugarVazio, servicosFalsos } from './gateway_de_teste.ts'
import { obterCertificado } from './tls.ts'

const DIA_MS = 86_400_000

async function pem(de: number, ate: number) {
  const agora = Date.now()
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'x' }], {
    ...{ keyType: 'ec', algorithm: 'sha256' },
    notBeforeDate: new Date(agora + de * DIA_MS),
    notAfterDate: new Date(agora + ate * DIA_MS),
  })
  return { cert, key }
}

function lugar(t: TestContext) {
  const pasta = mkdtempDisposableSync(join(tmpdir(), 'quatrovias-tls-'))
  t.after(() => pasta.remove())
  const gravar = (nome: string, texto: string) => {
    const caminho = join(pasta.path, nome)
    mkdirSync(join(caminho, '..'), { recursive: true })
    writeFileSync(caminho, texto)
    return caminho
  }
  return {
    ...{ gravar, pasta: pasta.path },
    configuracao: lerConfiguracao({ QUATROVIAS_DIR: pasta.path }),
  }
}

test('sem certificado, faz um próprio: nomes da máquina, 397 dias, chave só do dono', async (t) => {
  const { configuracao, pasta } = lugar(t)
  const { cert } = await obterCertificado(configuracao)
  const x509 = new X509Certificate(cert)
  for (const nome of ['localhost', '127.0.0.1', '::1']) {
    assert.ok(nome === 'localhost' ? x509.checkHost(nome) : x509.checkIP(nome), nome)
  }
  assert.equal(x509.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
  const dias = (x509.validToDate.getTime() - x509.validFromDate.getTime()) / DIA_MS
  assert.ok(dias > 300 && dias <= 397, `${dias} dias`)
  assert.equal(statSync(join(pasta, 'tls', 'key.pem')).mode & 0o777, 0o600)
  assert.deepEqual(await obterCertificado(configuracao), await obterCertificado(configuracao))
  assert.equal((await obterCertificado(configuracao)).cert, cert)
})

test('o próprio é refeito quando está para vencer, falta metade ou não se lê', async (t) => {
  const { configuracao, gravar, pasta } = lugar(t)
  const velho = await pem(-300, 29)
  gravar('tls/cert.pem', velho.cert)
  gravar('tls/key.pem', velho.key)
  const novo = await obterCertificado(configuracao)
  assert.notEqual(novo.cert, velho.cert)

  gravar('tls/key.pem', velho.key)
  const refeito = await obterCertificado(configuracao)
  assert.notEqual(refeito.cert, novo.cert)

  rmSync(join(pasta, 'tls', 'cert.pem'))
  const outro = await obterCertificado(configuracao)
  gravar('tls/cert.pem', 'lixo')
  const ultimo = await obterCertificado(configuracao)
  assert.notEqual(ultimo.cert, outro.cert)
  assert.equal(readFileSync(join(pasta, 'tls', 'cert.pem'), 'utf8'), ultimo.cert)
})

test('o certificado dado é usado como veio', async (t) => {
  const { configuracao, gravar } = lugar(t)
  const dado = await pem(-1, 2)
  const tls = { cert: gravar('c.pem', dado.cert), key: gravar('k.pem', dado.key) }
  assert.deepEqual(await obterCertificado({ ...configuracao, tls }), dado)
})

test('certificado dado que não serve recusa o início com código 2 e diz por quê', async (t) => {
  const { configuracao, gravar } = lugar(t)
  const bom = await pem(-1, 2)
  const vencido = await pem(-3, -1)
  const cedo = await pem(1, 2)
  const cert = gravar('c.pem', bom.cert)
  const key = gravar('k.pem', bom.key)
  const lixo = gravar('lixo.pem', 'lixo')
  const casos: [NonNullable<Configuracao['tls']>, RegExp][] = [
    [{ cert: '/nao/ha', key }, /^TLS_CERT: não foi possível ler \/nao\/ha$/],
    [{ cert, key: '/nao/ha' }, /^TLS_KEY: não foi possível ler \/nao\/ha$/],
    [{ cert: lixo, key }, /^TLS_CERT=.*lixo\.pem não é um certificado em PEM$/],
    [{ cert, key: lixo }, /^TLS_KEY=.*lixo\.pem não é uma chave privada em PEM, sem senha$/],
    [{ cert, key: gravar('k2.pem', cedo.key) }, /^TLS_KEY não é a chave do certificado/],
    [
      { cert: gravar('v.pem', vencido.cert), key: gravar('vk.pem', vencido.key) },
      /^o certificado de TLS_CERT venceu em \d{4}-/,
    ],
    [
      { cert: gravar('a.pem', cedo.cert), key: gravar('ak.pem', cedo.key) },
      /^o certificado de TLS_CERT só vale desde \d{4}-/,
    ],
  ]
  for (const [tls, dito] of casos) {
    await assert.rejects(obterCertificado({ ...configuracao, tls }), (erro) => {
      assert.ok(erro instanceof ErroDeInicio && erro.exitCode === 2)
      assert.match(erro.message, dito)
      assert.doesNotMatch(erro.message, /PRIVATE KEY/)
      return true
    })
  }
})

test('TLS_CERT sem TLS_KEY, ou o contrário, recusa o início', () => {
  assert.throws(() => lerConfiguracao({ TLS_CERT: 'c' }), /falta TLS_KEY/)
  assert.throws(() => lerConfiguracao({ TLS_KEY: 'k' }), /falta TLS_CERT/)
})

async function abrir(t: TestContext) {
  const pilha = new AsyncDisposableStack()
  t.after(() => pilha.disposeAsync())
  const { configuracao } = pilha.use(lugarVazio())
  const chegou = Promise.withResolvers<void>()
  const solta = Promise.withResolvers<void>()
  const { enderecos } = pilha.use(
    await servicosFalsos({
      catalogo: (app) =>
        app.get('/produtos', async () => {
          chegou.resolve()
          await solta.promise
          return []
        }),
    }),
  )
  const gateway = pilha.use(await abrirGateway(configuracao, enderecos, 0, 0))
  const { cert } = await obterCertificado(configuracao)
  const porta = Number(new URL(gateway.https ?? '').port)
  return { gateway, cert, porta, chegou: chegou.promise, soltar: solta.resolve }
}

async function pedir(url: string, ca: string, headers: Record<string, string> = {}) {
  // Empty: the certificate is held to the address in `url`, and not to a `Host` that is made up.
  const requisicao = request(url, { ca, headers, servername: '', agent: false }).end()
  const [resposta] = await once(requisicao, 'response')
  let texto = ''
  for await (const parte of resposta) texto += parte
  return { status: resposta.statusCode, headers: resposta.headers, texto }
}

test('por HTTPS responde o mesmo que por HTTP', async (t) => {
  const { gateway, cert } = await abrir(t)
  const seguro = await pedir(`${gateway.https}/HEALTHZ`, cert)
  assert.deepEqual([seguro.status, seguro.texto], [200, '{"status":"vivo"}'])
  const claro = await fetch(`${gateway.url}/healthz`)
  for (const nome of ['content-security-policy', 'permissions-policy', 'x-frame-options']) {
    assert.equal(seguro.headers[nome], claro.headers.get(nome), nome)
  }
  assert.equal((await pedir(`${gateway.https}/auth/eu`, cert)).status, 401)
})

test('pede HTTPS para sempre a quem veio por ele, menos em nome desta máquina', async (t) => {
  const { gateway, cert } = await abrir(t)
  const sempre = async (url: string, host: string) =>
    (await pedir(`${url}/healthz`, cert, { host })).headers['strict-transport-security']
  const { https = '' } = gateway
  assert.equal(await sempre(https, 'loja.example:8443'), 'max-age=15552000')
  for (const host of ['localhost:8443', '127.0.0.1:8443', '[::1]:8443']) {
    assert.equal(await sempre(https, host), undefined, host)
  }
  const claro = await fetch(`${gateway.url}/healthz`)
  assert.equal(claro.headers.get('strict-transport-security'), null)
})

test('TLS antigo é recusado, e lixo por HTTPS também é um problema', async (t) => {
  const { cert, porta } = await abrir(t)
  const ligar = (opcoes: object) => connect({ host: '127.0.0.1', port: porta, ca: cert, ...opcoes })
  const antigo = ligar({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' })
  await assert.rejects(once(antigo, 'secureConnect'))
  const novo = ligar({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })
  novo.write('lixo\r\n\r\n')
  let ouvido = ''
  for await (const parte of novo) ouvido += parte
  assert.match(ouvido, /^HTTP\/1\.1 400 /)
  assert.match(ouvido, /"codigo":"requisicao_invalida"/)
})

test('ao encerrar, o que está sendo respondido por HTTPS termina; nada mais entra', async (t) => {
  const { gateway, cert, porta, chegou, soltar } = await abrir(t)
  const calada = connect({ host: '127.0.0.1', port: porta, ca: cert })
  calada.on('error', () => undefined)
  await once(calada, 'secureConnect')
  calada.write('GET / HTTP/1.1\r\nHost: x')
  const resposta = pedir(`${gateway.https}/produtos`, cert)
  await chegou
  const fechando = gateway[Symbol.asyncDispose]()
  soltar()
  const { status, headers } = await resposta
  assert.deepEqual([status, headers.connection], [200, 'close'])
  await fechando
  await assert.rejects(pedir(`${gateway.https}/healthz`, cert))
})
