// The errors that an operation may answer, derived from what is known of it: each status with the
// stable codes that it may carry. What many operations share is one component of the document.
import { PROBLEMA, paraHttp } from '../arquiteturas/rest/errors.ts'
import { type CodigoDeErro, ERROS, ErroDeNegocio } from '../contratos/errors.ts'

export interface Fatos {
  readonly publica: boolean
  /** Every role may, so that nobody who has come in is refused. */
  readonly deTodos: boolean
  /** Its method may carry a body, which is read even where none is asked for. */
  readonly aceitaCorpo: boolean
  /** Parameters or a body, which are validated. */
  readonly temCampos: boolean
  readonly nomeiaPedido: boolean
  /** Something is made that has an address of its own. */
  readonly cria: boolean
  /** Other services are asked. */
  readonly comServicos: boolean
  /** The gateway's own database is asked. */
  readonly comBanco: boolean
}

export interface RespostaDeErro {
  readonly description: string
  readonly headers?: Readonly<Record<string, object>>
  readonly content: Readonly<Record<string, object>>
}

interface Regra {
  readonly codigos: readonly CodigoDeErro[]
  readonly vale: (fatos: Fatos) => boolean
}
const regra = (vale: Regra['vale'], ...codigos: CodigoDeErro[]): Regra => ({ vale, codigos })
const sempre = () => true
const DO_BANCO = ['encerrando', 'banco_ocupado', 'banco_sem_espaco', 'banco_falhou'] as const

/** By the name of the component: the codes, all of one status, and who may answer them. */
const REGRAS: Readonly<Record<string, Regra>> = {
  RequisicaoInvalida: regra(sempre, 'requisicao_invalida'),
  NaoAutenticado: regra((f) => !f.publica, 'nao_autenticado'),
  AcessoNegado: regra((f) => !f.publica && !f.deTodos, 'acesso_negado'),
  PedidoDesconhecido: regra((f) => f.nomeiaPedido, 'pedido_desconhecido'),
  FormatoNaoAceito: regra(sempre, 'formato_nao_aceito'),
  RequisicaoLenta: regra(sempre, 'requisicao_lenta'),
  CorpoGrandeDemais: regra((f) => f.aceitaCorpo, 'corpo_grande_demais'),
  TipoDeConteudoInvalido: regra((f) => f.aceitaCorpo, 'tipo_de_conteudo_invalido'),
  CampoInvalido: regra((f) => f.temCampos, 'campo_invalido'),
  LimiteExcedido: regra(sempre, 'limite_excedido'),
  CabecalhosGrandesDemais: regra(sempre, 'cabecalhos_grandes_demais'),
  OperacaoNaoSuportada: regra((f) => f.comServicos, 'operacao_nao_suportada'),
  Indisponivel: regra((f) => f.comServicos, 'servico_indisponivel', 'sobrecarregado', ...DO_BANCO),
  SemBanco: regra((f) => !f.comServicos && f.comBanco, 'sobrecarregado', ...DO_BANCO),
  PrazoEsgotado: regra((f) => f.comServicos, 'prazo_esgotado'),
}

/** The shared ones, for `components.responses`. */
export const respostasComuns = (): Record<string, RespostaDeErro> =>
  Object.fromEntries(Object.entries(REGRAS).map(([nome, { codigos }]) => [nome, comErros(codigos)]))

/** By status; `proprios` are the codes that the operation says of itself. */
export function respostasDeErro(
  fatos: Fatos,
  proprios: readonly CodigoDeErro[],
): Record<string, RespostaDeErro | { readonly $ref: string }> {
  const derivados = Object.values(REGRAS).flatMap(({ codigos, vale }) =>
    vale(fatos) ? codigos : [],
  )
  const todos = [...new Set<CodigoDeErro>([...derivados, ...proprios])]
  const respostas = [...Map.groupBy(todos, (codigo) => ERROS[codigo].status)].map(
    ([status, codigos]) => {
      // Accepted, though not finished in time: this is where it will be.
      if (fatos.cria && status >= 503) {
        return [status, comErros(codigos, { Location: cabecalho('Location') })]
      }
      const nome = nomeDe(codigos)
      return [status, nome ? { $ref: `#/components/responses/${nome}` } : comErros(codigos)]
    },
  )
  return Object.fromEntries(respostas)
}

const nomeDe = (procurados: readonly CodigoDeErro[]): string | undefined =>
  Object.keys(REGRAS).find((nome) => {
    const { codigos } = REGRAS[nome]!
    return codigos.length === procurados.length && codigos.every((c) => procurados.includes(c))
  })

function comErros(codigos: readonly CodigoDeErro[], outros: object = {}): RespostaDeErro {
  const [primeiro] = codigos
  const { status } = ERROS[primeiro!]
  const restricao = { properties: { status: { const: status }, codigo: { enum: codigos } } }
  return {
    description: codigos.map((codigo) => `\`${codigo}\`: ${ERROS[codigo].titulo}`).join('\n\n'),
    headers: { ...cabecalhosDe(status, codigos), ...outros },
    content: {
      [PROBLEMA.split(';')[0]!]: {
        schema: { allOf: [{ $ref: '#/components/schemas/Problema' }, restricao] },
        examples: Object.fromEntries(
          codigos.map((codigo) => [codigo, { value: paraHttp(new ErroDeNegocio(codigo)) }]),
        ),
      },
    },
  }
}

export const cabecalho = (nome: string) => ({ $ref: `#/components/headers/${nome}` })
export const LIMITES = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'] as const
export const cabecalhosDoLimite = () =>
  Object.fromEntries(LIMITES.map((nome) => [nome, cabecalho(nome)]))

const cabecalhosDe = (status: number, codigos: readonly CodigoDeErro[]) => ({
  ...(status === 401 && { 'WWW-Authenticate': cabecalho('WWW-Authenticate') }),
  ...(codigos.some((codigo) => ERROS[codigo].canRetry) && {
    'Retry-After': cabecalho('Retry-After'),
  }),
  ...(status === 429 && cabecalhosDoLimite()),
})
