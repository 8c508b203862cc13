// A cluster of three, and two instances of a service over one PostgreSQL: a broker falls, members
// come, leave and die while orders flow, and each order is done once.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { comAdmin } from '../../src/arquiteturas/kafka/topicos.ts'
import { SERVICOS } from '../../src/contratos/ids.ts'
import { argumentosDe } from '../../src/infra/processos.ts'
import { ate } from '../ate.ts'
import { abrirCena, type Cena, type Fluxo, ler, livrosFecham } from '../cena_kafka.ts'
import { mudar } from '../cliente_insistente.ts'
import { faltaKafka } from '../kafka.ts'
import { abrirClusterDeTeste, type ClusterDeTeste } from '../kafka_cluster.ts'
import { abrirPostgresDeTeste, consultarEm } from '../postgres.ts'

const LIMITE_MS = 40_000
/** A dead instance's session and as long again, but less than PostgreSQL would be waited for. */
const TOMADA_MS = 15_000
/** Below a session: one that leaves in order says so. */
const SAIDA_MS = 5_500
const GRUPO = 'estoque-group'
/** The second instance, as PostgreSQL knows it. */
const OUTRA = 'outra'
/** What each order costs it, so that harm finds it at work. */
const DEMORA_MS = 500

interface Outra extends AsyncDisposable {
  readonly processo: ChildProcess
  readonly url: string
}
type Leitura = Readonly<Record<string, readonly number[]>>

