// Leaves by an HTTP request over a pool of kept-alive connections, one pool per neighbour.
import { Pool } from 'undici'
import { destino } from '../../contratos/comandos.ts'
import type { Envelope } from '../../contratos/envelope.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { NomeServico } from '../../contratos/ids.ts'
import { type Enderecos, type Enviar, parar, type Trilha } from '../arquitetura.ts'
import { type Credencial, cabecalhosDaCredencial } from '../credencial.ts'
import { mensagemDe } from '../mensagens.ts'
import { comUmaRepeticao, criarOrcamento, type Orcamento, prazoDoSalto } from '../politica.ts'
import { comoFalha, lerSucessoAlheio, passosCriveis, semEndereco } from '../resposta.ts'
import { caminhoDe } from './caminhos.ts'
import { deHttp, falhouNaConexao } from './errors.ts'
import { postar } from './requisicao.ts'

/** Requests under way to one neighbour; those beyond wait in the pool, within their deadline. */
const CONEXOES = 256

type Cabecalhos = Readonly<Record<string, string>>
type Corpo = Readonly<Record<string, unknown>>

interface Vizinho {
  readonly pool: Pool
  readonly orcamento: Orcamento
}

export function criarSaida(
  enderecos: Enderecos,
  credencial: Credencial,
): { enviar: Enviar } & AsyncDisposable {
  const quem = cabecalhosDaCredencial(credencial)
  const vizinhos = new Map<NomeServico, Vizinho>()
  for (const [nome, url] of Object.entries(enderecos)) {
    const pool = new Pool(url, { connections: CONEXOES, keepAliveTimeout: 30_000 })
    vizinhos.set(nome as NomeServico, { pool, orcamento: criarOrcamento() })
  }

  const enviar: Enviar = async (envelope, seguir) => {
    const vizinho = vizinhos.get(destino[envelope.comando.tipo])
    if (!vizinho) return semEndereco(envelope.comando)
    const { pool, orcamento } = vizinho
    try {
      const tentar = () => requisitar(pool, quem, envelope, seguir)
      return await comUmaRepeticao(orcamento, falhouNaConexao, tentar)
    } catch (erro) {
      return parar(comoFalha(envelope.comando, erro))
    }
  }
  return {
    enviar,
    async [Symbol.asyncDispose]() {
      await Promise.all([...vizinhos.values()].map(({ pool }) => pool.destroy()))
    },
  }
}

async function requisitar(
  pool: Pool,
  quem: Cabecalhos,
  envelope: Envelope,
  seguir: boolean,
): Promise<Trilha> {
  const restaMs = prazoDoSalto(envelope.prazo)
  if (typeof restaMs !== 'number') return parar(restaMs)
  const { comando } = envelope
  const mensagem = mensagemDe(comando.tipo)
  const caminho = caminhoDe(comando.tipo)
  if (!mensagem || !caminho || !('pedido_id' in comando)) {
    throw new Error(`${comando.tipo} não sai de pedidos`)
  }
  const path = caminho.replace(':pedido_id', String(comando.pedido_id))
  const corpo = JSON.stringify(mensagem.escrever(comando))
  const headers = { ...cabecalhos(envelope, seguir, restaMs), ...quem }
  const resposta = await postar(pool, path, headers, corpo, restaMs)
  return lerResposta(envelope, resposta.status, comoObjeto(resposta.texto))
}

const cabecalhos = (envelope: Envelope, seguir: boolean, restaMs: number) => ({
  'content-type': 'application/json',
  traceparent: envelope.traceparent,
  'x-arquitetura': envelope.arquitetura,
  'x-prazo-ms': String(Math.floor(restaMs)),
  'x-seguir': seguir ? '1' : '0',
})

function lerResposta(envelope: Envelope, status: number, corpo: Corpo): Trilha {
  const { comando } = envelope
  const passos = passosCriveis(comando, corpo.eventos)
  if (status >= 400) return { passos, falha: deHttp(status, corpo) }
  // Accepted is not done: the resumer asks again.
  if (status === 202) return parar(new ErroDeNegocio('servico_indisponivel'))
  if (status >= 300) return parar(deHttp(status, corpo))
  if (passos.length > 0) return { passos }
  return lerSucessoAlheio(comando, corpo, status === 200)
}

function comoObjeto(texto: string): Corpo {
  try {
    const valor: unknown = JSON.parse(texto)
    return typeof valor === 'object' && valor !== null ? (valor as Corpo) : {}
  } catch {
    return {}
  }
}
