// `estado.json`: what runs and where, for people and scripts. No password is ever in it.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { NomeAssinante, NomeServico } from '../contratos/ids.ts'

export interface ServicoNoEstado {
  readonly rest: string
  readonly grpc?: string
  readonly pid?: number
}

export interface Estado {
  readonly pronto: boolean
  readonly gateway: string
  readonly gateway_https: string
  /** `host:port`, one or more, where that architecture is open. */
  readonly kafka?: string
  /** Our own, or the given one, without its password, where sales are aggregated. */
  readonly postgres?: string
  readonly servicos: {
    readonly [N in NomeServico]?: ServicoNoEstado
  }
  readonly assinantes?: {
    readonly [N in NomeAssinante]?: ServicoNoEstado
  }
}

const caminho = (diretorio: string): string => join(diretorio, 'estado.json')

/** Whole or not at all: readers never see half a file. */
export function gravarEstado(diretorio: string, estado: Estado): void {
  const novo = `${caminho(diretorio)}.novo`
  try {
    writeFileSync(novo, `${JSON.stringify(estado, null, 2)}\n`)
    renameSync(novo, caminho(diretorio))
  } catch (causa) {
    const { message } = causa as Error
    throw new Error(`estado.json não pôde ser gravado: ${message}`, { cause: causa })
  }
}

export function lerEstado(diretorio: string): Estado | undefined {
  try {
    return JSON.parse(readFileSync(caminho(diretorio), 'utf8')) as Estado
  } catch {
    return undefined
  }
}

export const apagarEstado = (diretorio: string): void => rmSync(caminho(diretorio), { force: true })
