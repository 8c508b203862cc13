// A message of the topic becomes rows of the outbox, or a dead letter: done with for good when this
// resolves.
import {
  type Enterrar,
  insistir,
  PACIENCIA,
  type Recebida,
  type Tratar,
} from '../../arquiteturas/kafka/inbound.ts'
import type { ErroDeNegocio } from '../../contratos/errors.ts'
import { agora } from '../../contratos/ids.ts'
import type { NomeCanal } from '../../contratos/notificacoes.ts'
import { lerMensagem } from './mensagem.ts'
import type { Outbox } from './outbox.ts'

export interface PartesDoRecebimento {
  readonly outbox: Pick<Outbox, 'receber'>
  readonly canais: readonly NomeCanal[]
  readonly enterrar: Enterrar
  /** There is something new to send. */
  acordar(): void
}

export function criarRecebimento(partes: PartesDoRecebimento): Tratar {
  const { outbox, canais, enterrar, acordar } = partes

  async function guardar({ valor }: Recebida): Promise<ErroDeNegocio | undefined> {
    const mudanca = lerMensagem(valor)
    if (await outbox.receber(mudanca, canais, agora())) acordar()
    return undefined
  }

  return async (mensagem, signal) => {
    // A database that cannot write has the message wait in its topic, for as long as it takes.
    const vale = ({ canRetry }: ErroDeNegocio) => canRetry
    const falha = await insistir(() => guardar(mensagem), vale, PACIENCIA, signal)
    if (!falha) return
    const enterrarAgora = () => enterrar(mensagem, falha).then(() => undefined)
    await insistir(enterrarAgora, () => true, PACIENCIA, signal)
  }
}
