// The services that a client asks: the catalogue, and the doors that only pedidos has.
import type { Server, ServerUnaryCall } from '@grpc/grpc-js'
import { type Comando, doPedido } from '../../contratos/comandos.ts'
import { envelopar } from '../../contratos/envelope.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { ConsultasDeCatalogo } from '../../servicos/catalogo/servico.ts'
import type { ConsultasDePedidos, PedidoVisivel } from '../../servicos/pedidos/consultas.ts'
import type { Atender } from '../arquitetura.ts'
import { lerCampos, motivo as motivoDado, pedidoId } from '../campos.ts'
import { comoCriarPedido, concluir, corpoDePedido, lerChave, MOTIVO_PADRAO } from '../pedidos.ts'
import { CatalogoService } from './gerado/catalogo.ts'
import {
  type CancelamentoRequest,
  type ConsultaRequest,
  type CriarPedidoRequest,
  type PedidoResponse,
  PedidosService,
} from './gerado/pedidos.ts'
import { contextoDe, protegida, unaria } from './inbound.ts'
import { semVazios } from './metodos.ts'

export function registrarCatalogo(servidor: Server, consultas: ConsultasDeCatalogo): void {
  servidor.addService(protegida(CatalogoService), {
    listarProdutos: unaria(async () => {
      const produtos = await consultas.produtos()
      return { produtos: produtos.map(({ preco_centavos, ...p }) => ({ ...p, preco_centavos })) }
    }),
  })
}

export function registrarPedidos(
  servidor: Server,
  atender: Atender,
  consultas: ConsultasDePedidos,
): void {
  async function comandar<P>(
    chamada: ServerUnaryCall<P, PedidoResponse>,
    comando: Comando,
  ): Promise<PedidoResponse> {
    const fim = await concluir(
      consultas,
      await atender(envelopar(comando, contextoDe(chamada)), true),
    )
    if ('emAndamento' in fim) throw Object.assign(fim.falha, { pedido_id: fim.emAndamento })
    return escrever(fim.pedido, fim.repetido)
  }
  const idDe = ({ request }: ServerUnaryCall<ConsultaRequest, PedidoResponse>) =>
    lerCampos(pedidoId, request.pedido_id)

  servidor.addService(protegida(PedidosService), {
    criarPedido: unaria(async (chamada: ServerUnaryCall<CriarPedidoRequest, PedidoResponse>) => {
      const { idempotency_key, ...corpo } = chamada.request
      const chave = lerChave(idempotency_key || undefined)
      const novo = lerCampos(corpoDePedido, semVazios(corpo))
      return comandar(chamada, comoCriarPedido(novo, chave))
    }),
    consultarPedido: unaria(async (chamada: ServerUnaryCall<ConsultaRequest, PedidoResponse>) => {
      const pedido = await consultas.pedido(idDe(chamada))
      if (!pedido) throw new ErroDeNegocio('pedido_desconhecido')
      return escrever(pedido, true)
    }),
    cancelarPedido: unaria(
      async (chamada: ServerUnaryCall<CancelamentoRequest, PedidoResponse>) => {
        const pedido_id = idDe(chamada)
        const motivo = lerCampos(motivoDado, chamada.request.motivo ?? MOTIVO_PADRAO)
        const pedido = doPedido({ pedido_id })
        return comandar(chamada, { ...pedido, tipo: 'SolicitarCancelamento', motivo })
      },
    ),
    entregarPedido: unaria(async (chamada: ServerUnaryCall<ConsultaRequest, PedidoResponse>) =>
      comandar(chamada, { pedido_id: idDe(chamada), tipo: 'SolicitarEntrega' }),
    ),
  })
}

const escrever = (pedido: PedidoVisivel, repetido: boolean): PedidoResponse => ({
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
})
