// A cluster that allows its user little: without the permission to make topics, all that are
// missing are named and nothing starts; with what docs/operacao.md asks for, and nothing more,
// orders end.
import assert from 'node:assert/strict'
import { mkdtempDisposableSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  AclOperations,
  AclPermissionTypes,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka'
import type { ConexaoKafka } from '../../src/arquiteturas/kafka/conexao.ts'
import { comAdmin, garantirTopicos } from '../../src/arquiteturas/kafka/topicos.ts'
import { GRUPOS, TODOS_OS_TOPICOS } from '../../src/contratos/topicos.ts'
import { gerarDados } from '../../src/dados/gerador.ts'
import { QUAISQUER_PORTAS } from '../../src/infra/enderecos.ts'
import { lerEstado } from '../../src/infra/estado.ts'
import { CACHE } from '../../src/infra/processos.ts'
import { vive } from '../../src/infra/supervisao/identidade.ts'
import { ate } from '../ate.ts'
import { abrirCena, livrosFecham } from '../cena_kafka.ts'
import { abrirBrokerDeTeste, type BrokerDeTeste, faltaKafka } from '../kafka.ts'
import { listarTopicos } from '../kafka_cliente.ts'
import { comoDona, comPermissoes, comSenha, gravarPropriedades, USUARIO } from '../kafka_seguro.ts'
import { criarCena } from './filhos/cena.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const LIMITE_MS = 20_000
/** As long as the supervisor lets a process take to be ready. */
const FIM_MS = 60_000
const PEDIDOS = 5
/** Made by somebody else, and the user may use it. */
const FEITO = 'vendas'
/** One that has another name there. */
const OUTRO_NOME = { KAFKA_TOPICO_PEDIDOS_CRIADOS: 'loja.criados' }
const FALTAM = TODOS_OS_TOPICOS.filter((topico) => topico !== FEITO)
  .map((topico) => (topico === 'pedidos_criados' ? 'loja.criados' : topico))
  .join(', ')

describe('broker com permissões', { skip: faltaKafka() }, () => {
  const pilha = new AsyncDisposableStack()
  let broker: BrokerDeTeste
  let dona: ConexaoKafka
  let KAFKA_CONFIG: string
  before(async () => {
    broker = pilha.use(await abrirBrokerDeTeste(await comPermissoes()))
    dona = comoDona(broker.conexao)
    const pasta = pilha.use(mkdtempDisposableSync(join(tmpdir(), 'quatrovias-permissoes-')))
    KAFKA_CONFIG = gravarPropriedades(pasta.path, comSenha(broker.conexao, 'PLAIN'))
    await garantirTopicos(dona, [FEITO])
    await permitir(dona, 'TOPIC', ['DESCRIBE'], [FEITO])
  })
  after(() => pilha.disposeAsync())

  /** A terminal command to its end, as this user: its exit code and all it said. */
  async function rodar(t: TestContext, argumentos: readonly string[]) {
    const cena = criarCena(t)
    const ECOMMERCE_DB = cena.caminho('ecommerce.db')
    await gerarDados({ saida: ECOMMERCE_DB, produtos: 30 })
    const ambiente = {
      ...{ ...QUAISQUER_PORTAS, ...OUTRO_NOME, KAFKA_CONFIG, ECOMMERCE_DB },
      QUATROVIAS_DIR: cena.diretorio,
      QUATROVIAS_ARQUITETURAS: 'kafka,rest',
      QUATROVIAS_ASSINANTES: 'nenhum',
    }
    // What it would compile for itself is compiled.
    symlinkSync(CACHE, cena.caminho('cache'))
    const { processo } = cena.lancar(process.execPath, [MAIN, ...argumentos], { ambiente })
    await ate(() => processo.exitCode !== null, FIM_MS, 'o fim do comando')
    return { ...cena, codigo: processo.exitCode, dito: cena.ler('terminal.txt') }
  }

  it('sem a de criar: topicos criar diz os que faltam, não cria nenhum e dá 2', async (t) => {
    const { codigo, dito } = await rodar(t, ['topicos', 'criar'])
    assert.equal(dito, `erro: sem permissão para criar os tópicos que faltam: ${FALTAM}\n`)
    assert.equal(codigo, 2)
    assert.deepEqual(await listarTopicos(dona), [FEITO])
  })

  it('sem a de criar: npm start diz os mesmos, termina com 2 e não deixa nada', async (t) => {
    const { codigo, dito, diretorio, anotados } = await rodar(t, [])
    assert.ok(dito.includes(`sem permissão para criar os tópicos que faltam: ${FALTAM}\n`), dito)
    assert.equal(codigo, 2, dito)
    assert.equal(lerEstado(diretorio), undefined)
    assert.deepEqual(anotados().filter(vive), [])
    assert.deepEqual(await listarTopicos(dona), [FEITO])
  })

  it('feitos por outro, e com as do dia a dia: pedidos terminam, os livros fecham', async () => {
    await garantirTopicos(dona)
    await permitir(dona, 'TOPIC', ['DESCRIBE', 'READ', 'WRITE'], TODOS_OS_TOPICOS)
    await permitir(dona, 'GROUP', ['READ'], GRUPOS)
    await using cena = await abrirCena('', { ambiente: { KAFKA_CONFIG } })
    const pedidos = await cena.encomendar(PEDIDOS)
    await cena.tudoTermina(LIMITE_MS)
    await cena.terminaram(pedidos)
    await cena.emRepouso(LIMITE_MS)
    await livrosFecham(cena)
  })
})

/** To the user, on each of these. */
async function permitir(
  dona: ConexaoKafka,
  tipo: 'TOPIC' | 'GROUP',
  operacoes: readonly (keyof typeof AclOperations)[],
  nomes: readonly string[],
): Promise<void> {
  const creations = nomes.flatMap((resourceName) =>
    operacoes.map((operacao) => ({
      ...{ resourceType: ResourceTypes[tipo], resourceName },
      resourcePatternType: ResourcePatternTypes.LITERAL,
      ...{ principal: `User:${USUARIO}`, host: '*', operation: AclOperations[operacao] },
      permissionType: AclPermissionTypes.ALLOW,
    })),
  )
  await comAdmin(dona, (admin) => admin.createAcls({ creations }))
}
