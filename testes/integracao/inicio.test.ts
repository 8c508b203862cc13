// `npm start` as a newcomer meets it: the table, an order on every open architecture, the books,
// and nothing left running. In processes or all in one, the same code.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { get } from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { caracteristicas } from '../../src/arquiteturas/arquitetura.ts'
import { ARQUITETURAS } from '../../src/contratos/ids.ts'
import { type Estado, lerEstado } from '../../src/infra/estado.ts'
import { identificar, vive } from '../../src/infra/supervisao/identidade.ts'
import { conferir } from '../../src/laboratorio/conferente.ts'
import { ate } from '../ate.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const PUBLICAS = ARQUITETURAS.filter((nome) => caracteristicas[nome].publica)
const LIMITE_MS = 30_000

interface Ambiente {
  readonly diretorio: string
  rodar(argumentos: string[]): Promise<{ codigo: number | null; saida: string }>
  readonly estado: Estado
}

/** One terminal command to its end: its exit code and all it wrote. */
async function executar(argumentos: string[], cwd: string, env: NodeJS.ProcessEnv) {
  const comando = spawn(process.execPath, [MAIN, ...argumentos], { cwd, env })
  let saida = ''
  const juntar = (parte: Buffer) => {
    saida += parte
  }
  comando.stdout.on('data', juntar)
  comando.stderr.on('data', juntar)
  const [codigo] = (await once(comando, 'close')) as [number | null]
  return { codigo, saida }
}

/** Starts the product in a directory of its own, on free ports, and stops it whatever happens. */
async function noAr(
  argumentos: string[],
  corpo: (a: Ambiente) => Promise<void>,
  ambiente: Readonly<Record<string, string>> = {},
): Promise<void> {
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-inicio-'))
  const env = {
    ...process.env,
    ...ambiente,
    QUATROVIAS_DIR: join(diretorio, '.quatrovias'),
    ECOMMERCE_DB: join(diretorio, 'ecommerce.db'),
    QUATROVIAS_PERFIL: 'instantanea',
  }
  const produto = spawn(process.execPath, [MAIN, ...argumentos], { cwd: diretorio, env })
  const saiu = once(produto, 'exit')
  let tela = ''
  produto.stdout.on('data', (parte) => {
    tela += parte
  })
  produto.stderr.on('data', (parte) => {
    tela += parte
  })
  const rodar = (resto: string[]) => executar(resto, diretorio, env)
  try {
    await ate(
      () => tela.includes('quatrovias no ar') || produto.exitCode !== null,
      LIMITE_MS,
      'início',
    )
    const estado = lerEstado(env.QUATROVIAS_DIR)
    assert.ok(estado?.pronto, tela)
    await corpo({ diretorio: env.QUATROVIAS_DIR, rodar, estado })
    const processos = Object.values(estado.servicos).map(({ pid }) => identificar(pid ?? 0))
    produto.kill('SIGINT')
    const [codigo] = (await saiu) as [number | null]
    assert.equal(codigo, 0, tela)
    assert.ok(
      processos.every((um) => um === undefined || !vive(um)),
      'sobrou um processo',
    )
    assert.equal(lerEstado(env.QUATROVIAS_DIR), undefined, 'estado.json ficou')
  } finally {
    produto.kill('SIGKILL')
    await saiu
    await rodar(['parar'])
    await rm(diretorio, { recursive: true, force: true })
  }
}

/** What each order left with those that live on the topics: letters, a sale, audited messages. */
async function conferirAssinantes(diretorio: string, rodar: Ambiente['rodar']): Promise<void> {
  const avisados = async () => {
    const cartas = await readdir(join(diretorio, 'correio')).catch(() => [])
    return cartas.filter((nome) => nome.endsWith('-enviado.eml')).length === PUBLICAS.length
  }
  await ate(avisados, LIMITE_MS, 'cada pedido contado ao seu cliente')
  const vendidos = async () => {
    const { codigo, saida } = await rodar(['vendas', 'listar', '--json'])
    return codigo === 0 && JSON.parse(saida).quantidade === PUBLICAS.length
  }
  await ate(vendidos, LIMITE_MS, 'cada pedido em vendas')
  const contadas = async () => (await rodar(['mensagens', 'contar'])).codigo === 0
  await ate(contadas, LIMITE_MS, 'tantas mensagens auditadas quantas há')
}

