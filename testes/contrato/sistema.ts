// What a contract test sees of a checkout, the same whatever architecture carries it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Trilha } from '../../src/arquiteturas/arquitetura.ts'
import type { Comando, Item, Metodo } from '../../src/contratos/comandos.ts'
import type { CodigoDeErro } from '../../src/contratos/errors.ts'
import {
  comoProdutoId,
  type NomeArquitetura,
  type NomeServico,
  type PedidoId,
} from '../../src/contratos/ids.ts'
import { gerarDados } from '../../src/dados/gerador.ts'
import { type Configuracao, lerConfiguracao } from '../../src/infra/configuracao.ts'
import { QUAISQUER_PORTAS } from '../../src/infra/enderecos.ts'
import { encherEstoque } from '../../src/laboratorio/bancada.ts'
import { conferir, type Relatorio } from '../../src/laboratorio/conferente.ts'
import type { PedidoVisivel } from '../../src/servicos/pedidos/consultas.ts'
import type { Simulacao } from '../../src/servicos/simulacao.ts'

/** What the client is told: the order as it ended, or why it did not. */
export interface Resposta {
  readonly pedido?: PedidoVisivel | undefined
  readonly erro?: CodigoDeErro | undefined
  /** The number of an order that was accepted but has not ended. */
  readonly pedidoEmAberto?: PedidoId | undefined
  readonly repetido: boolean
}

export interface NovoPedido {
  readonly chave: string
  readonly itens?: readonly Item[]
  readonly metodo?: Metodo
  readonly cliente_id?: number
  readonly total_esperado_centavos?: number
}

export interface Sistema extends AsyncDisposable {
  readonly nome: NomeArquitetura
  criar(pedido: NovoPedido): Promise<Resposta>
  cancelar(id: PedidoId): Promise<Resposta>
  entregar(id: PedidoId): Promise<Resposta>
  /** The orders with something still under way: what the resumer would take up. */
  abertos(): Promise<readonly PedidoId[]>
  pedido(id: PedidoId): Promise<PedidoVisivel | undefined>
  /** A message for a service, delivered once more, late or out of order. */
  entregarComando(comando: Comando): Promise<Trilha>
  retomar(id: PedidoId): Promise<void>
  simular(servico: NomeServico, simulacao: Partial<Simulacao>): Promise<void>
  derrubar(servico: NomeServico): Promise<void>
  levantar(servico: NomeServico): Promise<void>
  /** Which events a service has written for the order. */
  eventos(servico: NomeServico, id: PedidoId): Promise<readonly string[]>
  conferir(): Promise<Relatorio>
}

export const PRODUTO = comoProdutoId(1)
export const OUTRO_PRODUTO = comoProdutoId(2)
/** Units of each product at the start, enough for every test of a file. */
export const UNIDADES = 10_000

export const umItem = (quantidade = 1, produto_id = PRODUTO): Item[] => [{ produto_id, quantidade }]

export interface Bancos {
  readonly configuracao: Configuracao
  readonly apagar: () => Promise<void>
  conferir(): Promise<Relatorio>
}

type Ambiente = Record<string, string>

/** Only `falhas` is about a chain that waits no longer: a busy machine is no reason for it. */
export const semPressa =
  <S>(abrir: (ambiente?: Ambiente) => S) =>
  (ambiente?: Ambiente): S =>
    abrir({ QUATROVIAS_PRAZO_MS: '20000', ...ambiente })

/** A directory of its own with synthetic data, and a short chain deadline. */
export async function novosBancos(ambiente: Record<string, string> = {}): Promise<Bancos> {
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-contrato-'))
  const ecommerce = join(diretorio, 'ecommerce.db')
  await gerarDados({ saida: ecommerce, pedidos: 20, produtos: 10, clientes: 5 })
  const configuracao = lerConfiguracao({
    ...QUAISQUER_PORTAS,
    QUATROVIAS_DIR: diretorio,
    // kafka is for who brings a broker.
    QUATROVIAS_ARQUITETURAS: 'rest,grpc',
    QUATROVIAS_PERFIL: 'instantanea',
    QUATROVIAS_REGISTRO: 'silent',
    QUATROVIAS_PRAZO_MS: '1000',
    ECOMMERCE_DB: ecommerce,
    ...ambiente,
  })
  await encherEstoque(configuracao, UNIDADES)
  return {
    configuracao,
    apagar: () => rm(diretorio, { recursive: true, force: true }),
    conferir: () => conferir(join(diretorio, 'dados'), configuracao),
  }
}
