// How a client is reached, asked of the gateway and remembered for a minute, so that the five or
// six notices of an order are one question.
import { Pool } from 'undici'
import * as z from 'zod'
import { type Credencial, cabecalhosDaCredencial } from '../../arquiteturas/credencial.ts'
import { deHttp } from '../../arquiteturas/rest/errors.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { STATUS } from '../../contratos/eventos.ts'
import type { ClienteId } from '../../contratos/ids.ts'
import type { Contato } from '../../contratos/notificacoes.ts'

const CONEXOES = 8
const ESPERA_MS = 2_000
const LEMBRAR_MS = 60_000
const MAXIMO_LEMBRADOS = 10_000

const resposta = z.object({
  nome: z.string(),
  email: z.string(),
  preferencias: z.object({ email: z.boolean(), status: z.array(z.enum(STATUS)) }),
})
/** One address, and nothing that a header would read as more. */
const ENDERECO = /^[^\s\p{Cc}@<>()[\]\\,;:"]+@[^\s\p{Cc}@<>()[\]\\,;:"]+$/u

export interface Contatos extends AsyncDisposable {
  /** Undefined where there is no account, or no address in it. Errors: whatever may pass. */
  de(cliente_id: ClienteId): Promise<Contato | undefined>
}

export function abrirContatos(
  url: string,
  credencial: Credencial,
  relogio: () => number = Date.now,
): Contatos {
  const pool = new Pool(url, { connections: CONEXOES })
  const headers = cabecalhosDaCredencial(credencial)
  const lembrados = new Map<ClienteId, { ate: number; contato: Promise<Contato | undefined> }>()

  async function perguntar(cliente_id: ClienteId): Promise<Contato | undefined> {
    const { statusCode, body } = await pool.request({
      ...{ method: 'GET', path: `/interno/contatos/${cliente_id}`, headers },
      ...{ headersTimeout: ESPERA_MS, bodyTimeout: ESPERA_MS },
      signal: AbortSignal.timeout(ESPERA_MS),
    })
    const corpo: unknown = await body.json()
    if (statusCode === 200) {
      const contato = resposta.parse(corpo)
      return ENDERECO.test(contato.email) ? contato : undefined
    }
    const erro = deHttp(statusCode, corpo)
    if (erro.codigo === 'usuario_desconhecido') return undefined
    throw erro
  }

  return {
    async de(cliente_id) {
      const lembrado = lembrados.get(cliente_id)
      if (lembrado && lembrado.ate > relogio()) return lembrado.contato
      const contato = perguntar(cliente_id).catch((causa: unknown) => {
        lembrados.delete(cliente_id)
        throw new ErroDeNegocio('servico_indisponivel', 'o gateway não respondeu', { causa })
      })
      lembrados.delete(cliente_id)
      const [primeiro] = lembrados.keys()
      if (primeiro !== undefined && lembrados.size >= MAXIMO_LEMBRADOS) lembrados.delete(primeiro)
      lembrados.set(cliente_id, { ate: relogio() + LEMBRAR_MS, contato })
      return contato
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  }
}
