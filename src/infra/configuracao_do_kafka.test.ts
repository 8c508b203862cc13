// The environment and the file of a managed Kafka: which wins, what is refused, and that nothing
// of what they hold comes out again.
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { generate } from 'selfsigned'
import type { ConexaoKafka } from '../arquiteturas/kafka/conexao.ts'
import { ErroDeInicio } from '../persistencia/database.ts'
import { lerConfiguracao } from './configuracao.ts'
import { ambienteDoBrokerProprio, lerKafka } from './configuracao_do_kafka.ts'

const SENHA = 'a-senha-que-nao-se-mostra'
const GERENCIADO = `# do painel do provedor
bootstrap.servers=um.exemplo:9092,dois.exemplo:9092
security.protocol = SASL_SSL
sasl.mechanisms: PLAIN
sasl.username=usuario
sasl.password=${SENHA}=
session.timeout.ms=45000
`

function arquivo(t: TestContext, texto: string, modo = 0o600): string {
  const pasta = mkdtempSync(join(tmpdir(), 'quatrovias-config-'))
  t.after(() => rmSync(pasta, { recursive: true }))
  const caminho = join(pasta, 'cliente.properties')
  writeFileSync(caminho, texto)
  chmodSync(caminho, modo)
  return caminho
}

const ler = (ambiente: NodeJS.ProcessEnv): ConexaoKafka | undefined =>
  lerConfiguracao(ambiente).kafka

function recusa(ambiente: NodeJS.ProcessEnv, mensagem: RegExp): void {
  assert.throws(
    () => ler(ambiente),
    (erro) => {
      assert.ok(erro instanceof ErroDeInicio && erro.exitCode === 2, String(erro))
      assert.match(erro.message, mensagem)
      assert.doesNotMatch(erro.message, new RegExp(SENHA))
      return true
    },
  )
}

test('sem brokers não há conexão; com eles, sem segurança e com três partições', () => {
  assert.equal(ler({}), undefined)
  assert.deepEqual(ler({ KAFKA_BROKERS: 'um:9092, [::1]:9093' }), {
    brokers: ['um:9092', '[::1]:9093'],
    ...{ tls: false, renomeados: {}, particoes: 3, replicacao: -1 },
  })
})

test('o broker próprio tem seis partições, a não ser que se digam outras', () => {
  assert.equal(ler(ambienteDoBrokerProprio(9092, {}))?.particoes, 6)
  assert.equal(ler(ambienteDoBrokerProprio(9092, { KAFKA_PARTICOES: '12' }))?.particoes, 12)
})

test('o arquivo de um Kafka gerenciado basta', (t) => {
  assert.deepEqual(ler({ KAFKA_CONFIG: arquivo(t, GERENCIADO) }), {
    brokers: ['um.exemplo:9092', 'dois.exemplo:9092'],
    tls: true,
    sasl: { mecanismo: 'PLAIN', usuario: 'usuario', senha: `${SENHA}=` },
    ...{ renomeados: {}, particoes: 3, replicacao: -1 },
  })
})

test('as variáveis vencem o arquivo, uma a uma', (t) => {
  const lida = ler({
    KAFKA_CONFIG: arquivo(t, GERENCIADO.replace('sasl.mechanisms', 'sasl.mechanism')),
    KAFKA_BROKERS: 'outro:1',
    KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
    KAFKA_SASL_PASSWORD: 'outra',
  })
  assert.deepEqual(lida?.brokers, ['outro:1'])
  assert.deepEqual(lida?.sasl, { mecanismo: 'SCRAM-SHA-512', usuario: 'usuario', senha: 'outra' })
})

test('arquivo ausente, incompleto ou errado é recusado pelo nome da chave, sem o valor', (t) => {
  const com = (de: string | RegExp, para: string) => ({
    KAFKA_CONFIG: arquivo(t, GERENCIADO.replace(de, para)),
  })
  recusa({ KAFKA_CONFIG: '/nao/existe' }, /^KAFKA_CONFIG: o arquivo não existe$/)
  recusa({ KAFKA_CONFIG: tmpdir() }, /^KAFKA_CONFIG: não foi possível ler/)
  recusa(com(/bootstrap.*/, ''), /^KAFKA_CONFIG não tem bootstrap\.servers$/)
  recusa(com(/sasl\.password=/, 'senha='), /falta KAFKA_SASL_PASSWORD \(sasl\.password\)$/)
  recusa(com(/sasl\.mechanisms.*/, ''), /falta KAFKA_SASL_MECHANISM \(sasl\.mechanisms\)$/)
  recusa(com('PLAIN', SENHA), /^sasl\.mechanisms, em KAFKA_CONFIG, não serve: /)
  recusa(com('SASL_SSL', SENHA), /^security\.protocol, em KAFKA_CONFIG, não serve: /)
  recusa(com(/servers=.*/, `servers=${SENHA}`), /^bootstrap\.servers, em KAFKA_CONFIG, não serve: /)
})

