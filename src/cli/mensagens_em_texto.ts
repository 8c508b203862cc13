// Audited messages for a person: a line each, one with all that it carried, or what was counted.
import { styleText } from 'node:util'
import type {
  ContagemDaParticao,
  MensagemInteira,
  MensagemNaLista,
  PaginaDeMensagens,
} from '../contratos/mensagens_auditadas.ts'
import { emNumero, tabela } from './tabela.ts'
import { dito, inofensivo } from './texto_alheio.ts'

/** Characters of a value in the list. */
const TRECHO = 60

export function paginaEmTexto({ mensagens, proximo }: PaginaDeMensagens): string {
  const linhas = mensagens.map((mensagem) => {
    const { id, instante, pedido_id, evento, trecho } = mensagem
    const pedido = String(pedido_id ?? '–')
    const inicio = trecho ? dito(trecho).slice(0, TRECHO) : '(nada)'
    return [String(id), instante, lugar(mensagem), pedido, evento ?? '–', inicio].map(inofensivo)
  })
  const titulos = ['id', 'instante', 'tópico/partição/offset', 'pedido', 'evento', 'valor']
  const achadas = linhas.length > 0 ? tabela([titulos, ...linhas]) : 'nenhuma mensagem encontrada'
  return proximo === null ? achadas : `${achadas}\n\n  para as seguintes: --antes-de ${proximo}`
}

const lugar = ({ topico, particao, offset }: MensagemNaLista | MensagemInteira): string =>
  `${topico}/${particao}/${offset}`

export function mensagemEmTexto(mensagem: MensagemInteira): string {
  const { instante, auditada_em, pedido_id, chave, cabecalhos, valor, tamanho, cortado } = mensagem
  const bytes = tamanho === null ? '(sem valor)' : `${emNumero(tamanho)} bytes`
  const campos: readonly (readonly [string, string])[] = [
    ['instante', instante],
    ['auditada em', auditada_em],
    ['pedido', String(pedido_id ?? '–')],
    ['chave', dito(chave)],
    ...cabecalhos.map((cabecalho) => [`  ${cabecalho.nome}`, dito(cabecalho.valor)] as const),
    ['tamanho', cortado ? `${bytes}, dos quais só o começo ficou guardado` : bytes],
    ['valor', dito(valor)],
  ]
  const linhas = campos.map(([nome, texto]) => inofensivo(`  ${nome.padEnd(18)} ${texto}`))
  return [styleText('bold', `mensagem ${lugar(mensagem)}`), ...linhas].join('\n')
}

/** Partitions without a message on either side say nothing. */
export function contagensEmTexto(contagens: readonly ContagemDaParticao[]): string {
  const vistas = contagens.filter(({ auditadas, faltam }) => auditadas > 0 || faltam)
  if (vistas.length === 0) return 'nenhuma mensagem auditada'
  const ou = (n: number | null) => (n === null ? '–' : emNumero(n))
  const linhas = vistas.map((contagem) => {
    const { topico, particao, auditadas, primeiro, ultimo, fim } = contagem
    const numeros = [emNumero(auditadas), ou(primeiro), ou(ultimo), ou(fim)]
    return [topico, String(particao), ...numeros, situacaoDe(contagem)]
  })
  const titulos = ['tópico', 'partição', 'auditadas', 'primeiro', 'último', 'fim', '']
  return tabela([titulos, ...linhas])
}

function situacaoDe({ faltam, compactado }: ContagemDaParticao): string {
  if (compactado) return 'compactado'
  if (faltam === null) return 'o Kafka não diz o fim agora'
  if (faltam === 0) return ''
  const texto = faltam > 0 ? `faltam ${emNumero(faltam)}` : `${emNumero(-faltam)} a mais`
  return styleText('yellow', texto)
}
