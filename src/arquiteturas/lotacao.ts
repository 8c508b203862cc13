// How much may wait to be published: with Kafka down orders are accepted all the same, up to a
// bound. Beyond it a new one is turned away; one that was accepted before is told so again (K4).
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { NomeArquitetura } from '../contratos/ids.ts'
import type { Leitura } from '../persistencia/database.ts'
import { procurar } from '../persistencia/diario.ts'
import { type Aberta, type Atender, parar } from './arquitetura.ts'

const DETALHE = 'Há pedidos demais à espera do Kafka; tente de novo mais tarde.'

export function recusarSeLotada(
  atender: Atender,
  saidas: ReadonlyMap<NomeArquitetura, Aberta>,
  leitura: Leitura,
): Atender {
  return async (envelope, seguir) => {
    const { comando, arquitetura, causa } = envelope
    const saida = saidas.get(arquitetura)
    if (comando.tipo !== 'CriarPedido' || !saida || !('lotada' in saida)) {
      return atender(envelope, seguir)
    }
    const recusada = (await saida.lotada()) && !(await procurar(leitura, causa))
    return recusada
      ? parar(new ErroDeNegocio('sobrecarregado', DETALHE))
      : atender(envelope, seguir)
  }
}
