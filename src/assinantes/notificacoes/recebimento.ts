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
import type { Instante } from '../../contratos/ids.ts'
import type { NomeCanal } from '../../contratos/notificacoes.ts'
import { lerMensagem } from './mensagem.ts'
import type { Outbox } from './outbox.ts'
import { GUARDAR_MS } from './poda.ts'

export interface PartesDoRecebimento {
  readonly outbox: Pick<Outbox, 'receber'>
  readonly canais: readonly NomeCanal[]
  readonly enterrar: Enterrar
  readonly relogio: () => number
  /** There is something new to send. */
  acordar(): void
}

export function criarRecebimento(partes: PartesDoRecebimento): Tratar {
  const { outbox, canais, enterrar, relogio, acordar } = partes

  async function guardar({ valor }: Recebida): Promise<ErroDeNegocio | undefined> {
    const mudanca = lerMensagem(valor)
    const agora = relogio()
    // Its row may have been and gone: read again from the beginning, a topic would tell it again.
    if (agora - Date.parse(mudanca.instante) > GUARDAR_MS) return undefined
    const recebida_em = new Date(agora).toISOString() as Instante
    if (await outbox.receber(mudanca, canais, recebida_em)) acordar()
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
