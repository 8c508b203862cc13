// The rows of monitoramento as they are answered: in the list, or whole.
import type { Conteudo } from '../../contratos/conteudo.ts'
import type { MensagemInteira, MensagemNaLista } from '../../contratos/mensagens_auditadas.ts'
import type { Leitura } from '../../persistencia/database.ts'
import { EM_BASE64, MAIOR_VALOR_BYTES } from './mensagem.ts'

/** Characters of a key and of a value in the list; of base64, whole groups. */
const TRECHO = 200
const MAIOR_CARACTERE_BYTES = 4
/** As bytes: a text, for SQLite, ends at a NUL. */
const comeco = (coluna: string) =>
  `cast(substr(cast(m.${coluna} as blob), 1, ${TRECHO * MAIOR_CARACTERE_BYTES}) as text)`
const EVENTO = 'ce_id'

const LUGAR = `m.id, (select nome from topicos where topicos.id = m.topico_id) as topico,
  m.particao, m.deslocamento, m.instante_ms, m.pedido_id, m.em_base64, m.tamanho, m.cabecalhos`
export const COLUNAS_DA_LISTA = `${LUGAR}, ${comeco('chave')} as chave,
  ${comeco('valor')} as valor`

export interface LinhaDaLista {
  readonly id: number
  readonly topico: string
  readonly particao: number
  readonly deslocamento: number
  readonly instante_ms: number
  readonly pedido_id: number | null
  readonly em_base64: number
  readonly tamanho: number | null
  readonly cabecalhos: string
  readonly chave: string | null
  readonly valor: string | null
}
type LinhaInteira = LinhaDaLista & { readonly auditada_ms: number }

/** Of the topics that had this name, the one that has it; else the last. */
export async function lerUma(
  leitura: Leitura,
  topico: string,
  particao: number,
  deslocamento: number,
): Promise<MensagemInteira | undefined> {
  const linha = await leitura.um<LinhaInteira>(
    `select ${LUGAR}, auditada_ms, chave, valor from mensagens m
     where topico_id in (select id from topicos where nome = $1)
       and particao = $2 and deslocamento = $3
     order by topico_id in (select topico_id from topicos_atuais) desc, topico_id desc limit 1`,
    [topico, particao, deslocamento],
  )
  return linha && inteira(linha)
}

export function naLista(linha: LinhaDaLista): MensagemNaLista {
  const { chave, valor: trecho } = conteudosDe({
    ...linha,
    ...{ chave: cortado(linha.chave), valor: cortado(linha.valor) },
  })
  const { id, pedido_id, tamanho } = linha
  return { id, ...lugarDe(linha), pedido_id, evento: eventoDe(linha), chave, trecho, tamanho }
}

function inteira(linha: LinhaInteira): MensagemInteira {
  const { id, pedido_id, tamanho } = linha
  return {
    ...{ id, ...lugarDe(linha), pedido_id, evento: eventoDe(linha) },
    ...{ auditada_em: emTexto(linha.auditada_ms), tamanho },
    cortado: (tamanho ?? 0) > MAIOR_VALOR_BYTES,
    ...conteudosDe(linha),
    cabecalhos: cabecalhosDe(linha).map(([nome, valor]) => ({ nome, valor: vistoDe(valor) })),
  }
}

const cortado = (texto: string | null): string | null =>
  texto && Array.from(texto).slice(0, TRECHO).join('')
const emTexto = (ms: number): string => new Date(ms).toISOString()
const lugarDe = ({ topico, particao, deslocamento, instante_ms }: LinhaDaLista) => ({
  ...{ topico, particao, offset: String(deslocamento), instante: emTexto(instante_ms) },
})
const conteudosDe = ({ em_base64, chave, valor }: LinhaDaLista) => ({
  chave: conteudo(chave, em_base64 & EM_BASE64.chave),
  valor: conteudo(valor, em_base64 & EM_BASE64.valor),
})
const conteudo = (guardado: string | null, emBase64: number): Conteudo | null =>
  guardado === null ? null : { codificacao: emBase64 ? 'base64' : 'utf8', conteudo: guardado }

type ValorDoCabecalho = string | { readonly base64: string } | null
const cabecalhosDe = ({ cabecalhos }: LinhaDaLista) =>
  JSON.parse(cabecalhos) as [string, ValorDoCabecalho][]
const vistoDe = (valor: ValorDoCabecalho): Conteudo | null => {
  if (valor === null || typeof valor === 'string') return conteudo(valor, 0)
  return conteudo(valor.base64, EM_BASE64.valor)
}
function eventoDe(linha: LinhaDaLista): string | null {
  const [, valor] = cabecalhosDe(linha).find(([nome]) => nome === EVENTO) ?? []
  return typeof valor === 'string' ? valor : null
}
