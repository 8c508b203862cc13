// The notices for a person: a line each, those that somebody has to look at in another colour.
import { styleText } from 'node:util'
import type { Notificacao } from '../contratos/notificacoes.ts'

const COLUNAS = [8, 10, 20, 10, 26, 14] as const

export function notificacoesEmTexto(notificacoes: readonly Notificacao[]): string {
  if (notificacoes.length === 0) return 'nenhuma notificação'
  const titulo = linha(['id', 'pedido', 'status', 'canal', 'mudou em', 'estado', ''])
  return [styleText('dim', titulo), ...notificacoes.map(umaLinha)].join('\n')
}

function umaLinha(notificacao: Notificacao): string {
  const { id, pedido_id, status, canal, instante, estado } = notificacao
  const celulas = [String(id), String(pedido_id), status, canal, instante, estado]
  const texto = linha([...celulas, detalheDe(notificacao)])
  return estado === 'desistiu' ? styleText('yellow', texto) : texto
}

const linha = (celulas: readonly string[]): string =>
  celulas
    .map((celula, i) => `${celula} `.padEnd(COLUNAS[i] ?? 0))
    .join('')
    .trimEnd()

/** Whoever refused chose these words: what would move the cursor was taken out when it was kept. */
function detalheDe({ tentativas, proxima_em, erro }: Notificacao): string {
  if (erro === null) return ''
  const quantas = tentativas === 1 ? '1 tentativa' : `${tentativas} tentativas`
  return proxima_em === null ? erro : `${quantas}, a próxima em ${proxima_em}: ${erro}`
}
