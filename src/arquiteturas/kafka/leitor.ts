// A stream of messages, each given to whoever takes it as soon as the one before was taken. Read
// one by one rather than iterated, which is two promises a message.
import type { Readable } from 'node:stream'

/** Until the stream ends or the signal aborts; rejects with what broke the stream. */
export async function lerCada<M>(
  leitor: Readable,
  receber: (mensagem: M) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const chegada = aoChegar(leitor, signal)
  while (!signal.aborted && !leitor.destroyed) {
    const lida = leitor.read() as M | null
    if (lida === null) await chegada()
    else await receber(lida)
  }
  if (leitor.errored) throw leitor.errored
}

/**
 * Answers a wait for the next to be read, or for the end. Listened to for good: Kafka's client
 * takes a stream that nobody listens to for one that nobody reads, and fetches nothing.
 */
function aoChegar(leitor: Readable, signal: AbortSignal): () => Promise<void> {
  let chegou = Promise.withResolvers<void>()
  const avisar = () => chegou.resolve()
  for (const sinal of ['readable', 'end', 'close', 'error']) leitor.on(sinal, avisar)
  signal.addEventListener('abort', avisar, { once: true })
  return async () => {
    await chegou.promise
    chegou = Promise.withResolvers()
  }
}
