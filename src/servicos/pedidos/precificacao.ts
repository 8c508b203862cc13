// The order's lines at the catalogue's prices: the client never says what a thing costs.
import type { CriarPedido, ItemPrecificado } from '../../contratos/comandos.ts'
import { type Centavos, formatar, somar } from '../../contratos/dinheiro.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { ProdutoNoCatalogo } from '../vizinhos.ts'
import type { Preparo } from './domain.ts'

/** R$ 20 million: what an int32 of centavos holds, so that any client can carry it. */
export const MAIOR_TOTAL_CENTAVOS = 2_000_000_000

export function precificar(
  { itens, total_esperado_centavos }: CriarPedido,
  { produtos, ausentes }: Preparo,
): { itens: readonly ItemPrecificado[]; valor_centavos: Centavos } {
  const precificados = itens.map((item, i) => {
    const produto = produtos.get(item.produto_id)
    if (!produto) {
      const campo = `itens.${i}.produto_id`
      throw new ErroDeNegocio('produto_desconhecido', `Não há produto ${item.produto_id}.`, {
        campo,
      })
    }
    // Of a foreign stock service's units nothing is known: it decides, once it is paid for.
    const contadas = !ausentes.includes('estoque')
    if (contadas && produto.estoque < item.quantidade) throw semUnidades(produto, i)
    return { ...item, preco_unitario_centavos: produto.preco_centavos }
  })
  const valor_centavos = somar(precificados.map((i) => i.quantidade * i.preco_unitario_centavos))
  if (valor_centavos > MAIOR_TOTAL_CENTAVOS) {
    const limite = formatar(MAIOR_TOTAL_CENTAVOS)
    throw new ErroDeNegocio('valor_alto_demais', `O total do pedido passa de ${limite}.`)
  }
  if (total_esperado_centavos !== undefined && total_esperado_centavos !== valor_centavos) {
    const [agora, esperado] = [formatar(valor_centavos), formatar(total_esperado_centavos)]
    throw new ErroDeNegocio('preco_mudou', `O total agora é ${agora}; era esperado ${esperado}.`, {
      campo: 'total_esperado_centavos',
    })
  }
  return { itens: precificados, valor_centavos }
}

const semUnidades = ({ nome, estoque }: ProdutoNoCatalogo, i: number): ErroDeNegocio =>
  new ErroDeNegocio(
    'estoque_insuficiente',
    `Restam ${estoque} unidades de ${nome}; nada foi cobrado.`,
    { campo: `itens.${i}.quantidade` },
  )
