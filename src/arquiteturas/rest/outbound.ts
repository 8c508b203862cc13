// Leaves by an HTTP request over a pool of kept-alive connections, one pool per neighbour.
import { setTimeout as esperar } from 'node:timers/promises'
import { Pool } from 'undici'
import { type Comando, destino } from '../../contratos/comandos.ts'
import type { Envelope } from '../../contratos/envelope.ts'
import { comoErro, ErroDeNegocio } from '../../contratos/errors.ts'
import type { Evento } from '../../contratos/eventos.ts'
import { fluxo, proximo, respondeA } from '../../contratos/fluxo.ts'
import type { NomeServico } from '../../contratos/ids.ts'
import { type Enderecos, type Enviar, type Passo, parar, type Trilha } from '../arquitetura.ts'
import { criarOrcamento, type Orcamento, PAUSA_DA_REPETICAO_MS, prazoDoSalto } from '../politica.ts'
import { deHttp, falhouNaConexao } from './errors.ts'
import { mensagemDe } from './mensagens.ts'
import { postar } from './requisicao.ts'

/** Requests under way to one neighbour; those beyond wait in the pool, within their deadline. */
const CONEXOES = 256

type Corpo = Readonly<Record<string, unknown>>

interface Vizinho {
  readonly pool: Pool
  readonly orcamento: Orcamento
}

export function criarSaida(enderecos: Enderecos): { enviar: Enviar } & AsyncDisposable {
  const vizinhos = new Map<NomeServico, Vizinho>()
  for (const [nome, url] of Object.entries(enderecos)) {
    const pool = new Pool(url, { connections: CONEXOES, keepAliveTimeout: 30_000 })
    vizinhos.set(nome as NomeServico, { pool, orcamento: criarOrcamento() })
  }

  const enviar: Enviar = async (envelope, seguir) => {
    const nome = destino[envelope.comando.tipo]
    const vizinho = vizinhos.get(nome)
    if (!vizinho) return parar(new ErroDeNegocio('servico_indisponivel', semEndereco(nome)))
    vizinho.orcamento.gastou()
    for (let repeticao = false; ; repeticao = true) {
      try {
        return await requisitar(vizinho.pool, envelope, seguir)
      } catch (erro) {
        const podeRepetir = !repeticao && falhouNaConexao(erro) && vizinho.orcamento.podeRepetir()
        if (!podeRepetir) return parar(comoFalha(nome, erro))
        await esperar(PAUSA_DA_REPETICAO_MS * (1 + Math.random()))
      }
    }
  }
  return {
    enviar,
    async [Symbol.asyncDispose]() {
      await Promise.all([...vizinhos.values()].map(({ pool }) => pool.destroy()))
    },
  }
}

async function requisitar(pool: Pool, envelope: Envelope, seguir: boolean): Promise<Trilha> {
  const restaMs = prazoDoSalto(envelope.prazo)
  if (typeof restaMs !== 'number') return parar(restaMs)
  const { comando } = envelope
  const mensagem = mensagemDe(comando.tipo)
  if (!mensagem || !('pedido_id' in comando)) throw new Error(`${comando.tipo} não sai de pedidos`)
  const caminho = mensagem.caminho.replace(':pedido_id', String(comando.pedido_id))
  const corpo = JSON.stringify(mensagem.escrever(comando))
  const headers = cabecalhos(envelope, seguir, restaMs)
  const resposta = await postar(pool, caminho, headers, corpo, restaMs)
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
  const passos = lerPassos(comando, corpo.eventos)
  if (status >= 400) return { passos, falha: deHttp(status, corpo) }
  // Accepted is not done: the resumer asks again.
  if (status === 202) return parar(new ErroDeNegocio('servico_indisponivel'))
  if (status >= 300) return parar(deHttp(status, corpo))
  if (passos.length > 0) return { passos }
  // A foreign server: it answers the contract's fields and continues nothing.
  const evento = ehDeOutro(comando, corpo)
    ? undefined
    : mensagemDe(comando.tipo)?.entender(comando as never, corpo)
  if (evento) return { passos: [{ evento, repetido: status === 200 }] }
  const detalhe = `A resposta a ${comando.tipo} não tem os campos do contrato.`
  return parar(new ErroDeNegocio('operacao_nao_suportada', detalhe))
}

const ehDeOutro = (comando: Comando, corpo: Corpo): boolean =>
  'pedido_id' in comando && (corpo.pedido_id ?? comando.pedido_id) !== comando.pedido_id

/**
 * The trail of a reply, believed only as far as the flow allows: each event of this order, the
 * first an answer to the command, each next one to what follows from the one before.
 */
function lerPassos(comando: Comando, eventos: unknown): readonly Passo[] {
  const passos: Passo[] = []
  let esperado: Comando | undefined = comando
  for (const passo of Array.isArray(eventos) ? eventos : []) {
    if (!esperado || !ehPasso(passo) || !respondeA(esperado, passo.evento)) return []
    if (ehDeOutro(esperado, { ...passo.evento })) return []
    passos.push(passo)
    esperado = proximo(passo.evento)
  }
  return passos
}

function ehPasso(passo: unknown): passo is Passo {
  const evento = (passo as Partial<Passo> | null)?.evento as Partial<Evento> | undefined
  return typeof evento?.tipo === 'string' && Object.hasOwn(fluxo, evento.tipo)
}

function comoObjeto(texto: string): Corpo {
  try {
    const valor: unknown = JSON.parse(texto)
    return typeof valor === 'object' && valor !== null ? (valor as Corpo) : {}
  } catch {
    return {}
  }
}

/**
 * What the transport throws has a code and says nothing of the command: a fault, and faults may
 * pass (K5). Anything else thrown here is a defect of ours.
 */
function comoFalha(nome: NomeServico, erro: unknown): ErroDeNegocio {
  if (erro instanceof ErroDeNegocio || !temCodigo(erro)) return comoErro(erro)
  const detalhe = `O serviço ${nome} não respondeu.`
  return new ErroDeNegocio('servico_indisponivel', detalhe, { causa: erro })
}

const temCodigo = (erro: unknown): boolean =>
  typeof (erro as { code?: unknown } | null)?.code === 'string'

const semEndereco = (nome: NomeServico): string => `O serviço ${nome} não tem endereço conhecido.`
