// The orders acted upon: made, cancelled, delivered. pedidos decides; the gateway says who asks,
// and passes the answer on unchanged.
import type { FastifyInstance, FastifyRequest, FastifySchemaCompiler } from 'fastify'
import { validatorCompiler } from 'fastify-type-provider-zod'
import * as z from 'zod'
import { caracteristicas } from '../../arquiteturas/arquitetura.ts'
import { motivo } from '../../arquiteturas/campos.ts'
import { chaveDeIdempotencia, corpoDePedido, exigirAberta } from '../../arquiteturas/pedidos.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { ARQUITETURAS, type NomeArquitetura } from '../../contratos/ids.ts'
import { pedidoDe, usuarioDe } from '../acesso/autorizacao.ts'
import type { Papel } from '../acesso/direitos.ts'
import { criarChavesEmCurso, exigirMesmoConteudo } from '../idempotencia.ts'
import * as respostas from '../respostas.ts'
import { type Resposta, repassar } from '../servicos.ts'
import { comPedido } from './consultas.ts'
import type { Partes } from './partes.ts'

/** pedidos answers by its own deadline; this much later it is taken not to answer at all. */
export const FOLGA_MS = 2_000

const publicas = ARQUITETURAS.filter((nome) => caracteristicas[nome].publica)
const compra = corpoDePedido
  .omit({ cliente_id: true })
  .extend({ arquitetura: z.enum(publicas).optional() })
  .meta({ example: { itens: [{ produto_id: 1, quantidade: 2 }], metodo: 'pix' } })
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
  202: respostas.pedido.describe('O pedido aceito, como está agora; `Location` diz onde vê-lo'),
}

const AO_MUDAR = [
  'pedido_encerrado',
  'comando_divergente',
  'arquitetura_fechada',
  'pedido_em_andamento',
] as const
const AO_PEDIR = [
  'chave_de_idempotencia_ausente',
  'chave_em_uso',
  'chave_divergente',
  'estoque_insuficiente',
  'preco_mudou',
  'produto_desconhecido',
  'valor_alto_demais',
  'arquitetura_fechada',
  'pedido_em_andamento',
] as const

interface Envio {
  readonly caminho: string
  readonly arquitetura: string
  readonly corpo?: unknown
  readonly chave?: string
}
type Comandar = (de: FastifyRequest, envio: Envio) => Promise<Resposta>

/** Sends to pedidos' own door, with the deadline of a whole chain. */
const criarComandar =
  ({ servicos, prazoDaCadeiaMs }: Partes): Comandar =>
  ({ traceparent }, { caminho, arquitetura, corpo, chave }) =>
    servicos.pedir('pedidos', {
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

export function registrarPedidos(rotas: FastifyInstance, partes: Partes): void {
  const comandar = criarComandar(partes)
  const umaPorChave = criarChavesEmCurso()

  rotas.post('/pedidos', {
    config: { acao: 'fazer_pedido', erros: AO_PEDIR },
    validatorCompiler: semCabecalhos,
    schema: {
      summary: 'Faz um pedido',
      description:
        'Por uma arquitetura síncrona, espera o fim do pedido, qualquer que seja: veja `status` ' +
        'e `motivo`. Por `kafka`, responde 202 assim que o pedido é aceito, e ele segue por si ' +
        'só. O preço é o do catálogo; com `total_esperado_centavos`, um preço que mudou ' +
        'responde 409 `preco_mudou`. Um 503 com `Location` já aceitou o pedido. A mesma ' +
        '`Idempotency-Key` responde o pedido já feito; enquanto ele é feito, 409 ' +
        '`chave_em_uso`; com outro conteúdo, 422 `chave_divergente`.',
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
      const arquitetura = escolher(partes.arquiteturas, pedida)
      const corpo = { ...resto, cliente_id }
      const envio = { caminho: '/pedidos', arquitetura, corpo, chave: chave.data }
      const fazer = () => comandar(requisicao, envio)
      // An architecture that answers at once has nothing under way to wait for.
      const esperaOFim = caracteristicas[arquitetura].replyIs === 'final'
      const feito = await (esperaOFim ? umaPorChave(cliente_id, chave.data, fazer) : fazer())
      exigirMesmoConteudo(feito)
      return repassar(resposta, feito)
    },
  })
  registrarMudancas(rotas, comandar)
}

function registrarMudancas(rotas: FastifyInstance, comandar: Comandar): void {
  rotas.post('/pedidos/:pedido_id/cancelar', {
    config: { acao: 'cancelar_pedido', erros: ['pedido_ja_enviado', ...AO_MUDAR] },
    schema: {
      summary: 'Cancela um pedido',
      description:
        'Vale até o envio ser agendado; depois, 409 `pedido_ja_enviado`. O que já foi feito é ' +
        'desfeito: nota cancelada, estoque devolvido, pagamento estornado. O corpo é opcional. ' +
        'Vale também para um pedido retido, que então deixa de esperar.',
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
      return repassar(resposta, await comandar(requisicao, { caminho, arquitetura, corpo }))
    },
  })

  rotas.post('/pedidos/:pedido_id/entregar', {
    config: { acao: 'entregar_pedido', erros: ['envio_nao_agendado', ...AO_MUDAR] },
    schema: {
      summary: 'Confirma a entrega de um pedido enviado',
      description: 'Antes de o envio ser agendado, 409 `envio_nao_agendado`.',
      tags,
      params: comPedido,
      response,
    },
    handler: async (requisicao, resposta) => {
      const { id, arquitetura } = pedidoDe(requisicao)
      const envio = { caminho: `/pedidos/${id}/entregar`, arquitetura }
      return repassar(resposta, await comandar(requisicao, envio))
    },
  })
}

/** Unknown names were refused with the body; a known one may be closed here. */
function escolher(abertas: readonly NomeArquitetura[], pedida?: NomeArquitetura): NomeArquitetura {
  const escolhida = pedida ?? abertas[0]!
  exigirAberta(abertas, escolhida)
  return escolhida
}
