// Whether a response is one that the OpenAPI document promises: its status, its content type, its
// headers, and a body of exactly the documented fields. What was seen is kept, for the reverse.
import assert from 'node:assert/strict'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import { type CodigoDeErro, ERROS, ehCodigo } from '../contratos/errors.ts'
import { criarAjv, type Esquema, fechar } from './esquema_de_teste.ts'
import type { Documento, Operacao } from './openapi.ts'

export interface Chamada {
  readonly metodo: string
  /** As it was sent, the query included. */
  readonly caminho: string
  readonly status: number
  cabecalho(nome: string): string | null | undefined
  /** `undefined` when the body was not read to its end: a stream. */
  readonly texto?: string
}
export interface Conformidade {
  /** Throws an AssertionError that shows the response and what is wrong with it. */
  conferir(chamada: Chamada): void
  /** `verPedido 200`, `verPedido 404 pedido_desconhecido`; `- 404 …` of no operation. */
  readonly vistas: ReadonlySet<string>
  readonly operacoes: readonly OperacaoDocumentada[]
}
export interface OperacaoDocumentada extends Operacao {
  readonly operationId: string
  readonly metodo: string
  readonly caminho: string
}
type RespostaDocumentada = NonNullable<Operacao['responses']>[string]

/** Pages, and the document itself: what they are is not for a program to know. */
const FORA_DO_DOCUMENTO = new Set(['/docs', '/docs/', '/docs/js/scalar.js', '/openapi.json'])
/** What is answered where nothing is, or before that is known: a body is read first. */
const SEM_OPERACAO: ReadonlySet<string> = new Set<CodigoDeErro>([
  'nao_encontrado',
  'metodo_nao_permitido',
  'requisicao_invalida',
  'requisicao_lenta',
  'corpo_grande_demais',
  'tipo_de_conteudo_invalido',
  'cabecalhos_grandes_demais',
  'limite_excedido',
])
/** Each is documented wherever it may come; the rest are the same on every response. */
const ANUNCIADOS = ['location', 'retry-after', 'link', 'www-authenticate', 'ratelimit-limit']
/** Of a stack, of SQL, of a library, of this machine. */
const DE_DENTRO = new RegExp(
  [
    String.raw`node_modules|file:\/\/|\.ts:\d|\bat \w+ \(|\bv\d+\.\d+\.\d+`,
    String.raw`SQLITE_|\bselect \w+ from\b|\binsert into\b`,
    String.raw`\bZod|FST_ERR|UND_ERR|SyntaxError`,
  ].join('|'),
  'i',
)
const INGLES = /\b(invalid|expected|must|should|required|received|unexpected|not found|too \w+)\b/i

export function criarConformidade(documento: Documento): Conformidade {
  const operacoes = listarOperacoes(documento)
  const vistas = new Set<string>()
  const validar = criarValidacao(documento)

  function conferir(chamada: Chamada): void {
    const { metodo, caminho, status } = chamada
    const operacao = acharOperacao(operacoes, metodo, caminho)
    const codigo = conferirProblema(chamada)
    vistas.add([operacao?.operationId ?? '-', status, codigo].filter(Boolean).join(' '))
    assert.equal(chamada.cabecalho('server') ?? chamada.cabecalho('x-powered-by') ?? null, null)
    if (operacao) conferirOperacao(chamada, operacao)
    else conferirSemOperacao(chamada, codigo, candidatas(operacoes, caminho).length > 0)
  }

  function conferirOperacao(chamada: Chamada, operacao: OperacaoDocumentada): void {
    const { metodo, status, texto = '' } = chamada
    const documentada = resolver(documento, operacao.responses?.[status])
    assert.ok(documentada, `${operacao.operationId}: ${status} não está no documento`)
    conferirCabecalhos(chamada, documentada)
    const tipos = Object.keys(documentada.content ?? {})
    if (tipos.length === 0 || metodo === 'HEAD') assert.equal(texto, '', 'um corpo a mais')
    if (tipos.length === 0) return
    const tipo = String(chamada.cabecalho('content-type')).split(';')[0] ?? ''
    assert.ok(tipos.includes(tipo), `${tipo} não está entre ${tipos}`)
    const inteira = chamada.texto !== undefined && metodo !== 'HEAD'
    if (inteira) validar(operacao, status, tipo, texto)
  }

  return {
    vistas,
    operacoes,
    conferir(chamada) {
      try {
        conferir(chamada)
      } catch (erro) {
        const { metodo, caminho, status, texto = '' } = chamada
        const vista = `${metodo} ${caminho.slice(0, 200)} → ${status} ${texto.slice(0, 500)}`
        throw new assert.AssertionError({ message: `${vista}\n${(erro as Error).message}` })
      }
    },
  }
}

function listarOperacoes({ paths = {} }: Documento): OperacaoDocumentada[] {
  return Object.entries(paths).flatMap(([caminho, metodos]) =>
    Object.entries(metodos).map(([metodo, operacao]) => ({
      ...operacao,
      operationId: String(operacao.operationId),
      metodo: metodo.toUpperCase(),
      caminho,
    })),
  )
}

/** As the router matches: without case, decoded but for the slashes, a HEAD by a GET that ends. */
function acharOperacao(
  operacoes: readonly OperacaoDocumentada[],
  metodo: string,
  caminho: string,
): OperacaoDocumentada | undefined {
  const procurado = metodo === 'HEAD' ? 'GET' : metodo
  return candidatas(operacoes, caminho).find(
    (operacao) => operacao.metodo === procurado && !(metodo === 'HEAD' && semFim(operacao)),
  )
}

