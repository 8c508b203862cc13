// A real PostgreSQL of our own, on this machine only, for what has no other place: the sales. It
// ends with the process that started it, however that ends (../guardiao.ts).
import { resolve } from 'node:path'
import { ficarPronto, guardar } from '../guardiao.ts'
import { caminhoDoLog, conter } from '../supervisao/arquivo_de_log.ts'
import { AMBIENTE, prepararDados } from './dados.ts'
import { LOCAL, pastaDoPostgres } from './lugar.ts'
import type { Ferramentas } from './preparo.ts'
import { anotarServidor, esquecerServidor, SINAL } from './processo.ts'
import { responde } from './sonda.ts'

export interface OpcoesDoServidor extends Ferramentas {
  /** The run-time directory: data in `postgres/`, output in `logs/servidor_postgres.log`. */
  readonly diretorio: string
  readonly porta: number
}

export interface Postgres extends AsyncDisposable {
  /** e.g. `127.0.0.1:5432` */
  readonly endereco: string
  readonly pid: number
  /** When it is gone, asked for or not: why, in Portuguese. Never rejects. */
  readonly saida: Promise<string>
}

const CONFERIR_LOG_MS = 5_000

/** For a few connections that write in batches; whatever is about durability stays as it comes. */
const PEQUENO = ['max_connections=50', 'shared_buffers=32MB']
const SO_DAQUI = [`listen_addresses=${LOCAL}`, 'unix_socket_directories=']

/**
 * Resolves when the server takes clients, which the first time takes a second more.
 * Errors: ErroDeInicio, with the server's own last words.
 */
export async function iniciarPostgres(opcoes: OpcoesDoServidor): Promise<Postgres> {
  const { diretorio, porta } = opcoes
  const pasta = pastaDoPostgres(diretorio)
  const log = caminhoDoLog(resolve(diretorio), 'servidor_postgres')
  const dados = await prepararDados(pasta, opcoes)
  await conter(log)
  const ajustes = [`port=${porta}`, ...SO_DAQUI, ...PEQUENO].flatMap((um) => ['-c', um])
  const [programa = '', ...argumentos] = [...opcoes.postgres, '-D', dados, ...ajustes]
  const guardado = await guardar(programa, argumentos, {
    ...{ pasta, log, sinal: SINAL, ambiente: AMBIENTE },
  })
  anotarServidor(diretorio, guardado.quem)
  const saida = guardado.saida.finally(() => esquecerServidor(diretorio))
  await ficarPronto(guardado, 'o PostgreSQL', () => responde(porta))
  const relogio = setInterval(() => void conter(log), CONFERIR_LOG_MS).unref()
  return {
    endereco: `${LOCAL}:${porta}`,
    pid: guardado.quem.pid,
    saida,
    async [Symbol.asyncDispose]() {
      clearInterval(relogio)
      await guardado.parar()
      await saida
    },
  }
}
