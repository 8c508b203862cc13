// A checkout over real sockets: the seven services listen in this process, so that a test can close
// and open one of them; `quedas.features.ts` runs them as processes and kills them.
import { Pool } from 'undici'
import { mensagemDe } from '../../src/arquiteturas/rest/mensagens.ts'
import { type Comando, destino } from '../../src/contratos/comandos.ts'
import { type NomeArquitetura, type NomeServico, SERVICOS } from '../../src/contratos/ids.ts'
import { enderecosDas, escolherPortas } from '../../src/infra/enderecos.ts'
import { abrirServico, type ServicoAberto } from '../../src/infra/servico_aberto.ts'
import type { PedidoVisivel } from '../../src/servicos/pedidos/consultas.ts'
import { type NovoPedido, novosBancos, type Resposta, type Sistema, umItem } from './sistema.ts'

interface RespostaHttp {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came
  readonly corpo: any
}

export async function abrirHttpDeTeste(
  arquitetura: Exclude<NomeArquitetura, 'memoria'>,
  ambiente: Record<string, string> = {},
  outros: Partial<Record<NomeServico, string>> = {},
): Promise<Sistema & { requisitar: Requisitar }> {
  const bancos = await novosBancos({ QUATROVIAS_ARQUITETURAS: arquitetura, ...ambiente })
  const pilha = new AsyncDisposableStack()
  pilha.defer(bancos.apagar)
  const portas = await escolherPortas(bancos.configuracao)
  const enderecos = { ...enderecosDas(portas), ...outros }
  const abertos = new Map<NomeServico, ServicoAberto>()
  pilha.defer(async () => {
    for (const aberto of [...abertos.values()].reverse()) await aberto[Symbol.asyncDispose]()
  })
  const levantar = async (nome: NomeServico) => {
    const { configuracao } = bancos
    abertos.set(nome, await abrirServico(nome, configuracao, enderecos, portas.servicos[nome]))
  }
  await Promise.all(SERVICOS.filter((nome) => !outros[nome]).map(levantar))
  const requisitar = criarRequisitar(enderecos, arquitetura, pilha)

  const pedir = async (caminho: string, corpo?: unknown, chave?: string): Promise<Resposta> => {
    const cabecalhos = { 'x-prazo-ms': String(bancos.configuracao.prazoDaCadeiaMs) }
    const comChave = chave ? { ...cabecalhos, 'idempotency-key': chave } : cabecalhos
    const { status, corpo: r } = await requisitar('pedidos', 'POST', caminho, corpo, comChave)
    if (status >= 400) return { erro: r.codigo, pedidoEmAberto: r.pedido_id, repetido: false }
    return { pedido: r as PedidoVisivel, repetido: status === 200 }
  }

  return {
    nome: arquitetura,
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
    entregarComando: (comando: Comando) => entregarPorHttp(requisitar, comando),
    async retomar(id) {
      await requisitar('pedidos', 'POST', `/interno/pedidos/${id}/retomar`)
    },
    async simular(nome, simulacao) {
      await requisitar(nome, 'PUT', '/interno/simulacao', simulacao)
    },
    async derrubar(nome) {
      await abertos.get(nome)?.[Symbol.asyncDispose]()
      abertos.delete(nome)
    },
    levantar,
    async eventos(nome, id) {
      const { corpo } = await requisitar(nome, 'GET', `/interno/eventos?pedido=${id}`)
      return corpo.map((e: { evento: { tipo: string } }) => e.evento.tipo)
    },
    conferir: bancos.conferir,
    [Symbol.asyncDispose]: () => pilha.disposeAsync(),
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

/** Straight to the service's own door, as a repeat or a straggler would come. */
async function entregarPorHttp(requisitar: Requisitar, comando: Comando) {
  const mensagem = mensagemDe(comando.tipo)
  if (!mensagem || !('pedido_id' in comando)) throw new Error(`${comando.tipo} não tem porta`)
  const caminho = mensagem.caminho.replace(':pedido_id', String(comando.pedido_id))
  const corpo = mensagem.escrever(comando as never)
  const cabecalhos = { 'x-seguir': '0' }
  const nome = destino[comando.tipo]
  const { corpo: r } = await requisitar(nome, 'POST', caminho, corpo, cabecalhos)
  return { passos: r.eventos ?? [], ...(r.codigo && { falha: r }) }
}
