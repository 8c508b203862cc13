// The services played by the tests: pedidos with three orders, an eager catalogue, a simulation.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PROBLEMA, paraHttp } from '../arquiteturas/rest/errors.ts'
import type { Centavos } from '../contratos/dinheiro.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import {
  comoClienteId,
  comoPedidoId,
  comoProdutoId,
  type Instante,
  type NomeServico,
  SERVICOS,
} from '../contratos/ids.ts'
import type { PedidoVisivel } from '../servicos/pedidos/consultas.ts'
import { criarDiario, type DiarioDeTeste } from './acompanhamento/diario_de_teste.ts'
import { CLIENTE_ID, type Falso, type Falsos } from './gateway_de_teste.ts'
import { monitoramentoFalso } from './monitoramento_de_teste.ts'
import { notificacoesFalsas } from './notificacoes_de_teste.ts'

export const DELE = 1_001
export const DE_OUTRO = 1_002
export const DE_NINGUEM = 1_999

export const umPedido = (id: number, cliente_id: number): PedidoVisivel => ({
  id: comoPedidoId(id),
  cliente_id: comoClienteId(cliente_id),
  status: 'enviado',
  motivo: null,
  arquitetura: 'rest',
  origem: 'vivo',
  metodo: 'pix',
  itens: [
    { produto_id: comoProdutoId(1), quantidade: 2, preco_unitario_centavos: 1_050 as Centavos },
  ],
  total_centavos: 2_100,
  criado_em: '2026-01-02T03:04:05.678Z' as Instante,
  atualizado_em: '2026-01-02T03:04:06.000Z' as Instante,
})

export const PEDIDOS = new Map([
  [DELE, umPedido(DELE, CLIENTE_ID)],
  [DE_OUTRO, umPedido(DE_OUTRO, 1)],
])

export const RETIDOS = [
  {
    ...{ pedido_id: DELE, codigo: 'comando_divergente', mensagem: 'Já foi pago de outro modo.' },
    desde: '2026-01-02T03:04:06.000Z',
  },
]

/** The one dead letter that there is, without what it carried. */
export const MORTA = {
  ...{ id: 7, grupo: 'estoque-group', topico: 'pagamentos_processados', particao: 2 },
  ...{ offset: '41', codigo: 'mensagem_invalida', detalhe: 'A palavra não é conhecida: pago.' },
  ...{ passageira: false, pedido_id: DELE, instante: '2026-01-02T03:04:06.000Z' },
  ...{ recusa: null, reenviada_em: null },
}
const texto = (conteudo: string) => ({ codificacao: 'utf8', conteudo })
export const MORTA_INTEIRA = {
  ...MORTA,
  ...{ chave: texto(String(DELE)), valor: { codificacao: 'base64', conteudo: '//4=' } },
  cabecalhos: [{ nome: 'ce_id', valor: texto(`${DELE}/AutorizarPagamento`) }],
}

export function recusar(resposta: FastifyReply, erro: ErroDeNegocio): FastifyReply {
  if (erro.canRetry && !resposta.hasHeader('retry-after')) resposta.header('retry-after', '1')
  return resposta.code(erro.status).header('content-type', PROBLEMA).send(paraHttp(erro))
}

/** What arrived at pedidos, and what it is to answer to the next POST. */
export interface PedidosFalso {
  readonly rotas: Falso
  readonly chegadas: FastifyRequest[]
  readonly diario: DiarioDeTeste
  /** Of the next page of orders; none when empty. */
  proxima: string
  responder: (resposta: FastifyReply) => unknown
  retomar: (resposta: FastifyReply) => unknown
  reenviar: (resposta: FastifyReply, corpo: object) => unknown
}

export function pedidosFalso(): PedidosFalso {
  const chegadas: FastifyRequest[] = []
  const diario = criarDiario()
  const falso: PedidosFalso = {
    chegadas,
    diario,
    proxima: '',
    responder: (resposta) =>
      resposta.code(201).header('location', `/pedidos/${DELE}`).send(PEDIDOS.get(DELE)),
    retomar: (resposta) => resposta.send(PEDIDOS.get(DELE)),
    reenviar: (resposta, corpo) => resposta.send(corpo),
    rotas(app) {
      diario.rotas(app)
      app.get('/pedidos', async (requisicao, resposta) => {
        chegadas.push(requisicao)
        if (falso.proxima) resposta.header('link', falso.proxima)
        return [...PEDIDOS.values()]
      })
      app.get('/pedidos/:id', async (requisicao, resposta) => {
        const { id } = requisicao.params as { id: string }
        const pedido = PEDIDOS.get(Number(id))
        return pedido ?? recusar(resposta, new ErroDeNegocio('pedido_desconhecido'))
      })
      app.get('/interno/eventos', async () => [])
      app.get('/interno/kafka/grupos', async () => GRUPOS)
      app.get('/interno/retidos', async (requisicao) => {
        chegadas.push(requisicao)
        return RETIDOS
      })
      app.post('/interno/pedidos/:id/retomar', async (requisicao, resposta) => {
        chegadas.push(requisicao)
        return falso.retomar(resposta)
      })
      rotasDeMortas(app, falso)
      for (const caminho of ['/pedidos', '/pedidos/:id/cancelar', '/pedidos/:id/entregar']) {
        app.post(caminho, async (requisicao, resposta) => {
          chegadas.push(requisicao)
          return falso.responder(resposta)
        })
      }
    },
  }
  return falso
}

