// The run-time directory and the data to start from. Nothing is created that is not removed again.
import { accessSync, constants, existsSync, statfsSync } from 'node:fs'
import { mkdtempDisposable } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Conferencia } from './diagnostico_conferencia.ts'

const MB = 2 ** 20
const DISCO_BASTANTE_MB = 1_024
/** Below this not even the synthetic data and seven empty databases fit. */
const DISCO_MINIMO_MB = 64
const COMMITS = 20
/** Each order takes some twenty commits one after another; in groups they cost less. */
const COMMIT_LENTO_MS = 20

export async function conferirDados(
  diretorio: string,
  ecommerce: string,
): Promise<readonly Conferencia[]> {
  const lugar = existente(diretorio)
  const escrita = conferirEscrita(diretorio, lugar)
  const dados = conferirEcommerce(ecommerce)
  if (escrita.resultado === 'falha') return [escrita, dados]
  const { bavail, bsize } = statfsSync(lugar)
  const disco = conferirDisco(Math.floor((bavail * bsize) / MB))
  return [escrita, disco, await conferirCommits(lugar), dados]
}

/** The directory itself, or the nearest one above it: there it would be created. */
function existente(caminho: string): string {
  return existsSync(caminho) || dirname(caminho) === caminho ? caminho : existente(dirname(caminho))
}

function conferirEscrita(diretorio: string, lugar: string): Conferencia {
  const nome = 'diretório'
  try {
    // The trailing dot refuses a file in the directory's place.
    accessSync(`${lugar}/.`, constants.W_OK | constants.X_OK)
    const achado = lugar === diretorio ? diretorio : `${diretorio} (será criado)`
    return { nome, resultado: 'ok', achado }
  } catch {
    const fazer = 'dê permissão de escrita, ou diga outro lugar em QUATROVIAS_DIR'
    return { nome, resultado: 'falha', achado: `não se pode gravar em ${lugar}`, fazer }
  }
}

export function conferirDisco(livreMb: number): Conferencia {
  const nome = 'disco'
  const achado = `${livreMb.toLocaleString('pt-BR')} MB livres`
  if (livreMb >= DISCO_BASTANTE_MB) return { nome, resultado: 'ok', achado }
  const resultado = livreMb < DISCO_MINIMO_MB ? 'falha' : 'aviso'
  return { nome, resultado, achado, fazer: 'libere espaço: 1 GB dá folga aos bancos e registros' }
}

/** How long one durable commit takes, the way that the services commit. */
async function conferirCommits(lugar: string): Promise<Conferencia> {
  const nome = 'gravação'
  try {
    await using pasta = await mkdtempDisposable(join(lugar, '.diagnostico-'))
    const ms = medianaDosCommits(join(pasta.path, 'sonda.db'))
    const tempo = ms.toLocaleString('pt-BR', { maximumFractionDigits: 2 })
    const achado = `${tempo} ms por commit durável (mediana de ${COMMITS})`
    if (ms < COMMIT_LENTO_MS) return { nome, resultado: 'ok', achado }
    const fazer = 'disco lento: aponte QUATROVIAS_DIR para um disco local, de preferência SSD'
    return { nome, resultado: 'aviso', achado, fazer }
  } catch (erro) {
    const achado = `SQLite não grava em ${lugar}: ${(erro as Error).message}`
    const fazer = 'aponte QUATROVIAS_DIR para um disco local'
    return { nome, resultado: 'falha', achado, fazer }
  }
}

function medianaDosCommits(arquivo: string): number {
  using banco = new DatabaseSync(arquivo)
  banco.exec('pragma journal_mode=wal; pragma synchronous=full; pragma fullfsync=on')
  banco.exec('create table sonda (n integer)')
  const inserir = banco.prepare('insert into sonda (n) values (?)')
  const tempos = Array.from({ length: COMMITS }, (_, n) => {
    const inicio = performance.now()
    inserir.run(n)
    return performance.now() - inicio
  })
  return tempos.toSorted((a, b) => a - b)[COMMITS / 2] ?? 0
}

function conferirEcommerce(arquivo: string): Conferencia {
  const nome = 'dados iniciais'
  if (!existsSync(arquivo)) {
    const fazer = 'nada: npm start os gera, ou npm run dados com outras opções'
    return { nome, resultado: 'aviso', achado: `${arquivo} ainda não existe`, fazer }
  }
  try {
    using banco = new DatabaseSync(arquivo, { readOnly: true })
    const { n } = banco.prepare('select count(preco_centavos) as n from produtos').get() as {
      n: number
    }
    return { nome, resultado: 'ok', achado: `${arquivo}: ${n} produtos` }
  } catch (erro) {
    const achado = `${arquivo} não serve: ${(erro as Error).message}`
    const fazer = 'gere-os de novo: npm run dados -- --substituir'
    return { nome, resultado: 'falha', achado, fazer }
  }
}
