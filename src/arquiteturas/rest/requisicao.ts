// One HTTP request with a deadline, over undici's dispatcher rather than its stream interface: a
// reply here is a few hundred bytes, and the streams cost more than the request itself.
import type { Dispatcher, Pool } from 'undici'
import { ErroDeNegocio } from '../../contratos/errors.ts'

/** A trail has at most twelve events; a reply beyond this is no reply of ours. */
const MAIOR_RESPOSTA_BYTES = 1024 * 1024

export interface RespostaHttp {
  readonly status: number
  readonly texto: string
}

const grandeDemais = (): ErroDeNegocio =>
  new ErroDeNegocio('operacao_nao_suportada', 'A resposta do serviço é grande demais.')

/** Rejects with `prazo_esgotado` after `restaMs`, or with the connection's own error. */
export function postar(
  pool: Pool,
  path: string,
  headers: Record<string, string>,
  body: string,
  restaMs: number,
): Promise<RespostaHttp> {
  return new Promise((resolver, rejeitar) => {
    let controle: Dispatcher.DispatchController | undefined
    let status = 0
    let bytes = 0
    const partes: Buffer[] = []
    // Made only when it is over: an error costs its stack trace, more than the rest of this.
    let esgotado: ErroDeNegocio | undefined
    const relogio = setTimeout(() => {
      esgotado = new ErroDeNegocio('prazo_esgotado')
      rejeitar(esgotado)
      controle?.abort(esgotado)
    }, restaMs)
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(novo) {
        controle = novo
        // It waited for a connection until nobody waited for it: it must not go out now.
        if (esgotado) novo.abort(esgotado)
      },
      onResponseStart(_controle, recebido) {
        status = recebido
      },
      onResponseData(atual, parte) {
        bytes += parte.length
        if (bytes > MAIOR_RESPOSTA_BYTES) atual.abort(grandeDemais())
        else partes.push(parte)
      },
      onResponseEnd() {
        clearTimeout(relogio)
        const corpo = partes.length === 1 ? partes[0]! : Buffer.concat(partes)
        resolver({ status, texto: corpo.toString('utf8') })
      },
      onResponseError(_controle, erro) {
        clearTimeout(relogio)
        rejeitar(erro)
      },
    }
    pool.dispatch({ method: 'POST', path, headers, body }, handler)
  })
}