const falta = faltaKafka()
if (falta) it('kafka: membros', { skip: falta })
else
  describe('kafka: membros', () => {
    const pilha = new AsyncDisposableStack()
    let cluster: ClusterDeTeste
    let cena: Cena
    let ambiente: Record<string, string>
    before(async () => {
      cluster = pilha.use(await abrirClusterDeTeste())
      const postgres = pilha.use(await abrirPostgresDeTeste())
      ambiente = {
        KAFKA_BROKERS: cluster.enderecos.join(','),
        KAFKA_PARTICOES: '3',
        DATABASE_URL: await postgres.novaBase(),
      }
      cena = pilha.use(await abrirCena(cluster.enderecos[0]!, { ambiente }))
    })
    after(() => pilha.disposeAsync())

    /** Harm done while orders flow; `limiteMs` is for those under way when the flow stops. */
    async function fluindo(ferir: (fluxo: Fluxo) => Promise<unknown>, limiteMs = LIMITE_MS) {
      const fluxo = cena.fluxo()
      await using pilha = new AsyncDisposableStack()
      pilha.defer(async () => void (await fluxo.parar().catch(() => undefined)))
      await fluxo.correndo()
      await ferir(fluxo)
      const pedidos = await fluxo.parar()
      await cena.tudoTermina(limiteMs)
      await cena.terminaram(pedidos)
    }
    const membros = (quantos: number) =>
      ate(
        async () => {
          const { state, members } = await comAdmin(cluster.conexao, async (admin) => {
            const grupos = await admin.describeGroups({ groups: [GRUPO] })
            return grupos.get(GRUPO)!
          })
          return state === 'Stable' && members.size === quantos
        },
        LIMITE_MS,
        `${quantos} membros em ${GRUPO}`,
      )

    /** One more of the same service, on a port of its own, over the same database. */
    async function outraInstancia(): Promise<Outra> {
      await using pilha = new AsyncDisposableStack()
      const { enderecos, diretorio: daCena } = cena.bancada
      const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-outra-'))
      pilha.defer(() => rm(diretorio, { recursive: true, force: true }))
      const urls = SERVICOS.map((nome) => [`${nome.toUpperCase()}_URL`, enderecos[nome]])
      const env = {
        ...{ PATH: process.env.PATH, ...ambiente, QUATROVIAS_ARQUITETURAS: 'kafka,rest' },
        ...{ QUATROVIAS_DIR: diretorio, QUATROVIAS_PERFIL: 'instantanea', ESTOQUE_PORTA: '0' },
        ...{ ECOMMERCE_DB: join(daCena, 'ecommerce.db'), ...Object.fromEntries(urls) },
        DATABASE_URL: `${ambiente.DATABASE_URL}?application_name=${OUTRA}`,
      }
      const processo = spawn(process.execPath, argumentosDe('estoque'), {
        ...{ env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] },
      })
      // A stopped process hears of no parent's end: whatever ends this one ends that one too.
      const matar = () => processo.kill('SIGKILL')
      process.once('exit', matar)
      pilha.defer(async () => {
        await encerrar(processo, 'SIGKILL')
        process.off('exit', matar)
      })
      const prazo = { signal: AbortSignal.timeout(LIMITE_MS) }
      const [{ info }] = (await once(processo, 'message', prazo)) as [{ info: { rest: string } }]
      const aberta = pilha.move()
      return { processo, url: info.rest, [Symbol.asyncDispose]: () => aberta.disposeAsync() }
    }
    const demorar = ({ url }: Outra, ms: number) =>
      mudar(url, '/interno/simulacao', { atraso_ms: [ms, ms] }, LIMITE_MS)
    /** It was given messages that it has not confirmed, at this moment. */
    const comTrabalho = ({ url }: Outra) =>
      ate(
        async () => {
          const { leitura } = (await ler(url, '/interno/kafka')) as { leitura: Leitura | null }
          return Object.values(leitura ?? {}).some((atrasos) => atrasos.some((n) => n > 0))
        },
        LIMITE_MS,
        'trabalho nas mãos da outra',
      )
    /**
     * With work in its hands, and between two of its transactions: in one it would hold everybody's
     * turn (K11) until PostgreSQL takes it back, which is longer than a session.
     */
    const congelar = (outra: Outra) =>
      ate(
        async () => {
          await comTrabalho(outra)
          outra.processo.kill('SIGSTOP')
          const estados = await ate(estadosNoBanco, LIMITE_MS, 'nenhum comando seu em curso')
          if (!estados.includes('idle in transaction')) return true
          outra.processo.kill('SIGCONT')
          return false
        },
        LIMITE_MS,
        'congelada entre duas transações',
      )
    /** Of its connections, once no statement runs on any. */
    async function estadosNoBanco(): Promise<unknown[] | undefined> {
      const sql = `select state from pg_stat_activity where application_name = '${OUTRA}'`
      const estados = (await consultarEm(ambiente.DATABASE_URL!, sql)).map(({ state }) => state)
      assert.ok(estados.length > 0, 'as conexões da outra são vistas')
      return estados.includes('active') ? undefined : estados
    }

    it('um broker de três morto, e de volta: os pedidos não param de terminar', () =>
      fluindo(async (fluxo) => {
        await cluster.matar(1)
        await fluxo.correndo()
        await cluster.reiniciar(1)
        await fluxo.correndo()
      }))

    it('outra instância entra, trabalha, morre, e a primeira toma o que era dela', async () => {
      await membros(1)
      await using pilha = new AsyncDisposableStack()
      await fluindo(async (fluxo) => {
        const outra = pilha.use(await outraInstancia())
        await membros(2)
        await demorar(outra, DEMORA_MS)
        await fluxo.correndo()
        await comTrabalho(outra)
        await encerrar(outra.processo, 'SIGKILL')
      }, TOMADA_MS)
      await membros(1)
    })

    it('outra instância entra e sai em ordem, e ninguém espera pela sua sessão', async () => {
      await using outra = await outraInstancia()
      await membros(2)
      await demorar(outra, DEMORA_MS)
      await fluindo(async () => {
        await comTrabalho(outra)
        await encerrar(outra.processo, 'SIGTERM')
      }, SAIDA_MS)
      await membros(1)
    })

    it('outra congelada além da sessão: a primeira faz o que era dela, e ela volta', async () => {
      await using outra = await outraInstancia()
      await membros(2)
      await demorar(outra, DEMORA_MS)
      await fluindo(() => congelar(outra), TOMADA_MS)
      await membros(1)
      outra.processo.kill('SIGCONT')
      await membros(2)
      await demorar(outra, 0)
      await fluindo((fluxo) => fluxo.correndo())
    })

    it('nenhum processo terminou por si, e os livros fecham', async () => {
      assert.deepEqual(
        SERVICOS.map((nome) => cena.bancada.reinicios(nome)),
        SERVICOS.map(() => 0),
      )
      await livrosFecham(cena)
    })
  })

async function encerrar(filho: ChildProcess, sinal: NodeJS.Signals): Promise<void> {
  if (filho.exitCode !== null || filho.signalCode !== null) return
  const saiu = once(filho, 'exit')
  filho.kill(sinal)
  await saiu
}