function rotasDeMortas(app: FastifyInstance, falso: PedidosFalso): void {
  const anotar = (requisicao: FastifyRequest) => void falso.chegadas.push(requisicao)
  const desconhecida = (resposta: FastifyReply) =>
    recusar(resposta, new ErroDeNegocio('morta_desconhecida'))
  const conhecida = ({ params }: FastifyRequest) =>
    (params as { id: string }).id === String(MORTA.id)
  app.get('/interno/mortas', async (requisicao) => {
    anotar(requisicao)
    return [MORTA]
  })
  app.get('/interno/mortas/:id', async (requisicao, resposta) =>
    conhecida(requisicao) ? MORTA_INTEIRA : desconhecida(resposta),
  )
  app.post('/interno/mortas/:id/reenviar', async (requisicao, resposta) => {
    anotar(requisicao)
    if (!conhecida(requisicao)) return desconhecida(resposta)
    return falso.reenviar(resposta, { ...MORTA, reenviada_em: '2026-01-02T03:05:00.000Z' })
  })
  app.post('/interno/mortas/reenviar', async (requisicao, resposta) => {
    anotar(requisicao)
    return falso.reenviar(resposta, { reenviadas: 1, recusadas: 0, restam: 0 })
  })
}

const SIMULACAO = { atraso_ms: [0, 0], taxa_sucesso: 1, semente: 1 }
const simulacaoFalsa: Falso = (app) => {
  app.get('/interno/simulacao', async () => SIMULACAO)
  app.put('/interno/simulacao', async () => SIMULACAO)
}

export const GRUPOS = {
  ...{ brokers: ['127.0.0.1:9092'], responde: true },
  ...{ atraso: { 'estoque-group': 3 }, mortas_pendentes: 2, aberto_mais_velho_ms: 12_300 },
  particoes_atrasadas: [
    { grupo: 'estoque-group', topico: 'pagamentos_processados', particao: 4, mensagens: 3 },
  ],
}
const kafkaFalso: Falso = (app) => {
  const publicacao = { pendentes: 5, idadeMs: 1_500, retidos: 1 }
  app.get('/interno/kafka', async () => ({ publicacao, leitura: {} }))
}

const PRODUTO = { id: 1, nome: 'Produto Alfa Livro', estoque: 0, preco_centavos: 1_050 }
export const PRODUTO_NOVO = { id: 31, nome: 'Mesa', preco_centavos: 1_050 }

/** What arrived at catalogo and estoque, and what each is to answer to the next act. */
export interface ProdutosFalsos {
  readonly catalogo: Falso
  readonly estoque: Falso
  readonly chegadas: FastifyRequest[]
  criar: (resposta: FastifyReply) => unknown
  repor: (resposta: FastifyReply) => unknown
}

export function produtosFalsos(): ProdutosFalsos {
  const chegadas: FastifyRequest[] = []
  const falso: ProdutosFalsos = {
    chegadas,
    criar: (resposta) => resposta.code(201).send(PRODUTO_NOVO),
    repor: (resposta) => resposta.code(201).send({ produto_id: 1, quantidade: 5, estoque: 12 }),
    catalogo(app) {
      app.get('/produtos', async ({ query }) => {
        const { ids } = query as { ids?: string }
        return ids === undefined || ids === '1' ? [PRODUTO] : []
      })
      app.post('/interno/produtos', async (requisicao, resposta) => {
        chegadas.push(requisicao)
        return falso.criar(resposta)
      })
      app.patch('/interno/produtos/:id', async (requisicao, resposta) => {
        chegadas.push(requisicao)
        const { id } = requisicao.params as { id: string }
        if (id !== '1') return recusar(resposta, new ErroDeNegocio('produto_nao_encontrado'))
        return { ...PRODUTO_NOVO, id: 1 }
      })
    },
    estoque(app) {
      app.post('/interno/reposicoes', async (requisicao, resposta) => {
        chegadas.push(requisicao)
        return falso.repor(resposta)
      })
    },
  }
  return falso
}

/** Each with its simulation and its way by Kafka, three with more; and what was told to clients. */
export function todosFalsos(
  pedidos = pedidosFalso(),
  { catalogo, estoque } = produtosFalsos(),
  notificacoes = notificacoesFalsas(),
): Falsos {
  const proprias: Falsos = { pedidos: pedidos.rotas, estoque, catalogo }
  const { rotas: monitoramento } = monitoramentoFalso()
  const comSimulacao = SERVICOS.map((nome): [NomeServico, Falso] => [
    nome,
    (app) => {
      simulacaoFalsa(app)
      kafkaFalso(app)
      proprias[nome]?.(app)
    },
  ])
  return {
    ...Object.fromEntries(comSimulacao),
    ...{ monitoramento, notificacoes: notificacoes.rotas },
  }
}
