// Fires the requests of the fuzz, many in flight, and judges every response: never a 5xx by what
// was asked, always one that the document promises.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Dispatcher, Pool } from 'undici'
import { ehCodigo } from '../../src/contratos/errors.ts'
import type { Papel } from '../../src/gateway/acesso/direitos.ts'
import type { Conformidade } from '../../src/gateway/conformidade_de_teste.ts'
import { qualquer, type Requisicao } from './requisicoes.ts'
import type { Contexto } from './valores.ts'

/** In flight at once, each on its own connection. */
export const EM_VOO = 50
const LOTE = 250
const MAIOR_TEXTO = 100
/** Enough to see whether one thing is wrong or many. */
const MAXIMO_DE_FALHAS = 10
/** What is sent on past the refusal may cut the connection before the refusal is read. */
const GRANDE_BYTES = 16_000
const TENTATIVAS = 3

export interface Alvo {
  readonly url: string
  readonly conformidade: Conformidade
  readonly contexto: Contexto
  tokenDe(papel: Papel): Promise<string>
  /** Told that this token is worth nothing any more: some requests end sessions. */
  esquecer(papel: Papel, token: string): Promise<void>
  /** Codes of 503 and 504 that may come, whatever is asked. */
  readonly passageiros: ReadonlySet<string>
}
export interface Resposta {
  readonly status: number
  readonly codigo: string | undefined
}

export interface Corrida extends AsyncDisposable {
  enviar(requisicao: Requisicao): Promise<Resposta>
  /** Rejects after the first bad responses, showing what was asked. */
  correr(quantas: number, seed: number): Promise<void>
  /** How many responses of each status. */
  readonly contagem: ReadonlyMap<number, number>
}

export function iniciarCorrida(alvo: Alvo): Corrida {
  const { conformidade, contexto } = alvo
  const pool = new Pool(alvo.url, { connections: EM_VOO, pipelining: 1 })
  const contagem = new Map<number, number>()

  async function enviar(requisicao: Requisicao): Promise<Resposta> {
    const token = requisicao.papel && (await alvo.tokenDe(requisicao.papel))
    const { statusCode: status, headers, body } = await mandar(pool, requisicao, token)
    contagem.set(status, (contagem.get(status) ?? 0) + 1)
    // A stream has no end; what it says is for its own tests.
    const aberta = /^text\/event-stream/.test(String(headers['content-type']))
    const texto = aberta ? undefined : await body.text()
    // Cut amid its body, which is what it then reports.
    if (aberta) body.on('error', () => undefined).destroy()
    const { metodo, caminho, busca } = requisicao
    conformidade.conferir({
      metodo,
      caminho: `${caminho}?${busca}`,
      status,
      cabecalho: (nome) => headers[nome]?.toString(),
      ...(texto !== undefined && { texto }),
    })
    const inteira = requisicao.cabecalhos.authorization === undefined
    if (requisicao.papel && token && inteira && status === 401)
      await alvo.esquecer(requisicao.papel, token)
    const { codigo } = (status < 400 || !texto ? {} : JSON.parse(texto)) as { codigo?: string }
    const esperada = status < 500 || (codigo !== undefined && alvo.passageiros.has(codigo))
    assert.ok(esperada, `${status} ${codigo} por causa do que foi pedido`)
    return { status, codigo: ehCodigo(codigo) ? codigo : undefined }
  }

  const falhas: string[] = []
  const julgar = async (requisicao: Requisicao): Promise<void> => {
    if (falhas.length >= MAXIMO_DE_FALHAS) return
    await enviar(requisicao).catch((erro: unknown) => {
      falhas.push(`${mostrar(requisicao)}\n→ ${(erro as Error).message}`)
    })
  }

  return {
    enviar,
    contagem,
    async correr(quantas, seed) {
      const uma = qualquer(contexto, conformidade.operacoes)
      for (let feitas = 0; feitas < quantas; feitas += LOTE) {
        const numRuns = Math.min(LOTE, quantas - feitas)
        const lote = fc.sample(uma, { numRuns, seed: seed + feitas })
        await emParalelo(lote, julgar)
        if (falhas.length > 0) assert.fail(falhas.join('\n\n'))
      }
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  }
}

/** Each of `EM_VOO` takes the next when its last is done. */
async function emParalelo<T>(todos: readonly T[], fazer: (um: T) => Promise<void>): Promise<void> {
  const restantes = todos.values()
  const umaFila = async () => {
    for (const um of restantes) await fazer(um)
  }
  await Promise.all(Array.from({ length: EM_VOO }, umaFila))
}

async function mandar(
  pool: Pool,
  { metodo, caminho, busca, cabecalhos, corpo }: Requisicao,
  token: string | undefined,
): Promise<Dispatcher.ResponseData> {
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...cabecalhos,
  }
  const grande = JSON.stringify(headers).length + (corpo?.length ?? 0) > GRANDE_BYTES
  const method = metodo as Dispatcher.HttpMethod
  const path = busca === '' ? caminho : `${caminho}?${busca}`
  for (let tentativa = 1; ; tentativa++) {
    try {
      return await pool.request({ method, path, headers, body: corpo ?? null })
    } catch (erro) {
      if (!grande || tentativa === TENTATIVAS) throw erro
    }
  }
}

function mostrar({ corpo, ...requisicao }: Requisicao): string {
  const texto = corpo instanceof Uint8Array ? Buffer.from(corpo).toString('hex') : corpo
  return JSON.stringify({ ...requisicao, corpo: texto }, (_nome, valor) =>
    typeof valor === 'string' && valor.length > MAIOR_TEXTO
      ? `${valor.slice(0, MAIOR_TEXTO)}… (${valor.length})`
      : valor,
  )
}
