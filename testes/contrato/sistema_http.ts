// A checkout over real sockets: the seven services listen in this process, so that a test can close
// and open one of them; `quedas.features.ts` runs them as processes and kills them.
import { Pool } from 'undici'
import { abrirArquiteturas } from '../../src/arquiteturas/abertas.ts'
import { envelopar, rastreio } from '../../src/contratos/envelope.ts'
import type { NomeArquitetura, NomeServico } from '../../src/contratos/ids.ts'
import { enderecosDas, escolherPortas } from '../../src/infra/enderecos.ts'
import { abrirServico, type ServicoAberto } from '../../src/infra/servico_aberto.ts'
import { servicosPresentes } from '../../src/infra/servicos_ausentes.ts'
import type { PedidoVisivel } from '../../src/servicos/pedidos/consultas.ts'
import { type NovoPedido, novosBancos, type Resposta, type Sistema, umItem } from './sistema.ts'

type PorServico = Partial<Record<NomeServico, string>>
export interface SistemaHttp extends Sistema {
  readonly requisitar: Requisitar
  readonly enderecosGrpc: Readonly<Record<NomeServico, string>>
}

interface RespostaHttp {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came
  readonly corpo: any
}

/** The processes' worth of it: what is open, where, and a way to close and open each. */
export async function abrirServicos(
  arquitetura: Exclude<NomeArquitetura, 'memoria'>,
  ambiente: Record<string, string>,
  outros: PorServico,
  outrosGrpc: PorServico,
  pilha: AsyncDisposableStack,
) {
  const bancos = await novosBancos({ QUATROVIAS_ARQUITETURAS: arquitetura, ...ambiente })
  pilha.defer(bancos.apagar)
  const { configuracao } = bancos
  const portas = await escolherPortas(configuracao)
  const { rest, grpc, ...outrosLugares } = enderecosDas(portas)
  const enderecos = {
    ...outrosLugares,
    rest: { ...rest, ...outros },
    grpc: { ...grpc, ...outrosGrpc },
  }
  const abertos = new Map<NomeServico, ServicoAberto>()
  pilha.defer(async () => {
    for (const aberto of [...abertos.values()].reverse()) await aberto[Symbol.asyncDispose]()
  })
  const levantar = async (nome: NomeServico) => {
    abertos.set(nome, await abrirServico(nome, configuracao, enderecos, portas.servicos[nome]))
  }
  const daCasa = servicosPresentes(configuracao).filter(
    (nome) => !outros[nome] && !outrosGrpc[nome],
  )
  // All of them, also when one does not open: what opens after the end would never be closed.
  const abrindo = await Promise.allSettled(daCasa.map(levantar))
  for (const um of abrindo) if (um.status === 'rejected') throw um.reason
  const derrubar = async (nome: NomeServico) => {
    await abertos.get(nome)?.[Symbol.asyncDispose]()
    abertos.delete(nome)
  }
  return { bancos, enderecos, levantar, derrubar, abertos }
}

/** `outros` and `outrosGrpc`: somebody else's service, there in place of ours. */
export async function abrirHttpDeTeste(
  arquitetura: Exclude<NomeArquitetura, 'memoria'>,
  ambiente: Record<string, string> = {},
  outros: PorServico = {},
  outrosGrpc: PorServico = {},
): Promise<SistemaHttp> {
  await using pilha = new AsyncDisposableStack()
  const servicos = await abrirServicos(arquitetura, ambiente, outros, outrosGrpc, pilha)
  const { bancos, enderecos, levantar, derrubar } = servicos
  const { configuracao } = bancos
  const [direta] = await abrirArquiteturas([arquitetura], enderecos, configuracao)
  pilha.use(direta!)
  if (!('enviar' in direta!)) throw new Error(`por ${arquitetura} ninguém espera a resposta`)
  const { enviar } = direta
  const requisitar = criarRequisitar(enderecos.rest, arquitetura, pilha)

  const pedir = async (caminho: string, corpo?: unknown, chave?: string): Promise<Resposta> => {
    const cabecalhos = { 'x-prazo-ms': String(bancos.configuracao.prazoDaCadeiaMs) }
    const comChave = chave ? { ...cabecalhos, 'idempotency-key': chave } : cabecalhos
    const { status, corpo: r } = await requisitar('pedidos', 'POST', caminho, corpo, comChave)
    if (status >= 400) return { erro: r.codigo, pedidoEmAberto: r.pedido_id, repetido: false }
    return { pedido: r as PedidoVisivel, repetido: status === 200 }
  }

  const aberto = pilha.move()
  return {
    nome: arquitetura,
    enderecosGrpc: enderecos.grpc,
    requisitar,
    criar: ({ chave, ...novo }: NovoPedido) =>
      pedir('/pedidos', { cliente_id: 1, itens: umItem(), metodo: 'pix', ...novo }, chave),
    cancelar: (id) => pedir(`/pedidos/${id}/cancelar`, { motivo: 'teste' }),
    entregar: (id) => pedir(`/pedidos/${id}/entregar`, {}),
    async abertos() {
      const { corpo } = await requisitar('pedidos', 'GET', '/interno/situacao')
      return corpo.lista_de_abertos
    },
    async pedido(id) {
      const { status, corpo } = await requisitar('pedidos', 'GET', `/pedidos/${id}`)
      return status === 200 ? corpo : undefined
    },
    // Straight to the service's own door, as a repeat or a straggler would come.
    entregarComando: (comando) =>
      enviar(envelopar(comando, { arquitetura, traceparent: rastreio() }), false),
    async retomar(id) {
      await requisitar('pedidos', 'POST', `/interno/pedidos/${id}/retomar`)
    },
    async simular(nome, simulacao) {
      await requisitar(nome, 'PUT', '/interno/simulacao', simulacao)
    },
    derrubar,
    levantar,
    async eventos(nome, id) {
      const { corpo } = await requisitar(nome, 'GET', `/interno/eventos?pedido=${id}`)
      return corpo.map((e: { evento: { tipo: string } }) => e.evento.tipo)
    },
    conferir: bancos.conferir,
    [Symbol.asyncDispose]: () => aberto.disposeAsync(),
  }
}

export type Requisitar = (
  servico: NomeServico,
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  corpo?: unknown,
  cabecalhos?: Record<string, string>,
) => Promise<RespostaHttp>

export function criarRequisitar(
  enderecos: Readonly<Record<NomeServico, string>>,
  arquitetura: NomeArquitetura,
  pilha: AsyncDisposableStack,
): Requisitar {
  const pools = new Map<NomeServico, Pool>()
  pilha.defer(async () => {
    await Promise.all([...pools.values()].map((pool) => pool.destroy()))
  })
  return async (servico, method, path, corpo, cabecalhos = {}) => {
    const pool = pools.get(servico) ?? new Pool(enderecos[servico], { connections: 128 })
    pools.set(servico, pool)
    const tipo = corpo === undefined ? {} : { 'content-type': 'application/json' }
    const body = corpo === undefined ? null : JSON.stringify(corpo)
    const headers = { ...tipo, 'x-arquitetura': arquitetura, ...cabecalhos }
    const resposta = await pool.request({ method, path, headers, body })
    const texto = await resposta.body.text()
    return { status: resposta.statusCode, corpo: texto === '' ? undefined : JSON.parse(texto) }
  }
}
