// The ways of spoiling a request that was good: its body, its address, its headers.
import { METHODS } from 'node:http'
import fc from 'fast-check'
import type { Requisicao } from './requisicoes.ts'
import { HOSTIS, hostil, TEXTOS_HOSTIS } from './valores.ts'

type Estrago = (requisicao: Requisicao) => fc.Arbitrary<Requisicao>

/** Past the limit for the whole of the headers, and for a body. */
const CABECALHO_GRANDE = 20_000
const CORPO_GRANDE = 300_000

const JSON_MIME = { 'content-type': 'application/json' }
const textoHostil = fc.constantFrom(...TEXTOS_HOSTIS)
/** What may stand in a header at all: a client's library refuses the rest. */
const visivel = textoHostil.map((texto) => texto.replace(/[^\x20-\x7e\xa0-\xff]/g, '?').trim())
/** Lone surrogates have no encoding. */
const codificado = textoHostil.map((texto) => encodeURIComponent(texto.toWellFormed()))

/** One node of the body, anywhere, becomes something else; or goes; or gets a neighbour. */
const estragarCampo: Estrago = (requisicao) => {
  if (requisicao.corpo === undefined) return estragarBusca(requisicao)
  return fc
    .tuple(fc.nat(), hostil, fc.constantFrom('troca', 'tira', 'põe'))
    .map(([n, valor, como]) => {
      const corpo = lerCorpo(requisicao)
      const lugares = [...lugaresDe({ corpo })]
      const { dono, chave } = lugares[n % lugares.length]!
      if (como === 'troca') dono[chave] = valor
      else if (como === 'tira') delete dono[chave]
      else definir(dono, HOSTIS.filter((h) => typeof h === 'string')[n % 20] ?? 'papel', valor)
      const raiz = lugares[0]?.dono.corpo
      return { ...requisicao, corpo: JSON.stringify(raiz) ?? '', cabecalhos: comJson(requisicao) }
    })
}

const comJson = ({ cabecalhos }: Requisicao) => ({ ...JSON_MIME, ...cabecalhos })

function lerCorpo({ corpo }: Requisicao): unknown {
  try {
    return JSON.parse(String(corpo))
  } catch {
    return {}
  }
}

interface Lugar {
  readonly dono: Record<string, unknown>
  readonly chave: string
}
const MAXIMO_DE_LUGARES = 200
/** Every place of a JSON value, the root among them, level by level. */
function lugaresDe(raiz: Record<string, unknown>): Lugar[] {
  const lugares: Lugar[] = Object.keys(raiz).map((chave) => ({ dono: raiz, chave }))
  for (const { dono, chave } of lugares) {
    const valor = dono[chave]
    if (typeof valor !== 'object' || valor === null || lugares.length > MAXIMO_DE_LUGARES) continue
    const dentro = valor as Record<string, unknown>
    for (const nome of Object.keys(dentro)) lugares.push({ dono: dentro, chave: nome })
  }
  return lugares
}

/** As JSON does: `__proto__` is a name like any other. */
const definir = (dono: object, chave: string, value: unknown) =>
  Object.defineProperty(dono, chave, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })

const estragarTexto: Estrago = (requisicao) => {
  const texto = String(requisicao.corpo ?? '{}')
  const meio = Math.floor(texto.length / 2)
  const textos = [
    '',
    ' ',
    texto.slice(0, meio),
    `${texto} x`,
    `${texto}${texto}`,
    `\ufeff${texto}`,
    texto.replace(/\d+/, 'NaN'),
    texto.replace(/\d+/, '1e999'),
    texto.replace(/\d+/, '01'),
    texto.replace(/\d+/, '9'.repeat(400)),
    texto.replace('{', '{"itens":[],"papel":"admin",'),
    `[${texto}]`,
    '['.repeat(CORPO_GRANDE / 10),
    `{"x":"${'x'.repeat(CORPO_GRANDE)}"}`,
  ]
  const bytes = Buffer.concat([Buffer.from(texto.slice(0, meio)), Buffer.from([0xff, 0xc0, 0x80])])
  return fc
    .constantFrom<string | Uint8Array>(...textos, bytes)
    .map((corpo) => ({ ...requisicao, corpo, cabecalhos: comJson(requisicao) }))
}

const TIPOS = [
  'text/plain',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/json; charset=latin1',
  'APPLICATION/JSON',
  'application/json/x',
  'application/merge-patch+json',
  'json',
  ';',
  '*/*',
  '',
] as const
const estragarTipo: Estrago = (requisicao) =>
  fc
    .constantFrom(...TIPOS)
    .map((tipo) => comCabecalho(requisicao, 'content-type', tipo, requisicao.corpo ?? '{}'))

