// What was taken down: each message once, numbered, and counted in the same transaction. A
// partition is read in order, so what is not past its last offset was taken down before (and may
// have been removed since).
import type { Database } from '../../persistencia/database.ts'
import type { Identificar } from './identidade.ts'
import type { Anotada } from './mensagem.ts'
import {
  type Contagem,
  type ContagemGuardada,
  inserir,
  inserirTopico,
  lerContagens,
  lerTopicos,
  type Nova,
  registrar,
} from './repository.ts'

interface Topico {
  readonly id: number
  readonly identidade: string
  readonly particoes: Map<number, Contagem>
}
export interface Livro {
  /**
   * In the order of reading, one call after another; answers how many were new, by topic. Errors:
   * of the database or, when it must be asked what a topic is, of the cluster; nothing was written.
   */
  gravar(lote: readonly Anotada[]): Promise<ReadonlyMap<string, number>>
}

export async function abrirLivro(db: Database, identificar: Identificar): Promise<Livro> {
  const topicos = await carregar(db)
  let gravadas = 0
  for (const { auditadas } of await lerContagens(db.leitura)) gravadas += auditadas
  /** Before it was asked once in this life, what a topic was may not be what it is. */
  let perguntado = false

  const duvidosa = ({ topico, particao, offset }: Anotada): boolean => {
    const conhecido = topicos.get(topico)
    return !conhecido || offset <= (conhecido.particoes.get(particao)?.ultimo ?? -1)
  }

  async function identificarOsDe(lote: readonly Anotada[]): Promise<void> {
    if (perguntado && !lote.some(duvidosa)) return
    const identidades = new Map(await identificar())
    // One that is just being deleted is still what it was.
    for (const { topico } of lote) {
      identidades.getOrInsert(topico, topicos.get(topico)?.identidade ?? '')
    }
    for (const [nome, identidade] of identidades) {
      if (topicos.get(nome)?.identidade === identidade) continue
      const id = await inserirTopico(db, nome, identidade)
      topicos.set(nome, { id, identidade, particoes: new Map() })
    }
    perguntado = true
  }

  return {
    async gravar(lote) {
      await identificarOsDe(lote)
      const { novas, contagens, porTopico } = separar(lote, topicos, gravadas)
      if (novas.length === 0) return porTopico
      await db.transacao(async (tx) => {
        await inserir(tx, novas, Date.now())
        await registrar(tx, contagens.keys())
      })
      gravadas += novas.length
      for (const [contagem, particoes] of contagens) particoes.set(contagem.particao, contagem)
      return porTopico
    },
  }
}

async function carregar(db: Database): Promise<Map<string, Topico>> {
  const contagens = Map.groupBy(await lerContagens(db.leitura), ({ topico_id }) => topico_id)
  return new Map(
    (await lerTopicos(db.leitura)).map(({ id, nome, identidade }) => {
      const particoes = new Map((contagens.get(id) ?? []).map((c) => [c.particao, c] as const))
      return [nome, { id, identidade, particoes }]
    }),
  )
}

/** Those to be written, and what the counts will be, with the place where each is kept. */
function separar(lote: readonly Anotada[], topicos: ReadonlyMap<string, Topico>, gravadas: number) {
  const novas: Nova[] = []
  const porTopico = new Map<string, number>()
  const mudadas = new Map<Topico, Map<number, Contagem>>()
  for (const anotada of lote) {
    const { particao, offset } = anotada
    const topico = topicos.get(anotada.topico)!
    const suas = mudadas.getOrInsertComputed(topico, () => new Map())
    const antes = suas.get(particao) ?? topico.particoes.get(particao)
    if (antes && offset <= antes.ultimo) continue
    const { auditadas = 0, primeiro = offset } = antes ?? {}
    suas.set(particao, { auditadas: auditadas + 1, primeiro, ultimo: offset })
    novas.push({ id: gravadas + novas.length + 1, topicoId: topico.id, anotada })
    porTopico.set(anotada.topico, (porTopico.get(anotada.topico) ?? 0) + 1)
  }
  const contagens = new Map<ContagemGuardada, Map<number, Contagem>>()
  for (const [{ id, particoes }, suas] of mudadas) {
    for (const [particao, contagem] of suas) {
      contagens.set({ topico_id: id, particao, ...contagem }, particoes)
    }
  }
  return { novas, contagens, porTopico }
}
