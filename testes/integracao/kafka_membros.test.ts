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
import { abrirCena, type Cena, livrosFecham } from '../cena_kafka.ts'
import { faltaKafka } from '../kafka.ts'
import { abrirClusterDeTeste, type ClusterDeTeste } from '../kafka_cluster.ts'
import { abrirPostgresDeTeste } from '../postgres.ts'

const PEDIDOS = 60
const LIMITE_MS = 40_000
/** A dead instance's session, and what is asked of the takeover besides. */
const TOMADA_MS = 8_500
const GRUPO = 'estoque-group'

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

    const terminam = async (pedidos: readonly number[], limiteMs = LIMITE_MS) => {
      await cena.tudoTermina(limiteMs)
      for (const pedido of pedidos) assert.equal(await cena.status(pedido), 'enviado')
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
    async function outraInstancia(): Promise<ChildProcess> {
      const { enderecos, diretorio: daCena } = cena.bancada
      const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-outra-'))
      pilha.defer(() => rm(diretorio, { recursive: true, force: true }))
      const urls = SERVICOS.map((nome) => [`${nome.toUpperCase()}_URL`, enderecos[nome]])
      const env = {
        ...{ PATH: process.env.PATH, ...ambiente, QUATROVIAS_ARQUITETURAS: 'kafka,rest' },
        ...{ QUATROVIAS_DIR: diretorio, QUATROVIAS_PERFIL: 'instantanea', ESTOQUE_PORTA: '0' },
        ...{ ECOMMERCE_DB: join(daCena, 'ecommerce.db'), ...Object.fromEntries(urls) },
      }
      const filho = spawn(process.execPath, argumentosDe('estoque'), { env, stdio: 'ignore' })
      pilha.defer(() => encerrar(filho, 'SIGKILL'))
      return filho
    }

    it('um broker de três morto, e de volta: todos os pedidos terminam', async () => {
      const antes = cena.encomendar(PEDIDOS)
      await cluster.matar(1)
      await terminam(await antes)
      const durante = await cena.encomendar(PEDIDOS)
      await cluster.reiniciar(1)
      await terminam(durante)
    })

    it('outra instância entra, trabalha, morre, e a primeira toma o que era dela', async () => {
      await membros(1)
      const outra = await outraInstancia()
      const entrando = cena.encomendar(PEDIDOS)
      await membros(2)
      await terminam([...(await entrando), ...(await cena.encomendar(PEDIDOS))])
      const morrendo = cena.encomendar(PEDIDOS)
      await encerrar(outra, 'SIGKILL')
      await terminam(await morrendo, TOMADA_MS)
    })

    it('outra instância entra e sai em ordem, e ninguém espera pela sua sessão', async () => {
      const outra = await outraInstancia()
      await membros(2)
      const saindo = cena.encomendar(PEDIDOS)
      await encerrar(outra, 'SIGTERM')
      await terminam(await saindo, TOMADA_MS)
      await membros(1)
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
