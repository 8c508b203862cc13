// The synthetic shop, from options to a finished file: clients, products, then the orders.
import { resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { emBlocos, type PorBloco, type SaidaDeProgresso } from './blocos.ts'
import { sortearClientes, sortearProdutos } from './cadastro.ts'
import { gravarBanco } from './gravacao.ts'
import { gravarHistorico, type Movimento } from './historico.ts'
import { type Insercoes, prepararInsercoes } from './insercoes.ts'
import { completarOpcoes, type OpcoesCompletas, type OpcoesDados } from './opcoes.ts'
import { criarSorteio } from './sorteio.ts'

export type ResumoDados = Movimento & {
  /** Absolute path of the file. */
  readonly saida: string
  readonly semente: number
  readonly clientes: number
  readonly produtos: number
  readonly pedidos: number
  readonly segundos: number
}

/**
 * Writes the database and resolves when it is durable under its final name. Rejects with
 * OpcaoInvalida, DestinoRecusado, the reason of `signal` or SQLite's error; then the target is
 * as it was and nothing is left beside it.
 */
export async function gerarDados(
  opcoes: OpcoesDados,
  saidaDeProgresso: SaidaDeProgresso = () => undefined,
  signal?: AbortSignal,
): Promise<ResumoDados> {
  signal?.throwIfAborted()
  const inicio = performance.now()
  const completas = completarOpcoes(opcoes)
  const { semente, clientes, produtos, pedidos } = completas
  const saida = resolve(completas.saida)
  const porBloco = emBlocos(clientes + produtos + pedidos, saidaDeProgresso, signal)
  const movimento = await gravarBanco(saida, completas.substituir, (banco) =>
    preencher(banco, completas, porBloco),
  )
  const segundos = (performance.now() - inicio) / 1000
  return { ...movimento, saida, semente, clientes, produtos, pedidos, segundos }
}

async function preencher(
  banco: DatabaseSync,
  opcoes: OpcoesCompletas,
  porBloco: PorBloco,
): Promise<Movimento> {
  const { clientes, produtos, pedidos, semente, agora } = opcoes
  const sorteio = criarSorteio(semente)
  const inserir = prepararInsercoes(banco)
  await gravarClientes(inserir, semente, clientes, porBloco)

  const catalogo = sortearProdutos(sorteio, semente, produtos)
  await porBloco(produtos, (primeiro, ultimo) => {
    for (const { id, nome, estoque, precoCentavos } of catalogo.slice(primeiro - 1, ultimo)) {
      inserir.produto.run(id, nome, estoque, precoCentavos)
    }
  })

  const precosCentavos = catalogo.map((produto) => produto.precoCentavos)
  const loja = { agora: agora.getTime(), clientes, precosCentavos }
  return await gravarHistorico(inserir, sorteio, loja, pedidos, porBloco)
}

function gravarClientes(
  inserir: Insercoes,
  semente: number,
  clientes: number,
  porBloco: PorBloco,
): Promise<void> {
  return porBloco(clientes, (primeiro, ultimo) => {
    for (const { id, nome, email } of sortearClientes(semente, primeiro, ultimo)) {
      inserir.cliente.run(id, nome, email)
    }
  })
}
