// Named crash points: where a test or the laboratory may kill this process, as a power cut would.
// Without an armed point each is one comparison.
import type { TipoComando } from '../contratos/comandos.ts'
import type { TipoAto } from '../contratos/produtos.ts'

export const PONTOS_DE_QUEDA = [
  'ao_chegar',
  'depois_de_preparar',
  'antes_do_commit',
  'depois_do_commit',
  'antes_de_enviar',
  'depois_de_enviar',
  'antes_de_publicar',
  'depois_de_publicar',
  'depois_do_cursor',
  'antes_de_confirmar',
  'depois_de_confirmar',
  'provedor_antes_do_commit',
  'provedor_depois_do_commit',
] as const
export type PontoDeQueda = (typeof PONTOS_DE_QUEDA)[number]

let armado: string | undefined

/** The next time this point is reached for this command (or for any), the process dies. */
export function armarQueda(ponto: PontoDeQueda, comando?: TipoComando | TipoAto): void {
  armado = comando ? `${ponto}/${comando}` : ponto
}

export function pontoDeQueda(ponto: PontoDeQueda, comando?: TipoComando | TipoAto): void {
  if (armado === undefined) return
  if (armado === ponto || armado === `${ponto}/${comando}`) process.kill(process.pid, 'SIGKILL')
}
