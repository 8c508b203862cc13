// What is for sale, said by an administrator: a product made, changed, restocked. catalogo and
// estoque each keep what was done under the name that it is given here, so that a repeat with the
// same key finishes what was interrupted and does nothing twice (ADR 0012).
import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as z from 'zod'
import { chaveDeIdempotencia, lerChave } from '../../arquiteturas/pedidos.ts'
import { corpoDeProduto, corpoDeReposicao, mudancaDeProduto } from '../../arquiteturas/produtos.ts'
import type { Causa, NomeServico } from '../../contratos/ids.ts'
import { causaDoAto, type TipoAto } from '../../contratos/produtos.ts'
import { usuarioDe } from '../acesso/autorizacao.ts'
import * as respostas from '../respostas.ts'
import { lerSucesso, type Resposta, repassar, type Servicos } from '../servicos.ts'
import { comProduto, produtoPorId } from './catalogo.ts'
import type { Partes } from './partes.ts'
import { semCabecalhos } from './pedidos.ts'

const ESPERA_DA_ESCRITA_MS = 5_000

const comChave = z.object({
  'Idempotency-Key': chaveDeIdempotencia.describe(
    'O nome desta tentativa: repetida, não faz nada outra vez. De 1 a 128 caracteres ASCII ' +
      'visíveis.',
  ),
})
const tags = ['administração']
const DA_CHAVE = ['chave_de_idempotencia_ausente', 'chave_divergente'] as const
const REPETICAO = 'A repetição do que já foi feito'

export function registrarProdutos(rotas: FastifyInstance, { servicos }: Partes): void {
  registrarCriacao(rotas, servicos)
  registrarMudanca(rotas, servicos)
  registrarReposicao(rotas, servicos)
}

function registrarCriacao(rotas: FastifyInstance, servicos: Servicos): void {
  rotas.post('/admin/produtos', {
    config: { acao: 'criar_produto', erros: DA_CHAVE },
    validatorCompiler: semCabecalhos,
    schema: {
      summary: 'Cria um produto',
      description:
        'Com `unidades`, elas já entram no estoque. A mesma chave com o mesmo corpo responde o ' +
        'mesmo produto; com outro corpo, 422 `chave_divergente`. Um 503 com `Location` criou o ' +
        'produto, mas talvez não as unidades: repita com a mesma chave.',
      tags,
      headers: comChave,
      body: corpoDeProduto,
      response: {
        200: respostas.produtoCriado.describe(REPETICAO),
        201: respostas.produtoCriado,
      },
    },
    handler: async (requisicao, resposta) => {
      const causa = causaDe(requisicao, 'CriarProduto')
      const corpo = requisicao.body as z.output<typeof corpoDeProduto>
      const criado = await mandar(servicos, requisicao, 'catalogo', '/interno/produtos', {
        ...corpo,
        causa,
      })
      const produto = lerSucesso<{ id: number }>('catalogo', criado)
      resposta.header('location', `/produtos/${produto.id}`)
      const quantidade = corpo.unidades
      const estoque =
        quantidade === 0
          ? 0
          : await repor(servicos, requisicao, { causa, produto_id: produto.id, quantidade })
      return resposta.code(criado.status === 200 ? 200 : 201).send({ ...produto, estoque })
    },
  })
}

function registrarMudanca(rotas: FastifyInstance, servicos: Servicos): void {
  rotas.patch('/admin/produtos/:produto_id', {
    config: { acao: 'mudar_produto', erros: ['produto_nao_encontrado'] },
    schema: {
      summary: 'Muda o nome ou o preço de um produto',
      description:
        'Só os campos enviados mudam; ao menos um é preciso. Pedidos feitos até um segundo ' +
        'depois ainda podem levar o preço de antes; o de um pedido já feito não muda.',
      tags,
      params: comProduto,
      body: mudancaDeProduto,
      response: { 200: respostas.produtoMudado },
    },
    handler: async (requisicao, resposta) => {
      const { produto_id } = requisicao.params as z.output<typeof comProduto>
      const mudado = await servicos.pedir('catalogo', {
        metodo: 'PATCH',
        caminho: `/interno/produtos/${produto_id}`,
        corpo: requisicao.body,
        cabecalhos: { traceparent: requisicao.traceparent },
        esperaMs: ESPERA_DA_ESCRITA_MS,
      })
      return repassar(resposta, mudado)
    },
  })
}

function registrarReposicao(rotas: FastifyInstance, servicos: Servicos): void {
  rotas.post('/admin/produtos/:produto_id/reposicoes', {
    config: { acao: 'repor_estoque', erros: ['produto_nao_encontrado', ...DA_CHAVE] },
    validatorCompiler: semCabecalhos,
    schema: {
      summary: 'Repõe unidades de um produto',
      description:
        'Soma `quantidade` às unidades livres, que aparecem em `GET /produtos` em até 250 ms. A ' +
        'mesma chave com o mesmo conteúdo soma uma vez só e responde o mesmo; com outra ' +
        'quantidade ou outro produto, 422 `chave_divergente`. Um produto recebe até ' +
        '2.147.483.647 unidades ao todo.',
      tags,
      params: comProduto,
      headers: comChave,
      body: corpoDeReposicao,
      response: { 200: respostas.reposicao.describe(REPETICAO), 201: respostas.reposicao },
    },
    handler: async (requisicao, resposta) => {
      const causa = causaDe(requisicao, 'ReporEstoque')
      const { produto_id } = requisicao.params as z.output<typeof comProduto>
      const { quantidade } = requisicao.body as z.output<typeof corpoDeReposicao>
      // estoque does not know what exists; catalogo, which forgets no product, does.
      await produtoPorId(servicos, produto_id, requisicao.traceparent)
      const corpo = { causa, produto_id, quantidade }
      const reposto = await mandarReposicao(servicos, requisicao, corpo)
      if (reposto.status < 300) resposta.header('location', `/produtos/${produto_id}`)
      return repassar(resposta, reposto)
    },
  })
}

const causaDe = (requisicao: FastifyRequest, tipo: TipoAto): Causa => {
  const chave = lerChave(requisicao.headers['idempotency-key'])
  return causaDoAto(tipo, usuarioDe(requisicao).id, chave)
}

interface Reposicao {
  readonly causa: Causa
  readonly produto_id: number
  readonly quantidade: number
}
const mandarReposicao = (servicos: Servicos, requisicao: FastifyRequest, corpo: Reposicao) =>
  mandar(servicos, requisicao, 'estoque', '/interno/reposicoes', corpo)

/** The free units that it left. */
async function repor(servicos: Servicos, requisicao: FastifyRequest, corpo: Reposicao) {
  const reposto = await mandarReposicao(servicos, requisicao, corpo)
  return lerSucesso<{ estoque: number }>('estoque', reposto).estoque
}

const mandar = (
  servicos: Servicos,
  { traceparent }: FastifyRequest,
  nome: NomeServico,
  caminho: string,
  corpo: object,
): Promise<Resposta> =>
  servicos.pedir(nome, {
    metodo: 'POST',
    caminho,
    corpo,
    cabecalhos: { traceparent },
    esperaMs: ESPERA_DA_ESCRITA_MS,
  })
