// How much one address and one account may ask of the gateway, counted in memory by
// @fastify/rate-limit: 0.4 µs each. What a reply says is the tightest limit that it met.
import { isIP, isIPv6 } from 'node:net'
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { Configuracao } from '../../infra/configuracao.ts'

const JANELA_MS = 10_000
const JANELA_DE_ENTRADA_MS = 60_000
/** Remembered at once by each limit; the one not seen for the longest is forgotten first. */
const MAXIMO_LEMBRADOS = 10_000

/** Watchers ask these, and must hear of a gateway that is busy. */
const LIVRES: ReadonlySet<string | undefined> = new Set(['/healthz', '/readyz'])
/** Where a password or a code may be guessed. */
const DE_ENTRADA: ReadonlySet<string | undefined> = new Set([
  '/auth/login',
  '/auth/cadastro',
  '/auth/renovar',
  '/auth/senha',
])

type Medir = ReturnType<FastifyInstance['createRateLimit']>

/** Must be called before the routes are registered; then `porCliente` where they are. */
export function limitar(app: FastifyInstance, limites: Configuracao['limites']) {
  app.register(rateLimit, { global: false, cache: MAXIMO_LEMBRADOS })
  const medidores: { endereco?: Medir; entrada?: Medir; cliente?: Medir } = {}
  const criar = (max: number, timeWindow: number, keyGenerator: (r: FastifyRequest) => string) =>
    max > 0 ? app.createRateLimit({ max, timeWindow, keyGenerator }) : undefined
  app.after(() => {
    const { porEndereco, porCliente, deEntrada } = limites
    Object.assign(medidores, {
      endereco: criar(porEndereco, JANELA_MS, redeDe),
      entrada: criar(deEntrada, JANELA_DE_ENTRADA_MS, redeDe),
      cliente: criar(porCliente, JANELA_MS, ({ usuario }) => String(usuario?.id)),
    })
  })
  app.addHook('onRequest', async (requisicao, resposta) => {
    const { url } = requisicao.routeOptions
    if (LIVRES.has(url)) return
    await aplicar(medidores.endereco, requisicao, resposta)
    if (DE_ENTRADA.has(url)) await aplicar(medidores.entrada, requisicao, resposta)
  })
  return {
    /** After it is known who asks. */
    porCliente(rotas: FastifyInstance): void {
      rotas.addHook('onRequest', async (requisicao, resposta) => {
        if (requisicao.usuario) await aplicar(medidores.cliente, requisicao, resposta)
      })
    },
  }
}

async function aplicar(
  medir: Medir | undefined,
  requisicao: FastifyRequest,
  resposta: FastifyReply,
): Promise<void> {
  const medida = await medir?.(requisicao)
  if (!medida || medida.isAllowed) return
  const { max, remaining, ttlInSeconds, isExceeded } = medida
  const jaDito = resposta.getHeader('ratelimit-remaining')
  if (isExceeded) throw excedido(resposta, max, ttlInSeconds)
  if (jaDito === undefined || remaining < Number(jaDito)) {
    dizer(resposta, max, remaining, ttlInSeconds)
  }
}

function dizer(resposta: FastifyReply, max: number, restam: number, esperaS: number): void {
  resposta.header('ratelimit-limit', max)
  resposta.header('ratelimit-remaining', restam)
  resposta.header('ratelimit-reset', esperaS)
}

function excedido(resposta: FastifyReply, max: number, esperaS: number, detalhe?: string) {
  const esperaAoMenosS = Math.max(1, esperaS)
  dizer(resposta, max, 0, esperaAoMenosS)
  resposta.header('retry-after', esperaAoMenosS)
  return new ErroDeNegocio('limite_excedido', detalhe)
}

/**
 * What a proxy claims and is no address counts as the proxy's own; so does one with a zone
 * (`fe80::1%eth0`), which means nothing here and may be as long as a header.
 */
export const enderecoDe = ({ ip, socket }: FastifyRequest): string =>
  isIP(ip) && !ip.includes('%') ? ip : (socket.remoteAddress ?? '')

/** Of IPv6 the network, since one machine has a whole /64; read once for each: it costs 6 µs. */
function redeDe(requisicao: FastifyRequest): string {
  const endereco = enderecoDe(requisicao)
  if (!isIPv6(endereco)) return endereco
  const conhecida = redes.get(endereco)
  if (conhecida !== undefined) return conhecida
  if (redes.size >= MAXIMO_LEMBRADOS) redes.clear()
  const rede = normalizeIP(endereco)
  redes.set(endereco, rede)
  return rede
}
const redes = new Map<string, string>()

const MAXIMO_DE_FALHAS = 20
const JANELA_DAS_FALHAS_MS = 15 * 60_000

/** Disposed, it counts no longer, unless it went wrong. */
export interface Tentativa extends Disposable {
  errou(): void
}
export interface Tentativas {
  /** Counts from its beginning, so that many at once are counted too. Throws `limite_excedido`. */
  comecar(requisicao: FastifyRequest, email: string, resposta: FastifyReply): Tentativa
}

/**
 * Failed logins of one e-mail from one network: 20 in 15 minutes. Not from anywhere: whoever knows
 * an e-mail could keep its owner out. Counted here, because the library cannot take back what it
 * has counted.
 */
export function criarTentativas(relogio: () => number = Date.now): Tentativas {
  const contas = new Map<string, { falhas: number; readonly ate: number }>()
  return {
    comecar(requisicao, email, resposta) {
      const nome = `${redeDe(requisicao)} ${email}`
      const agora = relogio()
      const lembrada = contas.get(nome)
      const vale = lembrada !== undefined && lembrada.ate > agora
      const conta = vale ? lembrada : { falhas: 0, ate: agora + JANELA_DAS_FALHAS_MS }
      if (conta.falhas >= MAXIMO_DE_FALHAS) {
        const detalhe = 'Senhas erradas demais para este e-mail.'
        const esperaS = Math.ceil((conta.ate - agora) / 1_000)
        throw excedido(resposta, MAXIMO_DE_FALHAS, esperaS, detalhe)
      }
      conta.falhas += 1
      contas.delete(nome)
      contas.set(nome, conta)
      if (contas.size > MAXIMO_LEMBRADOS) contas.delete(contas.keys().next().value!)
      let falhou = false
      return {
        errou: () => {
          falhou = true
        },
        [Symbol.dispose]() {
          if (!falhou) conta.falhas -= 1
          if (conta.falhas === 0 && contas.get(nome) === conta) contas.delete(nome)
        },
      }
    },
  }
}
