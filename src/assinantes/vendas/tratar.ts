// From a message to its end: written, absorbed, or among the dead letters with the reason. When
// this resolves it is done with for good.
import { isUtf8 } from 'node:buffer'
import {
  insistir,
  PACIENCIA,
  type Recebida,
  type Tratar,
} from '../../arquiteturas/kafka/inbound.ts'
import { comoErro, ErroDeNegocio } from '../../contratos/errors.ts'
import type { Partes } from '../partes.ts'
import { lerVenda, recusar, type Venda } from './domain.ts'
import type { Desfecho, Lotes } from './lotes.ts'
import type { Medidas } from './medidas.ts'

/** Of those buried by this process; when forgotten, one read again is buried again. */
const MAXIMO_LEMBRADAS = 10_000

export function criarTratar(
  { enterrar }: Pick<Partes, 'enterrar'>,
  lotes: Lotes,
  medidas: Medidas,
): Tratar {
  const enterros = new Map<string, Promise<void>>()

  /** Once, however often the group reads it again. The instant: a topic may begin anew. */
  function morrer(mensagem: Recebida, erro: ErroDeNegocio, signal: AbortSignal): Promise<void> {
    const { particao, offset, gravadaMs } = mensagem
    if (enterros.size >= MAXIMO_LEMBRADAS) enterros.clear()
    const lugar = `${particao}/${offset}/${gravadaMs}`
    return enterros.getOrInsertComputed(lugar, () => sepultar(mensagem, erro, signal))
  }
  async function sepultar(mensagem: Recebida, erro: ErroDeNegocio, signal: AbortSignal) {
    const enterrarAgora = () => enterrar(mensagem, erro).then(() => undefined)
    await insistir(enterrarAgora, () => true, PACIENCIA, signal)
    medidas.morreu(erro.codigo)
  }
  let ouvido: AbortSignal | undefined
  return async (mensagem, signal) => {
    if (ouvido !== signal) {
      ouvido = signal
      signal.addEventListener('abort', lotes.semEspera, { once: true })
    }
    let erro: ErroDeNegocio | undefined
    try {
      const venda = lerVenda(textoDe(mensagem.valor))
      const desfecho = await lotes.entregar(venda)
      medidas.terminou(desfecho)
      erro = erroDe(venda, desfecho)
    } catch (lancado) {
      signal.throwIfAborted()
      erro = comoErro(lancado)
    }
    if (erro) await morrer(mensagem, erro, signal)
  }
}

function textoDe(valor: Buffer | undefined): string {
  if (!valor) recusar('a mensagem não tem valor')
  if (!isUtf8(valor)) recusar('o valor não está em UTF-8')
  return valor.toString()
}

function erroDe({ numero, total }: Venda, desfecho: Desfecho): ErroDeNegocio | undefined {
  switch (desfecho.situacao) {
    case 'gravada':
    case 'repetida':
      return undefined
    case 'conflito': {
      const detalhe = `order_number ${numero}: esta diz ${total}, e está gravado ${desfecho.total}`
      return new ErroDeNegocio('conflito_de_total', detalhe)
    }
    case 'recusada':
      return new ErroDeNegocio('mensagem_invalida', `o banco recusa a linha: ${desfecho.motivo}`)
    default:
      return desfecho satisfies never
  }
}
