// The doors that a client knocks at: the catalogue's, and those that only pedidos has.
import * as z from 'zod'
import { type Comando, doPedido } from '../../contratos/comandos.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { NomeArquitetura } from '../../contratos/ids.ts'
import type { ConsultasDeCatalogo } from '../../servicos/catalogo/servico.ts'
import type { ConsultasDePedidos, PedidoVisivel } from '../../servicos/pedidos/consultas.ts'
import type { Atender } from '../arquitetura.ts'
import * as campos from '../campos.ts'
import {
  comoCriarPedido,
  concluir,
  corpoDePedido,
  exigirAberta,
  lerChave,
  MOTIVO_PADRAO,
} from '../pedidos.ts'
import { CatalogoService } from './gerado/catalogo.ts'
import { type PedidoResponse, PedidosService } from './gerado/pedidos.ts'
import { envelopado, type Porta, type Portas, type Recebida } from './inbound.ts'
import { type Corpo, type Metodo, semVazios } from './metodos.ts'

const comId = z.object({ pedido_id: campos.pedidoId })
const cancelamento = comId.extend({ motivo: campos.motivo.default(MOTIVO_PADRAO) })

const porta = (metodo: unknown, atender: Porta['atender']): Porta => ({
  metodo: metodo as Metodo,
  atender,
})

export const portasDoCatalogo = (consultas: ConsultasDeCatalogo): Portas =>
  new Map([
    [
      'ListarProdutos',
      porta(CatalogoService.listarProdutos, async () => ({
        produtos: await consultas.produtos(),
      })),
    ],
  ])

export function portasDePedidos(
  atender: Atender,
  consultas: ConsultasDePedidos,
  abertas: readonly NomeArquitetura[],
): Portas {
  async function comandar(recebida: Recebida, comando: Comando): Promise<Corpo> {
    const fim = await concluir(consultas, await atender(envelopado(comando, recebida), true))
    if ('emAndamento' in fim) throw Object.assign(fim.falha, { pedido_id: fim.emAndamento })
    return escrever(fim.pedido, fim.repetido)
  }
  const idDe = ({ corpo }: Recebida) => campos.lerCampos(comId, corpo).pedido_id

  const criar: Porta['atender'] = async (recebida) => {
    const { idempotency_key, ...corpo } = semVazios(recebida.corpo)
    const chave = lerChave(idempotency_key)
    if (recebida.pedida) exigirAberta(abertas, recebida.pedida)
    return comandar(recebida, comoCriarPedido(campos.lerCampos(corpoDePedido, corpo), chave))
  }
  const consultar: Porta['atender'] = async (recebida) => {
    const pedido = await consultas.pedido(idDe(recebida))
    if (!pedido) throw new ErroDeNegocio('pedido_desconhecido')
    return escrever(pedido, true)
  }
  const cancelar: Porta['atender'] = async (recebida) => {
    const { pedido_id, motivo } = campos.lerCampos(cancelamento, recebida.corpo)
    const pedido = doPedido({ pedido_id })
    return comandar(recebida, { ...pedido, tipo: 'SolicitarCancelamento', motivo })
  }
  const entregar: Porta['atender'] = async (recebida) =>
    comandar(recebida, { pedido_id: idDe(recebida), tipo: 'SolicitarEntrega' })

  const { criarPedido, consultarPedido, cancelarPedido, entregarPedido } = PedidosService
  return new Map([
    ['CriarPedido', porta(criarPedido, criar)],
    ['ConsultarPedido', porta(consultarPedido, consultar)],
    ['SolicitarCancelamento', porta(cancelarPedido, cancelar)],
    ['SolicitarEntrega', porta(entregarPedido, entregar)],
  ])
}

const escrever = (pedido: PedidoVisivel, repetido: boolean): Corpo =>
  ({
    id: pedido.id,
    cliente_id: pedido.cliente_id,
    arquitetura: pedido.arquitetura,
    status: pedido.status,
    ...(pedido.motivo !== null && { motivo: pedido.motivo }),
    itens: [...pedido.itens],
    total_centavos: pedido.total_centavos,
    criado_em: pedido.criado_em,
    atualizado_em: pedido.atualizado_em,
    repetido,
  }) satisfies PedidoResponse as unknown as Corpo
