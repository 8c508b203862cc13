// Requests made from the OpenAPI document: valid by what it says, then spoilt in one way or two.
import fc from 'fast-check'
import type { Papel } from '../../src/gateway/acesso/direitos.ts'
import type { OperacaoDocumentada } from '../../src/gateway/conformidade_de_teste.ts'
import type { Esquema } from '../../src/gateway/esquema_de_teste.ts'
import { ESTRAGOS } from './estragos.ts'
import { type Contexto, porEsquema } from './valores.ts'

export interface Requisicao {
  readonly operacao: string
  /** Whose token goes with it; nobody's, without. */
  readonly papel: Papel | undefined
  readonly metodo: string
  /** Percent-encoded, as it goes on the wire. */
  readonly caminho: string
  readonly busca: string
  readonly cabecalhos: Readonly<Record<string, string>>
  readonly corpo: string | Uint8Array | undefined
}

export const PAPEIS: readonly (Papel | undefined)[] = [undefined, 'cliente', 'operador', 'admin']
type Parametros = Readonly<Record<string, unknown>>

/** What the document allows, as any of `papeis`. */
export function valida(
  contexto: Contexto,
  operacao: OperacaoDocumentada,
  papeis: readonly (Papel | undefined)[] = PAPEIS,
): fc.Arbitrary<Requisicao> {
  const { operationId, metodo, caminho, requestBody } = operacao
  const conteudo = requestBody?.content?.['application/json']
  const gerado = porEsquema(contexto, (conteudo?.schema ?? {}) as Esquema)
  const exemplo = conteudo?.example
  const corpo = exemplo === undefined ? gerado : fc.oneof(fc.constant(exemplo), gerado)
  return fc
    .record({
      papel: fc.oneof(fc.constantFrom(...papeis), fc.constantFrom(...papeis.filter(Boolean))),
      path: parametros(contexto, operacao, 'path'),
      query: parametros(contexto, operacao, 'query'),
      header: parametros(contexto, operacao, 'header'),
      corpo: requestBody ? corpo : fc.constant(undefined),
    })
    .map(({ papel, path, query, header, corpo }) => ({
      operacao: operationId,
      papel,
      metodo,
      caminho: caminho.replace(/\{(\w+)\}/g, (_, nome: string) => codificar(path[nome])),
      busca: Object.entries(query)
        .map(([nome, valor]) => `${nome}=${codificar(valor)}`)
        .join('&'),
      cabecalhos: {
        ...(corpo !== undefined && { 'content-type': 'application/json' }),
        ...Object.fromEntries(Object.entries(header).map(([nome, v]) => [nome, String(v)])),
      },
      corpo: corpo === undefined ? undefined : JSON.stringify(corpo),
    }))
}

/** One in four as it should be; the others spoilt once or, one in three, twice. */
export function qualquer(
  contexto: Contexto,
  operacoes: readonly OperacaoDocumentada[],
): fc.Arbitrary<Requisicao> {
  const boa = fc.oneof(
    ...operacoes.map((operacao) => ({
      // There is more to spoil in what has a body.
      weight: operacao.requestBody ? 3 : 1,
      arbitrary: valida(contexto, operacao),
    })),
  )
  const estrago = fc.constantFrom(...ESTRAGOS)
  const um = estrago.map((unico) => [unico])
  const estragos = fc.oneof({ weight: 2, arbitrary: um }, fc.tuple(estrago, estrago))
  const ruim = fc
    .tuple(boa, estragos)
    .chain(([inteira, quais]) =>
      quais.reduce(
        (requisicao, estragar) => requisicao.chain(estragar),
        fc.constant(inteira) as fc.Arbitrary<Requisicao>,
      ),
    )
  return fc.oneof({ weight: 1, arbitrary: boa }, { weight: 3, arbitrary: ruim })
}

function parametros(
  contexto: Contexto,
  { parameters = [] }: OperacaoDocumentada,
  lugar: string,
): fc.Arbitrary<Parametros> {
  const daqui = parameters.filter((parametro) => parametro.in === lugar)
  const gerados = daqui.map(({ name, schema }) => [
    name,
    porEsquema(contexto, schema as Esquema, name),
  ])
  return fc.record(Object.fromEntries(gerados) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: daqui.filter(({ required }) => required).map(({ name }) => name),
  })
}

const codificar = (valor: unknown): string => encodeURIComponent(String(valor))
