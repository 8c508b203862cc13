// Balanced books for the checker's tests: the seven real services in one process, over a small
// imported history, with one order for every way in which an order can end.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Enviar } from '../../arquiteturas/arquitetura.ts'
import type { Portas } from '../../arquiteturas/memoria/inbound.ts'
import { abrirMemoria } from '../../arquiteturas/memoria/start.ts'
import { criarSalto, decidir, percorrer } from '../../arquiteturas/percurso.ts'
import type { Comando } from '../../contratos/comandos.ts'
import { comoCentavos } from '../../contratos/dinheiro.ts'
import { type Contexto, envelopar, rastreio, type Servico } from '../../contratos/envelope.ts'
import {
  comoClienteId,
  comoPedidoId,
  comoProdutoId,
  type NomeServico,
  type PedidoId,
  type ProdutoId,
} from '../../contratos/ids.ts'
import { causaDoAto } from '../../contratos/produtos.ts'
import { gerarDados } from '../../dados/gerador.ts'
import { abrirBanco } from '../../infra/banco_do_servico.ts'
import type { Database } from '../../persistencia/database.ts'
import { antifraude } from '../../servicos/antifraude/servico.ts'
import { type ConsultasDeCatalogo, catalogo } from '../../servicos/catalogo/servico.ts'
import { type ConsultasDeEstoque, estoque } from '../../servicos/estoque/servico.ts'
import { fiscal } from '../../servicos/fiscal/servico.ts'
import { logistica } from '../../servicos/logistica/servico.ts'
import { pagamentos } from '../../servicos/pagamentos/servico.ts'
import type { ModuloDeServico } from '../../servicos/partes.ts'
import { pedidos } from '../../servicos/pedidos/servico.ts'
import { criarSimulador, type Simulador } from '../../servicos/simulacao.ts'
import type { ProdutoNoCatalogo, Vizinhos } from '../../servicos/vizinhos.ts'

const MODULOS: readonly ModuloDeServico<unknown>[] = [
  ...[pedidos(), antifraude(), pagamentos(), estoque(), fiscal(), logistica(), catalogo()],
]
const CONTEXTO: Contexto = { arquitetura: 'memoria', traceparent: rastreio() }
/** Units enough for every test, and prices that are easy to follow. */
const PRODUTOS = [1, 2, 3].map((id): ProdutoNoCatalogo => {
  const produto = { id: comoProdutoId(id), nome: `Produto ${id}`, estoque: 50 }
  return { ...produto, preco_centavos: (1_000 * id) as ProdutoNoCatalogo['preco_centavos'] }
})

export interface Loja extends AsyncDisposable {
  /** Makes an order and walks it as far as it comes. */
  comprar(): Promise<PedidoId>
  /** Sends one command to its service, and walks on from there when it is one of pedidos'. */
  mandar(comando: Comando): Promise<void>
  /** Runs `fazer` while every draw of one service fails. */
  falhando<T>(servico: NomeServico, fazer: () => Promise<T>): Promise<T>
  /** Runs `fazer` while one service answers nobody. */
  fechado<T>(servico: NomeServico, fazer: () => Promise<T>): Promise<T>
  readonly catalogo: ConsultasDeCatalogo
  readonly estoque: ConsultasDeEstoque
}

/** `comHistorico` false leaves the books as empty as on the very first day. */
export async function abrirLoja(diretorio: string, comHistorico: boolean): Promise<Loja> {
  await using pilha = new AsyncDisposableStack()
  mkdirSync(diretorio, { recursive: true })
  const ecommerce = join(diretorio, 'ecommerce.db')
  const pedidosImportados = comHistorico ? 40 : 0
  await gerarDados({ saida: ecommerce, pedidos: pedidosImportados, agora: new Date('2026-01-01') })
  const portas: Portas = new Map()
  const simuladores = new Map<NomeServico, Simulador>()
  const consultas = new Map<NomeServico, unknown>()
  let raiz: { servico: Servico; enviar: Enviar } | undefined
  for (const modulo of MODULOS) {
    const { nome } = modulo
    const simulador = criarSimulador(nome)
    simuladores.set(nome, simulador)
    const db = pilha.use(await abrirBanco(modulo, diretorio, { ecommerce }))
    if (nome === 'estoque') await encher(db)
    const { servico, ...rodando } = await modulo.iniciar({
      ...{ db, simulador, diretorio, vizinhos: VIZINHOS },
      operacoes: { chegou: () => undefined, terminou: () => undefined, gravou: () => undefined },
    })
    pilha.use(rodando)
    consultas.set(nome, rodando.consultas)
    const { enviar } = abrirMemoria(portas, nome, (saida) => criarSalto(servico, saida))
    if (nome === 'pedidos') raiz = { servico, enviar }
  }
  const aberta = pilha.move()
  return {
    ...andar(raiz!, portas, simuladores),
    catalogo: consultas.get('catalogo') as ConsultasDeCatalogo,
    estoque: consultas.get('estoque') as ConsultasDeEstoque,
    [Symbol.asyncDispose]: () => aberta.disposeAsync(),
  }
}