test('arquivo que outros podem ler é usado, com um aviso que não mostra nada dele', (t) => {
  const { mock } = t.mock.method(console, 'error', () => undefined)
  assert.ok(ler({ KAFKA_CONFIG: arquivo(t, GERENCIADO) }))
  assert.equal(mock.callCount(), 0)
  const KAFKA_CONFIG = arquivo(t, GERENCIADO, 0o644)
  assert.ok(ler({ KAFKA_CONFIG }) && ler({ KAFKA_CONFIG }))
  assert.deepEqual(
    mock.calls.map(({ arguments: um }) => um.join()),
    ['aviso: outros usuários podem ler o arquivo de KAFKA_CONFIG; use chmod 600 nele'],
  )
})

test('o que só serve com outra coisa é recusado sem ela', async (t) => {
  const KAFKA_BROKERS = 'um:9092'
  recusa({ KAFKA_SASL_PASSWORD: SENHA }, /só serve com KAFKA_BROKERS ou KAFKA_CONFIG$/)
  recusa({ KAFKA_BROKERS, KAFKA_SASL_PASSWORD: SENHA }, /^KAFKA_SASL_PASSWORD só serve com/)
  recusa({ KAFKA_BROKERS, KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' }, /falta KAFKA_SASL_MECHANISM/)
  recusa(
    { KAFKA_BROKERS, KAFKA_SSL_CA: '/um.pem' },
    /^KAFKA_SSL_CA só serve com .* SSL ou SASL_SSL/,
  )
  const comTls = { KAFKA_BROKERS, KAFKA_SECURITY_PROTOCOL: 'SSL' }
  const lixo = arquivo(t, SENHA)
  recusa({ ...comTls, KAFKA_SSL_CA: lixo }, /^KAFKA_SSL_CA não leva a um certificado em PEM$/)
  const { cert } = await generate([{ name: 'commonName', value: 'teste' }])
  assert.equal(ler({ ...comTls, KAFKA_SSL_CA: arquivo(t, cert) })?.ca, cert)
})

test('variável que não serve é recusada pelo nome', () => {
  recusa({ KAFKA_BROKERS: 'sem-porta' }, /^KAFKA_BROKERS=sem-porta não serve: deve ser uma lista/)
  recusa({ KAFKA_PARTICOES: '0' }, /^KAFKA_PARTICOES=0 não serve/)
  recusa({ KAFKA_PARTICOES: '1001' }, /^KAFKA_PARTICOES=1001 não serve/)
  recusa({ KAFKA_REPLICACAO: '0' }, /^KAFKA_REPLICACAO=0 não serve/)
  recusa({ KAFKA_SECURITY_PROTOCOL: 'TLS' }, /^KAFKA_SECURITY_PROTOCOL=TLS não serve/)
})

test('tópicos são renomeados um a um, por nomes que o Kafka aceita', () => {
  const renomear = (ambiente: NodeJS.ProcessEnv) =>
    lerKafka({ KAFKA_BROKERS: 'um:9092', ...ambiente }, ['vendas', 'notas'])?.renomeados
  assert.deepEqual(renomear({ KAFKA_TOPICO_VENDAS: 'Minhas.vendas-1', KAFKA_TOPICO_NOTAS: '' }), {
    vendas: 'Minhas.vendas-1',
  })
  assert.deepEqual(renomear({ VENDAS_TOPICO: 'loja' }), { vendas: 'loja' })
  const lancar = (ambiente: NodeJS.ProcessEnv, mensagem: RegExp) =>
    assert.throws(() => renomear(ambiente), mensagem)
  lancar({ VENDAS_TOPICO: 'a', KAFKA_TOPICO_VENDAS: 'b' }, /dizem nomes diferentes$/)
  lancar({ KAFKA_TOPICO_VENDAS: 'a/b' }, /^ErroDeInicio: KAFKA_TOPICO_VENDAS=a\/b não serve: só/)
  lancar({ KAFKA_TOPICO_VENDAS: 'v'.repeat(250) }, /não serve/)
  lancar({ KAFKA_TOPICO_VENDAS: '..' }, /não serve/)
  lancar({ KAFKA_TOPICO_VENDAS: 'notas' }, /dois tópicos se chamariam notas$/)
  lancar(
    { KAFKA_TOPICO_VENDAS: 'a.b', KAFKA_TOPICO_NOTAS: 'a_b' },
    /dois tópicos se chamariam a_b$/,
  )
  lancar({ KAFKA_TOPICO_VENDA: 'x' }, /^ErroDeInicio: KAFKA_TOPICO_VENDA: não há esse tópico; há/)
})
