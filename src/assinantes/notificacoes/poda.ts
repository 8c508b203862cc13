// What ended a month ago is forgotten: the topic keeps its messages for a week, and of those that
// it keeps for longer none is heeded any more.
import type { Instante } from '../../contratos/ids.ts'
import type { Outbox } from './outbox.ts'

/** Of a change older than this the row may be gone: see recebimento.ts. */
export const GUARDAR_MS = 30 * 86_400_000
const A_CADA_MS = 3_600_000

/** Now, and every hour. */
export function podarSempre(
  { podar }: Pick<Outbox, 'podar'>,
  levar: Parameters<Outbox['podar']>[1],
  relogio: () => number,
  avisar: (mensagem: string, campos: object) => void,
): Disposable {
  let parou = false
  const varrer = async () => {
    const antes = new Date(relogio() - GUARDAR_MS).toISOString() as Instante
    // A transaction each, so that new notices come in between.
    while (!parou && (await podar(antes, levar)));
  }
  const tentar = () =>
    void varrer().catch((erro: unknown) => avisar('a poda das notificações falhou', { err: erro }))
  tentar()
  const relogioDaPoda = setInterval(tentar, A_CADA_MS).unref()
  return {
    [Symbol.dispose]() {
      parou = true
      clearInterval(relogioDaPoda)
    },
  }
}
