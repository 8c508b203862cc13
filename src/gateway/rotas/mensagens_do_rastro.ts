// The messages of an order beside its steps. A step is known by its cause, which is the id of every
// message that tells of it; without monitoramento, or too late, the steps come alone.
import type { PedidoId } from '../../contratos/ids.ts'
import type {
  LugarDaMensagem,
  MensagemNaLista,
  PaginaDeMensagens,
} from '../../contratos/mensagens_auditadas.ts'
import { MAIOR_PAGINA_DE_MENSAGENS } from '../../infra/mensagens_auditadas.ts'
import { lerSucesso, type Servicos } from '../servicos.ts'
import type { PassoDoRastro, Rastro } from './rastro.ts'

/** The steps are what was asked for. */
const ESPERA_MS = 500

/** The newest; `undefined` when there is nobody to say. */
export async function lerMensagens(
  servicos: Servicos,
  id: PedidoId,
  traceparent: string,
): Promise<readonly MensagemNaLista[] | undefined> {
  try {
    const respondida = await servicos.pedir('monitoramento', {
      metodo: 'GET',
      caminho: `/interno/mensagens?pedido=${id}&limite=${MAIOR_PAGINA_DE_MENSAGENS}`,
      cabecalhos: { traceparent },
      esperaMs: ESPERA_MS,
    })
    return lerSucesso<PaginaDeMensagens>('monitoramento', respondida).mensagens
  } catch {
    return undefined
  }
}

/** In the order in which they were said. */
export function comMensagens(
  passos: readonly PassoDoRastro[],
  lidas: readonly MensagemNaLista[] | undefined,
): Pick<Rastro, 'passos' | 'outras_mensagens'> {
  if (!lidas) return { passos }
  const porEvento = Map.groupBy(lidas.toReversed(), ({ evento }) => evento)
  const de = (causa: string | null) => (porEvento.get(causa) ?? []).map(comoLugar)
  const causas = new Set<string | null>(passos.map(({ causa }) => causa))
  const outras = lidas.toReversed().filter(({ evento }) => !causas.has(evento))
  return {
    passos: passos.map((passo) => ({ ...passo, mensagens: de(passo.causa) })),
    outras_mensagens: outras.map(comoLugar),
  }
}

const comoLugar = ({ topico, particao, offset, instante }: MensagemNaLista): LugarDaMensagem => ({
  ...{ topico, particao, offset, instante },
})
