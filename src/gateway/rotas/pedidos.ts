// The orders acted upon: made, cancelled, delivered. pedidos decides; the gateway says who asks,
// and passes the answer on unchanged.
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchemaCompiler } from 'fastify'
import { validatorCompiler } from 'fastify-type-provider-zod'
import * as z from 'zod'
import { caracteristicas } from '../../arquiteturas/arquitetura.ts'
import { motivo } from '../../arquiteturas/campos.ts'
import { chaveDeIdempotencia, corpoDePedido, exigirAberta } from '../../arquiteturas/pedidos.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { ARQUITETURAS, type NomeArquitetura } from '../../contratos/ids.ts'
import { pedidoDe, usuarioDe } from '../acesso/autorizacao.ts'
import type { Papel } from '../acesso/direitos.ts'
import * as respostas from '../respostas.ts'
import { repassar } from '../servicos.ts'
import { comPedido } from './consultas.ts'
import type { Partes } from './partes.ts'

/** pedidos answers by its own deadline; this much later it is taken not to answer at all. */
const FOLGA_MS = 2_000

const publicas = ARQUITETURAS.filter((nome) => caracteristicas[nome].publica)
const compra = corpoDePedido
  .omit({ cliente_id: true })
  .extend({ arquitetura: z.enum(publicas).optional() })
const comChave = z.object({
  'Idempotency-Key': chaveDeIdempotencia.describe(
    'O nome desta tentativa: repetida, não faz outro pedido. De 1 a 128 caracteres ASCII visíveis.',
  ),
})
const cancelamento = z.object({ motivo: motivo.optional() }).nullish()
const MOTIVO: Readonly<Record<Papel, string>> = {
  cliente: 'cancelado_pelo_cliente',
  operador: 'cancelado_pelo_operador',
  admin: 'cancelado_pelo_operador',
}

/** The header is documented, but read by the handler: what is said of it has words of its own. */
export const semCabecalhos: FastifySchemaCompiler<unknown> = ({ schema, httpPart, method, url }) =>
  httpPart === 'headers'
    ? (cabecalhos) => ({ value: cabecalhos })
    : validatorCompiler({ schema: schema as z.ZodType, method, url })

const tags = ['pedidos']
const response = {
  200: respostas.pedido.describe('A repetição do que já foi feito'),
  201: respostas.pedido.describe('O pedido, em seu fim'),
}

interface Envio {
  readonly caminho: string
  readonly arquitetura: string
  readonly corpo?: unknown
  readonly chave?: string
}
type Comandar = (de: FastifyRequest, para: FastifyReply, envio: Envio) => Promise<FastifyReply>

/** Sends to pedidos' own door, with the deadline of a whole chain. */
const criarComandar =
  ({ servicos, prazoDaCadeiaMs }: Partes): Comandar =>
  async ({ traceparent }, para, { caminho, arquitetura, corpo, chave }) => {
    const feito = await servicos.pedir('pedidos', {
      metodo: 'POST',
      caminho,
      corpo,
      cabecalhos: {
        traceparent,
        'x-arquitetura': arquitetura,
        'x-prazo-ms': String(prazoDaCadeiaMs),
        ...(chave !== undefined && { 'idempotency-key': chave }),
      },
      esperaMs: prazoDaCadeiaMs + FOLGA_MS,
    })
    return repassar(para, feito)
  }

export function registrarPedidos(rotas: FastifyInstance, partes: Partes): void {
  const comandar = criarComandar(partes)

  rotas.post('/pedidos', {
    config: { acao: 'fazer_pedido' },
    validatorCompiler: semCabecalhos,
    schema: {
      summary: 'Faz um pedido',
      description:
        'Por uma arquitetura síncrona, espera o fim do pedido, qualquer que seja: veja `status` ' +
        'e `motivo`. O preço é o do catálogo; com `total_esperado_centavos`, um preço que mudou ' +
        'responde 409 `preco_mudou`. Um 503 com `Location` já aceitou o pedido.',
      tags,
      headers: comChave,
      body: compra,
      response,
    },
    handler: async (requisicao, resposta) => {
      const chave = chaveDeIdempotencia.safeParse(requisicao.headers['idempotency-key'])
      if (!chave.success) throw new ErroDeNegocio('chave_de_idempotencia_ausente')
      const { cliente_id } = usuarioDe(requisicao)
      if (cliente_id === null) throw new ErroDeNegocio('acesso_negado')
      const { arquitetura: pedida, ...resto } = requisicao.body as z.output<typeof compra>
      return comandar(requisicao, resposta, {
        caminho: '/pedidos',
        arquitetura: escolher(partes.arquiteturas, pedida),
        corpo: { ...resto, cliente_id },
        chave: chave.data,
      })
    },
  })
  registrarMudancas(rotas, comandar)
}

function registrarMudancas(rotas: FastifyInstance, comandar: Comandar): void {
  rotas.post('/pedidos/:pedido_id/cancelar', {
    config: { acao: 'cancelar_pedido' },
    schema: {
      summary: 'Cancela um pedido',
      description:
        'Vale até o envio ser agendado; depois, 409 `pedido_ja_enviado`. O que já foi feito é ' +
        'desfeito: nota cancelada, estoque devolvido, pagamento estornado. O corpo é opcional.',
      tags,
      params: comPedido,
      body: cancelamento,
      response,
    },
    handler: async (requisicao, resposta) => {
      const { id, arquitetura } = pedidoDe(requisicao)
      const dado = (requisicao.body as z.output<typeof cancelamento>)?.motivo
      const corpo = { motivo: dado ?? MOTIVO[usuarioDe(requisicao).papel] }
      const caminho = `/pedidos/${id}/cancelar`
      return comandar(requisicao, resposta, { caminho, arquitetura, corpo })
    },
  })

  rotas.post('/pedidos/:pedido_id/entregar', {
    config: { acao: 'entregar_pedido' },
    schema: {
      summary: 'Confirma a entrega de um pedido enviado',
      description: 'Antes de o envio ser agendado, 409 `envio_nao_agendado`.',
      tags,
      params: comPedido,
      response,
    },
    handler: async (requisicao, resposta) => {
      const { id, arquitetura } = pedidoDe(requisicao)
      return comandar(requisicao, resposta, { caminho: `/pedidos/${id}/entregar`, arquitetura })
    },
  })
}

/** Unknown names were refused with the body; a known one may be closed here. */
function escolher(abertas: readonly NomeArquitetura[], pedida?: NomeArquitetura): NomeArquitetura {
  const escolhida = pedida ?? abertas[0]!
  exigirAberta(abertas, escolhida)
  return escolhida
}
