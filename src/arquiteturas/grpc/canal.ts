// The one method of the channel between our own services, and what it carries at a time.
import { comEscritor } from './escritor.ts'
import { CanalService, Chamadas, Respostas } from './gerado/comum.ts'

export const CANAL = comEscritor(CanalService.abrir, Chamadas, Respostas)

/** Requests under way on one stream; those beyond wait, within their deadline. */
export const MAXIMO_EM_VOO = 256
/**
 * Most items of one message. With fewer the commits behind them are more; with more the services
 * take turns instead of working at the same time: measured with 200 in flight, 8 to 256.
 */
export const MAIOR_LOTE = 64
/** A message takes items until it is this long: with one more it is still what a server takes. */
export const MAIOR_LOTE_BYTES = 64 * 1024
