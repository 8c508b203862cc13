// What the generator may be asked for: defaults, bounds, and the one place that refuses a request.

export type OpcoesDados = {
  /** File to write; relative paths are relative to the current directory. Default ecommerce.db. */
  readonly saida?: string
  readonly pedidos?: number
  readonly clientes?: number
  readonly produtos?: number
  /** Same seed and same `agora`: the same content, byte by byte. */
  readonly semente?: number
  /** Replace an existing file; without it that file is left alone and the call fails. */
  readonly substituir?: boolean
  /**
   * Where the invented history ends; nothing in it is later. Default: today at 00:00 UTC, so that
   * two runs of one day agree.
   */
  readonly agora?: Date
}
export type OpcoesCompletas = Required<OpcoesDados>

/** An impossible request: the command ends with code 2 and nothing was touched. */
export class OpcaoInvalida extends Error {
  override readonly name = 'OpcaoInvalida'
}

export const MAX_ITENS_POR_PEDIDO = 5

/** Above these the file, the eight digits of the tracking codes or the patience runs out. */
export const LIMITES = {
  pedidos: { min: 0, max: 10_000_000, padrao: 100 },
  clientes: { min: 0, max: 1_000_000, padrao: 50 },
  produtos: { min: 0, max: 100_000, padrao: 30 },
  semente: { min: 0, max: 4_294_967_295, padrao: 42 },
} as const
export type OpcaoNumerica = keyof typeof LIMITES

/** The two-digit year of the access key is unambiguous from the first NF-e (2006) on. */
const PRIMEIRO_ANO = 2006

export function completarOpcoes(opcoes: OpcoesDados, relogio = new Date()): OpcoesCompletas {
  const numero = (nome: OpcaoNumerica) => conferido(nome, opcoes[nome] ?? LIMITES[nome].padrao)
  const completas = {
    saida: opcoes.saida ?? 'ecommerce.db',
    pedidos: numero('pedidos'),
    clientes: numero('clientes'),
    produtos: numero('produtos'),
    semente: numero('semente'),
    substituir: opcoes.substituir ?? false,
    agora: opcoes.agora ?? inicioDoDia(relogio),
  }
  conferirConjunto(completas, relogio)
  return completas
}

/** Text of the command line → number. "1e3", "2,5", " 7" and "" are refused, never guessed. */
export function lerInteiro(nome: OpcaoNumerica, texto: string): number {
  return conferido(nome, /^-?\d+$/.test(texto) ? Number(texto) : texto)
}

/** `AAAA-MM-DD` (its 00:00 UTC) or a full instant with Z. */
export function lerAgora(texto: string): Date {
  const formato = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z)?$/
  const data = new Date(formato.test(texto) ? texto : Number.NaN)
  // Comparing the day back catches 2026-02-30, which Date would move into March.
  if (Number.isNaN(data.getTime()) || !data.toISOString().startsWith(texto.slice(0, 10))) {
    throw new OpcaoInvalida(
      `--agora deve ser AAAA-MM-DD ou AAAA-MM-DDTHH:MM:SSZ, em UTC; recebido: "${texto}".`,
    )
  }
  return data
}

function conferido(nome: OpcaoNumerica, valor: number | string): number {
  const { min, max } = LIMITES[nome]
  if (typeof valor === 'number' && Number.isInteger(valor) && valor >= min && valor <= max) {
    return valor
  }
  const ate = max.toLocaleString('pt-BR')
  throw new OpcaoInvalida(
    `--${nome} deve ser um número inteiro entre ${min} e ${ate}; recebido: "${valor}".`,
  )
}

function conferirConjunto(opcoes: OpcoesCompletas, relogio: Date): void {
  const { saida, pedidos, clientes, produtos, agora } = opcoes
  if (saida.trim() === '') throw new OpcaoInvalida('--saida deve ser o caminho de um arquivo.')
  if (pedidos > 0 && clientes === 0) {
    throw new OpcaoInvalida('Não há pedidos sem clientes: use --clientes 1 ou mais.')
  }
  if (pedidos > 0 && produtos < MAX_ITENS_POR_PEDIDO) {
    throw new OpcaoInvalida(
      `Um pedido tem até ${MAX_ITENS_POR_PEDIDO} produtos diferentes: use --produtos ` +
        `${MAX_ITENS_POR_PEDIDO} ou mais; recebido: ${produtos}.`,
    )
  }
  if (!(agora.getTime() <= relogio.getTime()) || agora.getUTCFullYear() < PRIMEIRO_ANO) {
    throw new OpcaoInvalida(
      `--agora deve ficar entre o ano ${PRIMEIRO_ANO} e o presente: o histórico não tem futuro.`,
    )
  }
}

function inicioDoDia(instante: Date): Date {
  return new Date(
    Date.UTC(instante.getUTCFullYear(), instante.getUTCMonth(), instante.getUTCDate()),
  )
}
