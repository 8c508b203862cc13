// The certificate of the HTTPS port: the one that was given, judged before anything opens, or one
// of our own making, kept with the data and made anew before it ends.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import type { Certificado } from '../infra/conexoes.ts'
import type { Configuracao } from '../infra/configuracao.ts'
import { ErroDeInicio } from '../persistencia/database.ts'

const DIA_MS = 86_400_000
/** Browsers take none that lasts 398 days or more. */
const VALIDADE_MS = 397 * DIA_MS
const RESTO_MINIMO_MS = 30 * DIA_MS
/** A clock that is a little behind must not see a certificate of the future. */
const FOLGA_MS = 3_600_000

/** Errors: ErroDeInicio (code 2) when the one that TLS_CERT and TLS_KEY name does not serve. */
export async function obterCertificado(configuracao: Configuracao): Promise<Certificado> {
  const { tls, diretorio } = configuracao
  return tls ? lerDado(tls) : await oProprio(join(diretorio, 'tls'))
}

function lerDado({ cert: caminho, key: caminhoDaChave }: Certificado): Certificado {
  const cert = lerArquivo('TLS_CERT', caminho)
  const key = lerArquivo('TLS_KEY', caminhoDaChave)
  const x509 = lerPem(`TLS_CERT=${caminho} não é um certificado em PEM`, () => {
    return new X509Certificate(cert)
  })
  const detalhe = `TLS_KEY=${caminhoDaChave} não é uma chave privada em PEM, sem senha`
  const chave = lerPem(detalhe, () => createPrivateKey(key))
  if (!x509.checkPrivateKey(chave)) {
    throw new ErroDeInicio('TLS_KEY não é a chave do certificado de TLS_CERT', 2)
  }
  const { validFromDate: inicio, validToDate: fim } = x509
  if (fim.getTime() <= Date.now()) {
    throw new ErroDeInicio(`o certificado de TLS_CERT venceu em ${fim.toISOString()}`, 2)
  }
  if (inicio.getTime() > Date.now()) {
    throw new ErroDeInicio(`o certificado de TLS_CERT só vale desde ${inicio.toISOString()}`, 2)
  }
  // What OpenSSL refuses for other reasons, such as a key that is too short.
  lerPem('o certificado de TLS_CERT não é seguro', () => createSecureContext({ cert, key }))
  return { cert, key }
}

function lerArquivo(variavel: string, caminho: string): string {
  try {
    return readFileSync(caminho, 'utf8')
  } catch (causa) {
    throw new ErroDeInicio(`${variavel}: não foi possível ler ${caminho}`, 2, causa)
  }
}

function lerPem<T>(recusa: string, ler: () => T): T {
  try {
    return ler()
  } catch (causa) {
    throw new ErroDeInicio(recusa, 2, causa)
  }
}

async function oProprio(pasta: string): Promise<Certificado> {
  return lerGuardado(pasta) ?? (await criar(pasta))
}

/** Nothing when there is none, half of one, one that does not fit its key, or one about to end. */
function lerGuardado(pasta: string): Certificado | undefined {
  try {
    const cert = readFileSync(join(pasta, 'cert.pem'), 'utf8')
    const key = readFileSync(join(pasta, 'key.pem'), 'utf8')
    const x509 = new X509Certificate(cert)
    const resta = x509.validToDate.getTime() - Date.now()
    const serve = x509.checkPrivateKey(createPrivateKey(key)) && resta > RESTO_MINIMO_MS
    return serve ? { cert, key } : undefined
  } catch {
    return undefined
  }
}

async function criar(pasta: string): Promise<Certificado> {
  // Loaded only here: 0.1 s and 25 MB, once a year.
  const { generate } = await import('selfsigned')
  const nome = [{ name: 'commonName', value: 'quatrovias' }]
  const agora = Date.now()
  const { cert, private: key } = await generate(nome, {
    ...{ keyType: 'ec', curve: 'P-256', algorithm: 'sha256' },
    notBeforeDate: new Date(agora - FOLGA_MS),
    notAfterDate: new Date(agora - FOLGA_MS + VALIDADE_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: nomes() },
    ],
  })
  mkdirSync(pasta, { recursive: true, mode: 0o700 })
  gravar(join(pasta, 'key.pem'), key)
  gravar(join(pasta, 'cert.pem'), cert)
  return { cert, key }
}

/** X.509's numbers for the kinds of name. */
const DNS = 2
const IP = 7
const nomes = () => [
  ...[...new Set(['localhost', hostname()])].map((value) => ({ type: DNS, value }) as const),
  ...['127.0.0.1', '::1'].map((ip) => ({ type: IP, ip }) as const),
]

/** Whole or not at all; of two, one may be missing, and both are then made anew. */
function gravar(caminho: string, pem: string): void {
  writeFileSync(`${caminho}.novo`, pem, { mode: 0o600 })
  renameSync(`${caminho}.novo`, caminho)
}
