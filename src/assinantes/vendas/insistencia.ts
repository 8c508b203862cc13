// A database that fails is waited for, whatever it fails of. Only a row that is refused for its own
// sake ends otherwise: at once where the code says so, else when others are written meanwhile.
import type { Venda } from './domain.ts'
import { ehDaLinha, podeSerDaLinha } from './falhas.ts'
import type { Achado } from './lotes.ts'
import { criarPorta, type OpcoesDaPorta } from './porta.ts'
import type { Havia, Repositorio } from './repository.ts'

export interface OpcoesDaInsistencia extends Pick<OpcoesDaPorta, 'aoCair' | 'aoVoltar'> {
  readonly repositorio: Pick<Repositorio, 'preparar' | 'gravar'>
}
export interface Insistencia {
  /** Rejects only on abort. */
  gravar(lote: readonly Venda[]): Promise<ReadonlyMap<number, Achado>>
  /** After a try that failed of this: the table made or looked at, when there is who answers. */
  preparar(falha: Error): Promise<void>
  readonly fora: boolean
}

/** A refusal, and how many tries had begun by then. */
interface Recusa {
  readonly erro: Error
  readonly vez: number
}
/** What became of a batch so far, kept from one try to the next. */
interface Andamento {
  readonly faltam: Set<Venda>
  readonly achados: Map<number, Achado>
  /** When each row was refused alone for the first time. */
  readonly suspeitas: Map<Venda, number>
}

export function criarInsistencia(opcoes: OpcoesDaInsistencia, signal: AbortSignal): Insistencia {
  const { repositorio, aoCair, aoVoltar } = opcoes
  const preparar = () => repositorio.preparar()
  const porta = criarPorta({ preparar, aoCair, aoVoltar }, signal)
  let vezes = 0
  /** The latest try that put a row into the table: one of rows that stood there proves less. */
  let escreveu = 0

  async function escrever(vendas: readonly Venda[]): Promise<Havia> {
    signal.throwIfAborted()
    const vez = ++vezes
    const havia = await repositorio.gravar(vendas)
    if (vendas.some(({ numero }) => !havia.has(numero))) escreveu = Math.max(escreveu, vez)
    porta.funcionou()
    return havia
  }

  /** Resolves with a refusal that may be a row's, and rejects of anything else. */
  async function tentar(andamento: Andamento, vendas: readonly Venda[], doLote?: Recusa) {
    const { faltam, achados, suspeitas } = andamento
    const escreveuAntes = escreveu
    try {
      const havia = await escrever(vendas)
      for (const [numero, total] of havia) achados.set(numero, { situacao: 'havia', total })
      for (const venda of vendas) faltam.delete(venda)
      return undefined
    } catch (lancado) {
      const erro = lancado as Error
      if (!podeSerDaLinha(erro)) throw erro
      const [venda] = vendas
      if (vendas.length === 1 && venda) {
        // What the batch was refused for was this row, if it is the same again.
        const jaVista = doLote?.erro.message === erro.message ? doLote.vez : vezes
        const desde = suspeitas.getOrInsert(venda, jaVista)
        if (ehDaLinha(erro) || escreveuAntes > desde) {
          achados.set(venda.numero, { situacao: 'recusada', motivo: erro.message })
          faltam.delete(venda)
          return undefined
        }
      }
      return { erro, vez: vezes }
    }
  }

  /** Rejects while anything is left. */
  async function avancar(andamento: Andamento): Promise<void> {
    const doLote = await tentar(andamento, [...andamento.faltam])
    if (!doLote) return
    if (andamento.faltam.size === 1) throw doLote.erro
    let duvida: Recusa | undefined
    for (const uma of andamento.faltam) duvida = (await tentar(andamento, [uma], doLote)) ?? duvida
    if (duvida) throw duvida.erro
  }

  return {
    async gravar(lote) {
      const achados = new Map<number, Achado>()
      const andamento = { faltam: new Set(lote), achados, suspeitas: new Map() }
      await porta.insistir(() => avancar(andamento))
      return achados
    },
    async preparar(falha) {
      await porta.falhou(falha)
      await porta.insistir(async () => undefined)
    },
    get fora() {
      return porta.fora
    },
  }
}
