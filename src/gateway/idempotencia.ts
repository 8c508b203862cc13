// What the public door adds to K1: while a purchase is under way its key is taken, and a key that
// was used for another purchase is the client's mistake. What was done is remembered by pedidos.
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { ClienteId } from '../contratos/ids.ts'
import { comoJson, type Resposta } from './servicos.ts'

/**
 * Runs one purchase at a time for each key of a client; holds no more keys than there are requests
 * being answered. Errors: `chave_em_uso` at once, for who comes meanwhile.
 */
export function criarChavesEmCurso() {
  const emCurso = new Set<string>()
  return async <T>(cliente: ClienteId, chave: string, fazer: () => Promise<T>): Promise<T> => {
    const nome = `${cliente}/${chave}`
    if (emCurso.has(nome)) throw new ErroDeNegocio('chave_em_uso')
    emCurso.add(nome)
    try {
      return await fazer()
    } finally {
      emCurso.delete(nome)
    }
  }
}

/** Between services a known causa with another content is a conflict; here the body is to blame. */
export function exigirMesmoConteudo({ status, texto }: Resposta): void {
  if (status !== 409) return
  const { codigo } = comoJson('pedidos', texto) as { codigo?: unknown }
  if (codigo === 'comando_divergente') {
    throw new ErroDeNegocio('chave_divergente', undefined, { campo: 'Idempotency-Key' })
  }
}
