// Dead letters for a person: a line each, or one with all that it carried. Whoever sent them chose
// these texts: what would move the cursor or colour the screen is shown, not obeyed.
import { styleText } from 'node:util'
import type { MortaInteira, MortaNaLista } from '../servicos/pedidos/mortas_guardadas.ts'
import { dito, inofensivo } from './texto_alheio.ts'

const COLUNAS = [6, 26, 18, 34, 10, 24] as const

export function listaEmTexto(mortas: readonly MortaNaLista[]): string {
  if (mortas.length === 0) return 'nenhuma mensagem morta'
  const titulo = linha(['id', 'morreu em', 'grupo', 'onde estava', 'pedido', 'causa', 'situação'])
  return [styleText('dim', titulo), ...mortas.map(umaLinha)].join('\n')
}

function umaLinha(morta: MortaNaLista): string {
  const { id, instante, grupo, pedido_id, codigo } = morta
  const texto = linha(
    [String(id), instante, grupo, ondeEstava(morta), String(pedido_id ?? '–'), codigo].concat(
      situacaoDe(morta),
    ),
  )
  return morta.reenviada_em === null && !morta.passageira ? styleText('yellow', texto) : texto
}

const linha = (celulas: readonly string[]): string =>
  celulas
    .map((celula, i) => `${inofensivo(celula)} `.padEnd(COLUNAS[i] ?? 0))
    .join('')
    .trimEnd()

const ondeEstava = ({ topico, particao, offset }: MortaNaLista): string =>
  `${topico}/${particao}/${offset}`

function situacaoDe({ reenviada_em, recusa, passageira }: MortaNaLista): string {
  if (reenviada_em) return `reenviada em ${reenviada_em}`
  if (recusa) return `não pode ser reenviada: ${recusa}`
  return passageira ? 'passageira: será reenviada sozinha' : 'pendente'
}

export function inteiraEmTexto(morta: MortaInteira): string {
  const { id, grupo, instante, pedido_id, codigo, detalhe, chave, valor, cabecalhos } = morta
  const campos: readonly (readonly [string, string])[] = [
    ['grupo', grupo],
    ['onde estava', `${ondeEstava(morta)} (tópico/partição/offset)`],
    ['pedido', String(pedido_id ?? '–')],
    ['morreu em', instante],
    ['causa', `${codigo}: ${detalhe}`],
    ['situação', situacaoDe(morta)],
    ['chave', dito(chave)],
    ...cabecalhos.map(({ nome, valor }) => [`  ${nome}`, dito(valor)] as const),
    ['valor', dito(valor)],
  ]
  const linhas = campos.map(([nome, texto]) => inofensivo(`  ${nome.padEnd(18)} ${texto}`))
  return [styleText('bold', `mensagem morta ${id}`), ...linhas].join('\n')
}