function andar(
  { servico, enviar }: { servico: Servico; enviar: Enviar },
  portas: Portas,
  simuladores: ReadonlyMap<NomeServico, Simulador>,
): Omit<Loja, keyof AsyncDisposable | 'catalogo' | 'estoque'> {
  let compras = 0
  async function mandar(comando: Comando): Promise<PedidoId> {
    const envelope = envelopar(comando, CONTEXTO)
    const daRaiz = comando.tipo === 'CriarPedido' || comando.tipo === 'SolicitarCancelamento'
    const { passos, falha } = await (daRaiz ? decidir(servico, envelope) : enviar(envelope, false))
    const evento = passos[0]?.evento
    if (!evento) throw falha ?? new Error(`${comando.tipo} sem resposta`)
    if (daRaiz) await percorrer(servico, enviar, evento, CONTEXTO)
    return evento.pedido_id
  }
  return {
    mandar: async (comando) => void (await mandar(comando)),
    comprar: () =>
      mandar({
        ...{ tipo: 'CriarPedido', cliente_id: comoClienteId(7), chave: `compra/${++compras}` },
        itens: [
          { produto_id: comoProdutoId(1), quantidade: 2 },
          { produto_id: comoProdutoId(2), quantidade: 1 },
        ],
        metodo: 'pix',
      }),
    async falhando(nome, fazer) {
      simuladores.get(nome)?.mudar({ taxa_sucesso: 0 })
      const feito = await fazer()
      simuladores.get(nome)?.mudar({ taxa_sucesso: 1 })
      return feito
    },
    async fechado(nome, fazer) {
      const porta = portas.get(nome)!
      portas.delete(nome)
      const feito = await fazer()
      portas.set(nome, porta)
      return feito
    },
  }
}

const VIZINHOS: Vizinhos = {
  produtos: async (ids) => PRODUTOS.filter(({ id }) => ids.includes(id)),
  unidadesLivres: async () => new Map(),
  compra: async () => {
    throw new Error('ninguém deveria perguntar')
  },
}

const encher = (db: Database): Promise<number> =>
  db.transacao((tx) => tx.executar('update produtos_local set inicial = 50, livre = 50'))

/** The numbers of the orders that `viverUmDia` makes, by how each one ends; and its new product. */
export type Fins = Awaited<ReturnType<typeof viverUmDia>>

export async function viverUmDia(loja: Loja) {
  const cancelar = async (pedido_id: PedidoId) => {
    await loja.mandar({ tipo: 'SolicitarCancelamento', pedido_id, motivo: 'desistiu' })
    return pedido_id
  }
  const fins = {
    enviado: await loja.comprar(),
    semPagamento: await loja.falhando('pagamentos', loja.comprar),
    semEstoque: await loja.falhando('estoque', loja.comprar),
    semNota: await loja.falhando('fiscal', loja.comprar),
    semEnvio: await loja.falhando('logistica', loja.comprar),
    fraude: await loja.falhando('antifraude', loja.comprar),
    canceladoTarde: await cancelar(await loja.fechado('logistica', loja.comprar)),
    canceladoCedo: await cancelar(await loja.fechado('antifraude', loja.comprar)),
    entregue: await loja.comprar(),
    ultimo: await loja.comprar(),
  }
  const { entregue: pedido_id, canceladoCedo } = fins
  await loja.mandar({ tipo: 'SolicitarEntrega', pedido_id })
  await loja.mandar({ tipo: 'ConfirmarEntrega', pedido_id })
  await loja.mandar({ tipo: 'Registrar', pedido_id, evento: 'EntregaConfirmada' })
  const valor_centavos = 4_000 as ProdutoNoCatalogo['preco_centavos']
  // Late arrivals find the tombstones; a stranger pays for a number that is nobody's.
  await loja.mandar({ tipo: 'AutorizarPagamento', pedido_id: canceladoCedo, valor_centavos })
  await loja.mandar({ tipo: 'EmitirNota', pedido_id: canceladoCedo, valor_centavos })
  const avulso = comoPedidoId(900_000)
  await loja.mandar({ tipo: 'AutorizarPagamento', pedido_id: avulso, valor_centavos })
  return { ...fins, avulso, produtoNovo: await administrar(loja) }
}

/** A product made with its units, made dearer, and another restocked twice. */
async function administrar({ catalogo, estoque }: Loja): Promise<ProdutoId> {
  const causa = causaDoAto('CriarProduto', 1, 'novo')
  const preco_centavos = comoCentavos(5_000)
  const { produto } = await catalogo.criar({ causa, nome: 'Novo', preco_centavos, unidades: 7 })
  await estoque.repor({ causa, produto_id: produto.id, quantidade: 7 })
  await catalogo.mudar({ produto_id: produto.id, preco_centavos: comoCentavos(6_000) })
  for (const chave of ['a', 'b/CriarProduto/c']) {
    const produto_id = comoProdutoId(1)
    await estoque.repor({ causa: causaDoAto('ReporEstoque', 1, chave), produto_id, quantidade: 4 })
  }
  return produto.id
}
