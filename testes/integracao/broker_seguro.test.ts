// The doors of a managed cluster, on a broker of our own: TLS by an authority that we made, and
// each kind of password; a client alone, and the whole product by the file of a provider.
import assert from 'node:assert/strict'
import { mkdtempDisposableSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { MECANISMOS_SASL } from '../../src/arquiteturas/kafka/conexao.ts'
import { SERVICOS } from '../../src/contratos/ids.ts'
import { requisitar } from '../../src/gateway/gateway_de_teste.ts'
import { caminhoDoLog } from '../../src/infra/supervisao/arquivo_de_log.ts'
import { ate } from '../ate.ts'
import { abrirCena, type Cena, livrosFecham } from '../cena_kafka.ts'
import { umItem } from '../contrato/sistema.ts'
import { abrirBrokerDeTeste, type BrokerDeTeste, faltaKafka } from '../kafka.ts'
import { consumir, criarTopico, produzir } from '../kafka_cliente.ts'
import { comSeguranca, comSenha, gravarPropriedades, SENHA } from '../kafka_seguro.ts'
import { conferirSilencio } from '../silencio.ts'

const LIMITE_MS = 20_000
const PEDIDOS = 5
const ERRADA = 'o-segredo-de-outra-loja'
/** What docs/operacao.md says that the log says, and the cluster's own reason. */
const NO_REGISTRO = /"O Kafka não respondeu: SASL authentication failed/

describe('broker com TLS e senha', { skip: faltaKafka() }, () => {
  let broker: BrokerDeTeste
  before(async () => {
    broker = await abrirBrokerDeTeste(await comSeguranca())
  })
  after(() => broker[Symbol.asyncDispose]())

  for (const mecanismo of MECANISMOS_SASL) {
    it(`${mecanismo}: com a senha certa entra, com a errada é recusado`, async () => {
      const certa = comSenha(broker.conexao, mecanismo)
      const topico = `por-${mecanismo}`
      await criarTopico(certa, topico)
      await produzir(certa, topico, 'oi')
      assert.deepEqual(await consumir(certa, topico, 1), ['oi'])
      const errada = comSenha(broker.conexao, mecanismo, 'errada')
      await assert.rejects(produzir(errada, topico, 'oi'), porque(/SASL|authentication/i))
    })
  }

  it('sem a nossa autoridade o certificado não serve, e sem TLS ninguém entra', async () => {
    const { ca: _, ...semCa } = comSenha(broker.conexao, 'PLAIN')
    await assert.rejects(criarTopico(semCa, 'x'), porque(/certificate/i))
    const semTls = { ...comSenha(broker.conexao, 'PLAIN'), tls: false }
    await assert.rejects(criarTopico(semTls, 'x'))
  })

  for (const mecanismo of ['PLAIN', 'SCRAM-SHA-512'] as const) {
    it(`${mecanismo}, o sistema inteiro: pedidos terminam, e a senha não aparece`, async () => {
      using pasta = mkdtempDisposableSync(join(tmpdir(), 'quatrovias-seguro-'))
      const certa = comSenha(broker.conexao, mecanismo)
      await using cena = await abrirCenaCom(gravarPropriedades(pasta.path, certa))
      await terminam(cena, await cena.encomendar(PEDIDOS))
      await escreveram(cena, /PedidoConcluido/, ['pedidos'])
      calam(cena, [SENHA])
    })
  }

  it('com a senha errada pedidos são aceitos, e o registro diz por que não andam', async () => {
    using pasta = mkdtempDisposableSync(join(tmpdir(), 'quatrovias-seguro-'))
    const errada = comSenha(broker.conexao, 'SCRAM-SHA-512', ERRADA)
    await using cena = await abrirCenaCom(gravarPropriedades(pasta.path, errada))
    const pedido = await aceito(cena)
    await escreveram(cena, NO_REGISTRO, SERVICOS)
    assert.deepEqual([await cena.status(pedido), await cena.abertos()], ['pendente', 1])
    // Corrected where it was wrong, and each process started again.
    gravarPropriedades(pasta.path, comSenha(broker.conexao, 'SCRAM-SHA-512'))
    for (const nome of SERVICOS) process.kill(cena.bancada.pid(nome)!, 'SIGKILL')
    await terminam(cena, [pedido])
    await escreveram(cena, /PedidoConcluido/, ['pedidos'])
    calam(cena, [ERRADA, SENHA])
  })
})

const abrirCenaCom = (KAFKA_CONFIG: string): Promise<Cena> =>
  abrirCena('', { ambiente: { KAFKA_CONFIG } })

async function terminam(cena: Cena, pedidos: readonly number[]): Promise<void> {
  await cena.tudoTermina(LIMITE_MS)
  await cena.terminaram(pedidos)
  await cena.emRepouso(LIMITE_MS)
  await livrosFecham(cena)
}

async function aceito({ bancada }: Cena): Promise<number> {
  const { status, json, texto } = await requisitar(bancada.enderecos.pedidos, 'POST', '/pedidos', {
    corpo: { cliente_id: 1, itens: umItem(), metodo: 'pix' },
    cabecalhos: { 'idempotency-key': 'sem-kafka', 'x-arquitetura': 'kafka' },
  })
  assert.equal(status, 202, texto)
  return Number(json.id)
}

/** Each of them, in its log, which is written in blocks. */
async function escreveram({ bancada }: Cena, texto: RegExp, quem: readonly string[]) {
  for (const nome of quem) {
    const log = caminhoDoLog(bancada.diretorio, nome)
    await ate(() => texto.test(readFileSync(log, 'utf8')), LIMITE_MS, `${texto} de ${nome}`)
  }
}

const calam = ({ bancada }: Cena, senhas: readonly string[]): void =>
  conferirSilencio(senhas, bancada.diretorio, SERVICOS.map(bancada.pid))

/** Anywhere in the chain of causes. */
const porque = (texto: RegExp) => (erro: Error) => {
  assert.match(motivos(erro).join(' | '), texto)
  return true
}

function motivos(erro: unknown): string[] {
  if (!(erro instanceof Error)) return []
  const varios = erro instanceof AggregateError ? erro.errors : []
  return [erro.message, ...[erro.cause, ...varios].flatMap(motivos)]
}
