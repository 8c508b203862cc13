// One supervised child over all its lives: first start, restarts with backoff, end.
import { setTimeout as esperar } from 'node:timers/promises'
import { conter } from './arquivo_de_log.ts'
import { contarQueda, esperaAposQueda } from './backoff.ts'
import { CODIGO_DE_CONFIGURACAO, erroDeSaida } from './erro_de_saida.ts'
import {
  type Contexto,
  type Filho,
  falharInicio,
  mudar,
  novoFilho,
  SEM_PROCESSO,
  type SituacaoDoProcesso,
} from './situacao.ts'
import { nascer, type ProcessoDescrito, type Saida } from './vida.ts'

export interface Supervisionado {
  situacao(): SituacaoDoProcesso
  /** Starts it; resolves at the first ready, rejects when the start has failed. Called once. */
  comecar(): Promise<void>
  parar(): Promise<void>
  matar(): void
}

export function supervisionado(descrito: ProcessoDescrito, contexto: Contexto): Supervisionado {
  const filho = novoFilho(descrito, contexto)
  let vidas = Promise.resolve()
  return {
    situacao: () => filho.situacao,
    async comecar() {
      const { prontoEmMs } = contexto
      const falhar = (): void =>
        falharInicio(filho, `não ficou pronto em ${prontoEmMs / 1000} s`, 1)
      const relogio = setTimeout(falhar, prontoEmMs)
      vidas = viverSempre(filho)
      await filho.primeiroPronto.promise.finally(() => clearTimeout(relogio))
    },
    async parar() {
      filho.parando.abort()
      filho.primeiroPronto.reject(erroDeSaida(`${descrito.nome}: início interrompido`, 1))
      await filho.vida?.parar()
      await vidas
    },
    matar: () => filho.vida?.matar(),
  }
}

async function viverSempre(filho: Filho): Promise<void> {
  const { signal } = filho.parando
  let quedas = 0
  while (!signal.aborted) {
    await conter(filho.log)
    if (signal.aborted) break
    const { codigo, texto } = await viver(filho).catch(naoIniciou)
    if (signal.aborted) break
    if (codigo === CODIGO_DE_CONFIGURACAO && !filho.jaServiu) {
      falharInicio(filho, `terminou com ${texto}`, codigo)
      break
    }
    quedas = contarQueda(quedas, performance.now() - (filho.prontoMs ?? performance.now()))
    const reinicios = filho.situacao.reinicios + 1
    mudar(filho, { ...SEM_PROCESSO, estado: 'reiniciando', reinicios, ultimaSaida: texto })
    const esperaMs = Math.min(esperaAposQueda(quedas), filho.contexto.esperaMaximaMs)
    await esperar(esperaMs, undefined, { signal }).catch(() => {})
  }
  mudar(filho, { ...SEM_PROCESSO, estado: 'parado' })
}

async function viver(filho: Filho): Promise<Saida> {
  const { contexto, descrito } = filho
  filho.prontoMs = undefined
  const vida = nascer(descrito, filho.log, (info) => aoFicarPronto(filho, info))
  filho.vida = vida
  filho.logDesde ??= vida.logDesde
  // A restart that hangs counts as one more fall; at the first start the whole start fails instead.
  const relogio = setTimeout(() => {
    if (filho.jaServiu && filho.prontoMs === undefined) vida.matar()
  }, contexto.prontoEmMs)
  try {
    if (vida.pid !== undefined) contexto.trava.anotar(descrito.nome, vida.pid)
    mudar(filho, { pid: vida.pid })
    return await vida.saida
  } finally {
    // After an error above the process still runs, and there must never be two of one name.
    vida.matar()
    await vida.saida
    clearTimeout(relogio)
    contexto.trava.esquecer(descrito.nome)
  }
}

/** No room for the lock or the log is one more fall, not the end of supervision. */
function naoIniciou(erro: unknown): Saida {
  return { codigo: null, texto: `não iniciou: ${erro instanceof Error ? erro.message : erro}` }
}

function aoFicarPronto(filho: Filho, info: unknown): void {
  if (filho.parando.signal.aborted) return
  filho.jaServiu = true
  filho.prontoMs = performance.now()
  mudar(filho, { estado: 'pronto', prontoDesde: new Date().toISOString(), info })
  filho.primeiroPronto.resolve()
}
