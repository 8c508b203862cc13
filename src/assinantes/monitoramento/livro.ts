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
  lerContagens,
  lerGravadas,
  lerTopicos,
  type Nova,
  registrar,
  tornarAtual,
} from './repository.ts'

interface Topico {
  readonly id: number
  readonly identidade: string
  readonly particoes: Map<number, Contagem>
}
type Topicos = Map<string, Topico>

export interface Livro {
  /**
   * In the order of reading, one call after another; answers how many were new, by topic. Errors:
   * of the database or, when it must be asked what a topic is, of the cluster; nothing was written.
   */
  gravar(lote: readonly Anotada[]): Promise<ReadonlyMap<string, number>>
}

export async function abrirLivro(db: Database, identificar: Identificar): Promise<Livro> {
  const topicos = await carregar(db)
  /** Those whose name another took, while what they left is in the hands of the reader. */
  const anteriores: Topicos = new Map()
  let gravadas = await lerGravadas(db.leitura)
  /** Before it was asked once in this life, what a topic was may not be what it is. */
  let perguntado = false

  const duvidosa = ({ topico, particao, offset }: Anotada): boolean => {
    const contagem = topicos.get(topico)?.particoes.get(particao)
    return !contagem || offset <= contagem.ultimo
  }

  async function identificarOsDe(lote: readonly Anotada[]): Promise<void> {
    const nomes = new Set((perguntado ? lote.filter(duvidosa) : lote).map(({ topico }) => topico))
    if (nomes.size === 0) return
    const identidades = await identificar()
    for (const nome of perguntado ? nomes : nomes.union(new Set(identidades.keys()))) {
      const antes = topicos.get(nome)
      // One that is just being deleted is still what it was.
      const identidade = identidades.get(nome) ?? antes?.identidade ?? ''
      if (antes?.identidade === identidade) continue
      topicos.set(nome, await trocar(db, nome, identidade))
      // What was read in this life may be from before; in another life, nothing is.
      if (antes && perguntado) anteriores.set(nome, antes)
    }
    perguntado = true
  }

  return {
    async gravar(lote) {
      await identificarOsDe(lote)
      const { novas, contagens, porTopico } = separar(lote, { topicos, anteriores }, gravadas)
      if (novas.length === 0) return porTopico
      await db.transacao(async (tx) => {
        await inserir(tx, novas, Date.now())
        await registrar(tx, contagens.keys())
      })
      gravadas += novas.length
      anteriores.clear()
      for (const [contagem, particoes] of contagens) particoes.set(contagem.particao, contagem)
      return porTopico
    },
  }
}

async function carregar(db: Database): Promise<Topicos> {
  const contagens = Map.groupBy(await lerContagens(db.leitura), ({ topico_id }) => topico_id)
  return new Map(
    (await lerTopicos(db.leitura)).map(({ id, nome, identidade }) => {
      const particoes = new Map((contagens.get(id) ?? []).map((c) => [c.particao, c] as const))
      return [nome, { id, identidade, particoes }]
    }),
  )
}

/** It may have been here before: it goes on from where it was. */
async function trocar(db: Database, nome: string, identidade: string): Promise<Topico> {
  const id = await tornarAtual(db, nome, identidade)
  const suas = (await lerContagens(db.leitura)).filter(({ topico_id }) => topico_id === id)
  return { id, identidade, particoes: new Map(suas.map((c) => [c.particao, c])) }
}

/** Those to be written, and what the counts will be, with the place where each is kept. */
function separar(
  lote: readonly Anotada[],
  { topicos, anteriores }: Readonly<Record<'topicos' | 'anteriores', Topicos>>,
  gravadas: number,
) {
  const novas: Nova[] = []
  const porTopico = new Map<string, number>()
  const mudadas = new Map<Topico, Map<number, Contagem>>()
  const contada = (topico: Topico | undefined, particao: number) =>
    topico && (mudadas.get(topico)?.get(particao) ?? topico.particoes.get(particao))
  /** Until a partition begins again, what goes on in it is of the topic that had the name. */
  const donoDe = ({ topico, particao, offset }: Anotada): Topico => {
    const atual = topicos.get(topico)!
    const anterior = anteriores.get(topico)
    const restavam = contada(anterior, particao)
    const deAntes = restavam && offset > restavam.ultimo && !contada(atual, particao)
    return (deAntes && anterior) || atual
  }
  for (const anotada of lote) {
    const { particao, offset } = anotada
    const topico = donoDe(anotada)
    const suas = mudadas.getOrInsertComputed(topico, () => new Map())
    const antes = contada(topico, particao)
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