const ACEITOS = ['*/*', 'text/html', 'image/png;q=0', '*/*;q=0', 'application/json;q=0.1', ',;', '']
const estragarAccept: Estrago = (requisicao) =>
  fc
    .oneof(fc.constantFrom(...ACEITOS), visivel)
    .map((aceito) => comCabecalho(requisicao, 'accept', aceito))

const estragarAutorizacao: Estrago = (requisicao) =>
  fc
    .tuple(fc.constantFrom('', 'Bearer', 'Bearer ', 'bearer ', 'Basic ', 'Bearer  a.b.'), visivel)
    .map(([esquema, resto]) => comCabecalho(requisicao, 'authorization', `${esquema}${resto}`))

const NOMES = ['idempotency-key', 'traceparent', 'x-forwarded-for', 'x-arquitetura', 'range']
const estragarCabecalho: Estrago = (requisicao) =>
  fc
    .tuple(fc.constantFrom(...NOMES), fc.oneof(visivel, fc.constant('x'.repeat(CABECALHO_GRANDE))))
    .map(([nome, valor]) => comCabecalho(requisicao, nome, valor))

function comCabecalho(
  requisicao: Requisicao,
  nome: string,
  valor: string,
  corpo = requisicao.corpo,
): Requisicao {
  const { cabecalhos } = requisicao
  const outros = Object.entries(cabecalhos).filter(([outro]) => outro.toLowerCase() !== nome)
  return { ...requisicao, corpo, cabecalhos: { ...Object.fromEntries(outros), [nome]: valor } }
}

/** CONNECT asks for a tunnel, which is no request of this kind. */
const METODOS = METHODS.filter((metodo) => metodo !== 'CONNECT')
const trocarMetodo: Estrago = (requisicao) =>
  fc.constantFrom(...METODOS).map((metodo) => {
    const semCorpo = metodo === 'GET' || metodo === 'HEAD'
    return { ...requisicao, metodo, corpo: semCorpo ? undefined : requisicao.corpo }
  })

const estragarCaminho: Estrago = (requisicao) => {
  const { caminho } = requisicao
  const ultimo = caminho.replace(/[^/]*$/, '')
  const caminhos = [
    `/${caminho}`,
    `${caminho}/`,
    `${caminho}//`,
    `${caminho}/x`,
    `/.${caminho}`,
    `${caminho}/..`,
    `${caminho};a=b`,
    `${caminho}%`,
    `${caminho}%zz`,
    `${caminho}%c0%af`,
    `${caminho}%2f`,
    `${caminho}%00`,
    caminho.toUpperCase(),
    caminho.replace(/[aeiou]/, (letra) => `%${letra.charCodeAt(0).toString(16)}`),
    `${caminho}${'/x'.repeat(1_000)}`,
    `${ultimo}${'9'.repeat(300)}`,
    '/',
  ]
  const inteiro = fc.constantFrom(...caminhos)
  const fim = codificado.map((texto) => `${ultimo}${texto}`)
  return fc.oneof(inteiro, fim).map((outro) => ({ ...requisicao, caminho: outro }))
}

const estragarBusca: Estrago = (requisicao) => {
  const { busca } = requisicao
  const nomes = [...busca.matchAll(/(?:^|&)(\w+)=/g)].map(([, nome = '']) => nome)
  const nome = fc.constantFrom(...nomes, 'limite', 'antes_de', '__proto__', 'limite[]', 'x')
  return fc.oneof(
    fc.tuple(nome, codificado).map(([n, v]) => ({ ...requisicao, busca: `${n}=${v}` })),
    nome.map((n) => ({ ...requisicao, busca: `${busca}&${n}=1&${n}=2` })),
    fc
      .constantFrom('%', '%zz', '&&&=', '?', 'limite', '='.repeat(1_000), `a=${'b'.repeat(3_000)}`)
      .map((outra) => ({ ...requisicao, busca: outra })),
  )
}

/** The body and its fields come more often: there is more of them to spoil. */
export const ESTRAGOS: readonly Estrago[] = [
  ...Array<Estrago>(6).fill(estragarCampo),
  ...[estragarTexto, estragarTexto, estragarTipo, estragarBusca, estragarBusca],
  ...[estragarCaminho, estragarCaminho, trocarMetodo],
  ...[estragarAccept, estragarAutorizacao, estragarCabecalho],
]
