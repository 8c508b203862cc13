// A real SQLite file in a directory of its own, gone when disposed, that counts its transactions;
// and a service of ours over one.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Comando } from '../src/contratos/comandos.ts'
import {
  type Envelope,
  envelopar,
  type Resultado,
  type Servico,
} from '../src/contratos/envelope.ts'
import { ErroDeNegocio } from '../src/contratos/errors.ts'
import type { Database } from '../src/persistencia/database.ts'
import type { Operacoes } from '../src/persistencia/servico.ts'
import { abrirSqlite } from '../src/persistencia/sqlite.ts'
import type { ModuloDeServico } from '../src/servicos/partes.ts'
import { criarSimulador, type Simulador } from '../src/servicos/simulacao.ts'
import type { Vizinhos } from '../src/servicos/vizinhos.ts'

/** What all services have: the log, and how far it was told. */
export const ESQUEMA_COMUM = [
  new URL('../src/persistencia/eventos.sql', import.meta.url),
  new URL('../src/persistencia/saidas.sql', import.meta.url),
]
  .map((url) => readFileSync(url, 'utf8'))
  .join('\n')
export const SEM_REGISTRO: Operacoes = { chegou() {}, terminou() {}, gravou() {} }

export interface BancoDeTeste extends Database {
  readonly diretorio: string
  /** Writing transactions begun so far. */
  transacoes(): number
}

/** `esquema` is SQL besides what all services have. */
export async function abrirBancoDeTeste(esquema = ''): Promise<BancoDeTeste> {
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-banco-'))
  const db = abrirSqlite(join(diretorio, 'teste.db'), `${ESQUEMA_COMUM}\n${esquema}`)
  let transacoes = 0
  return {
    diretorio,
    leitura: db.leitura,
    transacoes: () => transacoes,
    transacao(corpo) {
      transacoes++
      return db.transacao(corpo)
    },
    async [Symbol.asyncDispose]() {
      await db[Symbol.asyncDispose]()
      await rm(diretorio, { recursive: true, force: true })
    },
  }
}

export interface ServicoDeTeste<Q> extends AsyncDisposable {
  readonly servico: Servico
  readonly consultas: Q
  readonly db: BancoDeTeste
  readonly simulador: Simulador
}

const naoAtende = async (): Promise<never> => {
  throw new ErroDeNegocio('servico_indisponivel')
}

export async function abrirServicoDeTeste<Q>(
  modulo: ModuloDeServico<Q>,
  vizinhos: Partial<Vizinhos> = {},
): Promise<ServicoDeTeste<Q>> {
  const db = await abrirBancoDeTeste(readFileSync(modulo.esquema, 'utf8'))
  const simulador = criarSimulador(modulo.nome)
  const { servico, consultas, ...resto } = await modulo.iniciar({
    db,
    simulador,
    operacoes: SEM_REGISTRO,
    vizinhos: { produtos: naoAtende, unidadesLivres: naoAtende, compra: naoAtende, ...vizinhos },
    diretorio: db.diretorio,
  })
  return {
    ...{ servico, consultas, db, simulador },
    async [Symbol.asyncDispose]() {
      await resto[Symbol.asyncDispose]()
      await db[Symbol.asyncDispose]()
    },
  }
}

const RASTREIO = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`

export const envelope = <C extends Comando>(comando: C, prazo?: number): Envelope<C> =>
  envelopar(comando, { arquitetura: 'memoria', traceparent: RASTREIO, prazo })

/** What became of a command, short enough to compare. */
export const resumido = (resultado: Resultado): string =>
  resultado.ok
    ? `${resultado.gravado.evento.tipo}${resultado.repetido ? ' repetido' : ''}`
    : resultado.erro.codigo