describe('npm start', () => {
  for (const argumentos of [[], ['--junto']]) {
    const nome = argumentos.length > 0 ? 'com --junto' : 'em processos'
    it(`${nome}: um pedido em cada arquitetura aberta, livros em ordem, nada fica`, async () => {
      await noAr(argumentos, async ({ diretorio, rodar, estado }) => {
        // What lives on the topics starts after the table, and a busy machine answers late.
        const pronto = async () => (await fetch(`${estado.gateway}/readyz`)).status === 200
        await ate(pronto, LIMITE_MS, 'o gateway pronto')
        const ca = await readFile(join(diretorio, 'tls', 'cert.pem'))
        const [porHttps] = await once(get(`${estado.gateway_https}/readyz`, { ca }), 'response')
        assert.equal(porHttps.resume().statusCode, 200)
        for (const arquitetura of PUBLICAS) {
          const pedido = await rodar(['pedir', '--arquitetura', arquitetura])
          assert.equal(pedido.codigo, 0, pedido.saida)
          assert.match(pedido.saida, /pedido \d+: enviado/)
        }
        await conferirAssinantes(diretorio, rodar)
        const situacao = await rodar(['situacao'])
        assert.equal(situacao.codigo, 0, situacao.saida)
        assert.match(situacao.saida, /pedidos em aberto: 0/)
        const { problemas, pedidos } = await conferir(join(diretorio, 'dados'))
        assert.deepEqual(problemas, [])
        assert.equal(pedidos, PUBLICAS.length)
        const credenciais = await readFile(join(diretorio, 'credenciais.json'), 'utf8')
        const senhas = Object.values(JSON.parse(credenciais) as Record<string, { senha: string }>)
        const registro = await readFile(join(diretorio, 'logs', 'gateway.log'), 'utf8').catch(
          () => '',
        )
        for (const { senha } of senhas) assert.ok(!registro.includes(senha), 'senha no registro')
      })
    })
  }

  it('no mesmo diretório, outra partida e um serviço a mais são recusados', async () => {
    await noAr(
      [],
      async ({ rodar }) => {
        const segunda = await rodar([])
        assert.equal(segunda.codigo, 1)
        assert.match(segunda.saida, /já está em execução neste diretório.*npm run parar/)
        const outro = await rodar(['servico', 'estoque'])
        assert.equal(outro.codigo, 2)
        assert.match(outro.saida, /banco_em_uso/)
      },
      { QUATROVIAS_ARQUITETURAS: 'rest' },
    )
  })

  it('porta pedida que já está em uso é recusada pelo nome, sem deixar nada', async () => {
    await using ocupada = createServer().listen(0, '127.0.0.1')
    await once(ocupada, 'listening')
    const { port } = ocupada.address() as AddressInfo
    const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-porta-'))
    try {
      const env = {
        ...process.env,
        QUATROVIAS_DIR: join(diretorio, 'q'),
        ECOMMERCE_DB: join(diretorio, 'e.db'),
        ESTOQUE_PORTA: String(port),
      }
      const { codigo, saida } = await executar([], diretorio, env)
      assert.equal(codigo, 2)
      assert.match(saida, new RegExp(`a porta ${port}, pedida para estoque, já está em uso`))
      assert.equal(lerEstado(env.QUATROVIAS_DIR), undefined)
    } finally {
      await rm(diretorio, { recursive: true, force: true })
    }
  })
})
