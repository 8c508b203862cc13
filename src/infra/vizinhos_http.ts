// What a service asks of another on its own account, over HTTP whatever architectures are open.
import { Pool } from 'undici'
import { type Credencial, cabecalhosDaCredencial } from '../arquiteturas/credencial.ts'
import { deHttp, falhouNaConexao } from '../arquiteturas/rest/errors.ts'
import type { Centavos } from '../contratos/dinheiro.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { NomeServico, ProdutoId } from '../contratos/ids.ts'
import { itensDe, type PedidoVisivel } from '../servicos/pedidos/consultas.ts'
import type { ProdutoNoCatalogo, Vizinhos } from '../servicos/vizinhos.ts'

const CONEXOES = 8
const ESPERA_MS = 2_000

type EnderecoDe = (servico: NomeServico) => string

export function vizinhosPorHttp(
  enderecoDe: EnderecoDe,
  credencial: Credencial,
): Vizinhos & AsyncDisposable {
  const headers = cabecalhosDaCredencial(credencial)
  const pools = new Map<NomeServico, Pool>()

  async function obter<T>(servico: NomeServico, caminho: string): Promise<T> {
    let pool = pools.get(servico)
    if (!pool) {
      pool = new Pool(enderecoDe(servico), { connections: CONEXOES })
      pools.set(servico, pool)
    }
    const resposta = await requisitar(pool, servico, { path: caminho, headers })
    const corpo: unknown = await resposta.body.json().catch(() => undefined)
    if (resposta.statusCode !== 200) throw deHttp(resposta.statusCode, corpo)
    return corpo as T
  }

  return {
    produtos: (ids) => obter<ProdutoNoCatalogo[]>('catalogo', `/produtos?ids=${ids.join(',')}`),
    async unidadesLivres() {
      const linhas = await obter<{ produto_id: ProdutoId; livre: number }[]>(
        'estoque',
        '/estoque/produtos',
      )
      return new Map(linhas.map(({ produto_id, livre }) => [produto_id, livre]))
    },
    async compra(id) {
      const pedido = await obter<PedidoVisivel>('pedidos', `/pedidos/${id}`)
      return { itens: itensDe(pedido), valor_centavos: pedido.total_centavos as Centavos }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
    },
  }
}

async function requisitar(
  pool: Pool,
  servico: NomeServico,
  pedido: { path: string; headers: Readonly<Record<string, string>> },
) {
  try {
    const limites = { headersTimeout: ESPERA_MS, bodyTimeout: ESPERA_MS }
    return await pool.request({ method: 'GET', ...pedido, ...limites })
  } catch (causa) {
    const codigo = falhouNaConexao(causa) ? 'servico_indisponivel' : 'prazo_esgotado'
    throw new ErroDeNegocio(codigo, `O serviço ${servico} não respondeu.`, { causa })
  }
}