const semFim = ({ responses = {} }: OperacaoDocumentada): boolean =>
  Object.values(responses).some(({ content = {} }) => 'text/event-stream' in content)

/** The more exact first: `/pedidos/novos` before `/pedidos/{pedido_id}`. */
function candidatas(operacoes: readonly OperacaoDocumentada[], caminho: string) {
  const puro = decodificar(caminho.split(/[?#]/, 1)[0] ?? '')
  if (puro === undefined) return []
  return operacoes
    .filter((operacao) => padraoDe(operacao.caminho).test(puro))
    .sort((a, b) => a.caminho.split('{').length - b.caminho.split('{').length)
}

const padroes = new Map<string, RegExp>()
function padraoDe(caminho: string): RegExp {
  const pronto = padroes.get(caminho)
  if (pronto) return pronto
  const [...partes] = caminho.split(/\{\w+\}/).map((parte) => RegExp.escape(parte))
  const padrao = new RegExp(`^${partes.join('[^/]*')}$`, 'is')
  padroes.set(caminho, padrao)
  return padrao
}

function decodificar(caminho: string): string | undefined {
  try {
    return decodeURI(caminho)
  } catch {
    return undefined
  }
}

function resolver(
  { components }: Documento,
  resposta: RespostaDocumentada | { $ref?: string } | undefined,
): RespostaDocumentada | undefined {
  const nome = (resposta as { $ref?: string } | undefined)?.$ref?.split('/').at(-1)
  if (nome === undefined) return resposta as RespostaDocumentada | undefined
  return components?.responses?.[nome] as RespostaDocumentada | undefined
}

/** The `codigo`, of a response that is an error: all of it as the catalogue of errors says. */
function conferirProblema(chamada: Chamada): CodigoDeErro | undefined {
  const { metodo, status, texto, cabecalho } = chamada
  if (status < 400 || texto === undefined) return undefined
  assert.match(String(cabecalho('content-type')), /^application\/problem\+json/)
  if (metodo === 'HEAD') return undefined
  const { type, title, status: dito, codigo, detail, campo } = JSON.parse(texto)
  if (!ehCodigo(codigo)) throw new Error(`o código ${codigo} não está no catálogo`)
  const { titulo, canRetry } = ERROS[codigo]
  const catalogo = [`urn:quatrovias:erro:${codigo}`, titulo, ERROS[codigo].status, status]
  assert.deepEqual([type, title, dito, dito], catalogo)
  assert.notEqual(campo, '', 'o campo, onde não há um, não se escreve')
  assert.doesNotMatch(texto, DE_DENTRO)
  assert.doesNotMatch(`${title} ${detail}`, INGLES)
  assert.equal(cabecalho('retry-after') != null, canRetry, 'Retry-After só onde repetir adianta')
  return codigo
}

function conferirSemOperacao(
  chamada: Chamada,
  codigo: string | undefined,
  existeOEndereco: boolean,
): void {
  const { metodo, caminho, status } = chamada
  if (FORA_DO_DOCUMENTO.has(caminho.split(/[?#]/, 1)[0]!.toLowerCase())) return
  const opcoes = metodo === 'OPTIONS' && status === 204
  if (status === 405 || opcoes) assert.ok(chamada.cabecalho('allow'), 'falta Allow')
  if (codigo === 'nao_encontrado') assert.ok(!existeOEndereco, 'é o método que não há')
  if (metodo === 'HEAD') assert.ok(status >= 400 && status < 500)
  else assert.ok(opcoes || SEM_OPERACAO.has(codigo ?? ''), `${codigo} onde não há operação`)
}

function conferirCabecalhos(chamada: Chamada, { headers = {} }: RespostaDocumentada): void {
  const documentados = Object.keys(headers).map((nome) => nome.toLowerCase())
  const { status, cabecalho } = chamada
  for (const nome of ANUNCIADOS) {
    const doLimite = nome.startsWith('ratelimit') && status >= 300
    if (cabecalho(nome) == null || doLimite) continue
    assert.ok(documentados.includes(nome), `${nome} não está no documento`)
  }
  if (status === 201 || status === 202) assert.ok(cabecalho('location'), 'falta Location')
  if (status === 401) assert.ok(cabecalho('www-authenticate'), 'falta WWW-Authenticate')
}

type Validar = (operacao: OperacaoDocumentada, status: number, tipo: string, texto: string) => void

function criarValidacao(documento: Documento): Validar {
  const ajv = criarAjv()
  for (const [nome, esquema] of Object.entries(documento.components?.schemas ?? {})) {
    ajv.addSchema(fechar(esquema as Esquema), nome)
  }
  const compilados = new Map<string, ValidateFunction>()
  return ({ operationId, responses }, status, tipo, texto) => {
    const chave = `${operationId} ${status} ${tipo}`
    const conteudo = resolver(documento, responses?.[status])?.content?.[tipo]
    const valida = compilados.get(chave) ?? ajv.compile(fechar(conteudo?.schema as Esquema))
    compilados.set(chave, valida)
    const valor: unknown = /json$/.test(tipo) ? JSON.parse(texto) : texto
    assert.ok(valida(valor), `${chave}: ${ajv.errorsText(valida.errors)}`)
  }
}
