// A broker whose door wants TLS, signed by an authority of its own, and one of three kinds of
// password, and that may allow a user nothing: what a managed cluster asks, on this machine.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { type ConexaoKafka, MECANISMOS_SASL } from '../src/arquiteturas/kafka/conexao.ts'
import { protocolos } from '../src/infra/kafka/propriedades.ts'
import type { OpcoesDeTeste } from './kafka.ts'

type Mecanismo = (typeof MECANISMOS_SASL)[number]

export const USUARIO = 'loja'
/** Of a cluster with permissions: she has them all, and a user what she gives. */
const DONA = 'dona'
export const SENHA = 'segredo-do-kafka'
const MODULOS = 'org.apache.kafka.common.security'
const SCRAM = MECANISMOS_SASL.filter((um) => um !== 'PLAIN')
/** X.509's number for the kind of name. */
const IP = 7

/** For `abrirBrokerDeTeste`: its `conexao` then has the authority, and lacks only the password. */
export async function comSeguranca(): Promise<OpcoesDeTeste> {
  const { ca, cert, key } = await certificados()
  const mecanismo = (um: Mecanismo, valor: string) =>
    [`listener.name.clientes.${um.toLowerCase()}.sasl.jaas.config`, `${MODULOS}.${valor}`] as const
  const usuarios = [USUARIO, DONA].map((um) => `user_${um}="${SENHA}"`).join(' ')
  const plain = `plain.PlainLoginModule required ${usuarios};`
  return {
    propriedades: {
      'listener.security.protocol.map': protocolos('SASL_SSL'),
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.key': key,
      'ssl.keystore.certificate.chain': cert,
      'listener.name.clientes.sasl.enabled.mechanisms': MECANISMOS_SASL.join(','),
      ...Object.fromEntries([
        mecanismo('PLAIN', plain),
        ...SCRAM.map((um) => mecanismo(um, 'scram.ScramLoginModule required;')),
      ]),
    },
    formato: SCRAM.flatMap((um) => ['--add-scram', `${um}=[name=${USUARIO},password=${SENHA}]`]),
    conexao: { tls: true, ca },
  }
}

/** The same, with permissions. */
export async function comPermissoes(): Promise<OpcoesDeTeste> {
  const { propriedades, ...outras } = await comSeguranca()
  const autorizador = 'org.apache.kafka.metadata.authorizer.StandardAuthorizer'
  return {
    ...outras,
    propriedades: {
      ...propriedades,
      'authorizer.class.name': autorizador,
      // By its other doors the broker itself comes, and no name is asked there.
      'super.users': `User:ANONYMOUS;User:${DONA}`,
    },
  }
}

export const comoDona = (conexao: ConexaoKafka): ConexaoKafka => ({
  ...conexao,
  sasl: { mecanismo: 'PLAIN', usuario: DONA, senha: SENHA },
})

export const comSenha = (
  conexao: ConexaoKafka,
  mecanismo: Mecanismo,
  senha = SENHA,
): ConexaoKafka => ({ ...conexao, sasl: { mecanismo, usuario: USUARIO, senha } })

/** `cliente.properties` in this folder, as a provider hands it out, its authority beside it. */
export function gravarPropriedades(pasta: string, { brokers, ca, sasl }: ConexaoKafka): string {
  const autoridade = join(pasta, 'ca.pem')
  if (ca !== undefined) writeFileSync(autoridade, ca)
  const caminho = join(pasta, 'cliente.properties')
  const linhas = [
    `bootstrap.servers=${brokers.join(',')}`,
    'security.protocol=SASL_SSL',
    `sasl.mechanisms=${sasl?.mecanismo}`,
    `sasl.username=${sasl?.usuario}`,
    `sasl.password=${sasl?.senha}`,
    `ssl.ca.location=${autoridade}`,
  ]
  writeFileSync(caminho, `${linhas.join('\n')}\n`, { mode: 0o600 })
  return caminho
}

/** An authority, and the broker's certificate with its signature, all in PEM. */
async function certificados(): Promise<{ ca: string; cert: string; key: string }> {
  const tipo = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const
  const nome = (value: string) => [{ name: 'commonName', value }]
  const autoridade = await generate(nome('autoridade de teste'), {
    ...tipo,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  const broker = await generate(nome('broker de teste'), {
    ...tipo,
    ca: { key: autoridade.private, cert: autoridade.cert },
    extensions: [{ name: 'subjectAltName', altNames: [{ type: IP, ip: '127.0.0.1' }] }],
  })
  return { ca: autoridade.cert, cert: broker.cert, key: broker.private }
}
