// Encodes with one writer for the whole process: the generated code makes one for each message, and
// growing its buffer is most of what encoding costs (measured: `npm run bench -- partes`).
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import type { MethodDefinition } from '@grpc/grpc-js'

/** The part of a generated message that encodes it. */
interface Codificavel<T> {
  encode(mensagem: T, escritor?: BinaryWriter): BinaryWriter
}

const escritor = new BinaryWriter()

/** The method as it was, but for how it encodes. */
export const comEscritor = <P, R, M extends MethodDefinition<P, R>>(
  metodo: M & MethodDefinition<P, R>,
  pedido: Codificavel<P>,
  resposta: Codificavel<R>,
): M => ({
  ...metodo,
  requestSerialize: (mensagem: P) => codificar(pedido, mensagem),
  responseSerialize: (mensagem: R) => codificar(resposta, mensagem),
})

function codificar<T>(tipo: Codificavel<T>, mensagem: T): Buffer {
  try {
    const bytes = tipo.encode(mensagem, escritor).finish()
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  } catch (erro) {
    // A value out of range stops half-way: what was written must not precede the next message.
    escritor.finish()
    throw erro
  }
}
