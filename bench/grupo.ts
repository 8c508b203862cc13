// Group commit beside one commit per request, both FULL, over the same two-row insert.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { groupCommit, LIMITES_DO_GRUPO } from '../src/persistencia/group_commit.ts'
import { abrirSqlite } from '../src/persistencia/sqlite.ts'
import { carregar, type Medida, mediana, razoes } from './carga.ts'

const ESQUEMA = `
  create table if not exists evento (id integer primary key, causa text unique, dados text);
  create table if not exists estado (id integer primary key, dados text);`
const DADOS = JSON.stringify({ tipo: 'EnvioAgendado', pedido_id: 1001, codigo: 'BR500010015BR' })

export async function benchGrupo({ emVoo = 64, segundos = 4, rodadas = 3 } = {}): Promise<void> {
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-grupo-'))
  try {
    const emGrupo: Medida[] = []
    const umAUm: Medida[] = []
    const soEmGrupo: Medida[] = []
    const soUmAUm: Medida[] = []
    for (let i = 0; i < rodadas; i++) {
      emGrupo.push(await medir(diretorio, `g${i}`, LIMITES_DO_GRUPO.lote, emVoo, segundos))
      umAUm.push(await medir(diretorio, `u${i}`, 1, emVoo, segundos))
      soEmGrupo.push(await medir(diretorio, `sg${i}`, LIMITES_DO_GRUPO.lote, 1, segundos / 2))
      soUmAUm.push(await medirDireto(diretorio, `su${i}`, segundos / 2))
    }
    console.table({
      [`em grupo, ${emVoo} em voo`]: mediana(emGrupo),
      [`um commit por requisição, ${emVoo} em voo`]: mediana(umAUm),
      'em grupo, 1 em voo': mediana(soEmGrupo),
      'commit direto, 1 em voo': mediana(soUmAUm),
    })
    console.log(`razão em grupo / um a um: ${razoes(emGrupo, umAUm)}`)
    const acrescimo = mediana(soEmGrupo).p50Ms - mediana(soUmAUm).p50Ms
    console.log(`latência acrescentada com 1 em voo: ${acrescimo.toFixed(3)} ms`)
  } finally {
    await rm(diretorio, { recursive: true, force: true })
  }
}

async function medir(
  diretorio: string,
  nome: string,
  lote: number,
  emVoo: number,
  segundos: number,
): Promise<Medida> {
  await using db = abrirSqlite(join(diretorio, `${nome}.db`), ESQUEMA)
  const gravar = groupCommit<number, boolean>(
    (itens) =>
      db.transacao(async (tx) => {
        const linhas = itens.map((n) => [`${n}/Agendar`, DADOS])
        await tx.executarCada('insert into evento (causa, dados) values ($1, $2)', linhas)
        const estados = itens.map(() => [DADOS])
        await tx.executarCada('insert into estado (dados) values ($1)', estados)
        return itens.map(() => ({ valor: true }))
      }),
    { ...LIMITES_DO_GRUPO, lote },
  )
  return await carregar(gravar, emVoo, segundos, 1)
}

/** What a lone request would wait for without any grouping. */
async function medirDireto(diretorio: string, nome: string, segundos: number): Promise<Medida> {
  await using db = abrirSqlite(join(diretorio, `${nome}.db`), ESQUEMA)
  const gravar = (n: number) =>
    db.transacao(async (tx) => {
      await tx.executar('insert into evento (causa, dados) values ($1, $2)', [`${n}`, DADOS])
      await tx.executar('insert into estado (dados) values ($1)', [DADOS])
      return true
    })
  return await carregar(gravar, 1, segundos, 1)
}
