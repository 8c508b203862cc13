// The documents held to the code: tables that repeat the code say what it says, the errata is whole
// and names tests that exist, and every link and path leads somewhere.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { ERROS } from '../src/contratos/errors.ts'
import { SERVICOS } from '../src/contratos/ids.ts'
import { VARIAVEIS } from '../src/infra/configuracao.ts'
import { PORTA_DO_ASSINANTE, PORTA_DO_GATEWAY, topologia } from '../src/infra/topologia.ts'
import { MUTANTES } from './mutantes/lista.ts'

const RAIZ = join(import.meta.dirname, '..')
const NAO_SAO_NOSSOS = new Set(['node_modules', 'gerado'])
const MENOR_TEXTO = 10

const ler = (arquivo: string): string => readFileSync(join(RAIZ, arquivo), 'utf8')

/** The cells of each row of the table whose heading row begins with `titulos`; `\|` is a bar. */
function tabela(arquivo: string, titulos: readonly string[]): string[][] {
  const linhas = ler(arquivo).split('\n')
  const inicio = linhas.findIndex((linha) => linha.startsWith(`| ${titulos.join(' | ')} |`))
  assert.notEqual(inicio, -1, `${arquivo} não tem a tabela ${titulos.join(', ')}`)
  const fim = linhas.findIndex((linha, i) => i > inicio && !linha.startsWith('|'))
  return linhas.slice(inicio + 2, fim === -1 ? undefined : fim).map(celulas)
}

const celulas = (linha: string): string[] =>
  linha
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((celula) => celula.trim().replaceAll('\\|', '|'))

const semCrases = (celula = ''): string => celula.replace(/^`(.*)`$/, '$1')

/** Every Markdown file of the repository, by its path from the root. */
function documentos(pasta = RAIZ): string[] {
  return readdirSync(pasta, { withFileTypes: true }).flatMap((entrada) => {
    const caminho = join(pasta, entrada.name)
    if (entrada.name.startsWith('.') || NAO_SAO_NOSSOS.has(entrada.name)) return []
    if (entrada.isDirectory()) return documentos(caminho)
    return entrada.name.endsWith('.md') ? [relative(RAIZ, caminho)] : []
  })
}

/** Without code blocks, whose brackets and paths are examples. */
const prosa = (arquivo: string): string => ler(arquivo).replaceAll(/^```[\s\S]*?^```/gm, '')

test('erros.md tem exatamente os códigos do código, com status, repetição e mensagem', () => {
  const achados = tabela('docs/erros.md', ['Código', 'HTTP', 'Pode repetir', 'Mensagem']).map(
    ([codigo, status, repetir, mensagem]) => [semCrases(codigo), status, repetir, mensagem],
  )
  const esperados = Object.entries(ERROS).map(([codigo, { status, canRetry, titulo }]) => [
    codigo,
    String(status),
    canRetry ? 'sim' : 'não',
    titulo,
  ])
  assert.deepEqual(achados, esperados)
})

test('erros.md diz de cada código quando acontece e o que fazer', () => {
  for (const linha of tabela('docs/erros.md', ['Código', 'HTTP'])) {
    assert.equal(linha.length, 6, linha.join(' | '))
    assert.ok((linha[4]?.length ?? 0) >= MENOR_TEXTO, `quando acontece ${linha[0]}?`)
    assert.ok(linha[5], `o que fazer com ${linha[0]}?`)
  }
})

test('configuracao.md tem exatamente as variáveis do código, na mesma ordem', () => {
  const achadas = tabela('docs/configuracao.md', ['Variável', 'Padrão', 'O que é']).map(
    ([nome, padrao, descricao]) => [semCrases(nome), semCrases(padrao), descricao],
  )
  const esperadas = VARIAVEIS.map(({ nome, padrao, descricao }) => [
    nome,
    padrao === '' ? '(vazio)' : padrao,
    descricao,
  ])
  assert.deepEqual(achadas, esperadas)
})

test('configuracao.md tem a porta de cada serviço e assinante, e do gateway', () => {
  const achadas = tabela('docs/configuracao.md', ['Quem', 'Porta padrão', 'Variável'])
  const esperadas = [
    ['gateway', PORTA_DO_GATEWAY],
    ...SERVICOS.map((nome) => [nome, topologia[nome].porta] as const),
    ...Object.entries(PORTA_DO_ASSINANTE),
  ].map(([nome, porta]) => [String(nome), String(porta), `${String(nome).toUpperCase()}_PORTA`])
  const emOrdem = (linhas: readonly string[][]) => linhas.map((l) => l.map(semCrases)).toSorted()
  assert.deepEqual(emOrdem(achadas), emOrdem(esperadas))
})

const ERRATA = 'docs/errata.md'
const ERROS_NOS_DOCUMENTOS = 62
const errata = ler(ERRATA)
  .split('\n')
  .filter((linha) => /^\| \d+ \|/.test(linha))
  .map(celulas)

test('a errata tem cada erro de 1 a 62 uma vez, em ordem e com as cinco colunas', () => {
  const numeros = Array.from({ length: ERROS_NOS_DOCUMENTOS }, (_, i) => String(i + 1))
  assert.deepEqual(
    errata.map(([numero]) => numero),
    numeros,
  )
  for (const linha of errata) {
    assert.equal(linha.length, 5, `erro ${linha[0]}: ${linha.length} colunas`)
    assert.match(linha[1] ?? '', /^[KRPCV]\d+(–\d+)?(, [KRPCV]\d+(–\d+)?)*$/, `erro ${linha[0]}`)
    assert.ok((linha[2]?.length ?? 0) >= MENOR_TEXTO, `erro ${linha[0]}: o que está errado?`)
    assert.ok((linha[3]?.length ?? 0) >= MENOR_TEXTO, `erro ${linha[0]}: e no produto?`)
  }
})

test('todo erro da errata tem prova, ou diz com o que ela chega', () => {
  for (const [numero, , , , prova = ''] of errata) {
    const resto = prova.replaceAll(/`[^`]+\.ts › [^`]+`/g, '').trim()
    const dito = /^— \((texto|(.+: )?chega com .+)\)$/.test(resto)
    assert.ok(dito || (resto === '' && prova !== ''), `erro ${numero}: ${prova}`)
  }
})

test('todo teste que a errata nomeia existe', () => {
  const citados = errata.flatMap(([numero, , , , prova = '']) =>
    [...prova.matchAll(/`([^`]+\.ts) › ([^`]+)`/g)].map(([, arquivo = '', nome = '']) => {
      return { numero, arquivo, nome }
    }),
  )
  assert.ok(citados.length > 0)
  for (const { numero, arquivo, nome } of citados) {
    assert.ok(existsSync(join(RAIZ, arquivo)), `erro ${numero}: não há ${arquivo}`)
    const inteiro = ["'", '`', '"'].some((aspa) => ler(arquivo).includes(`${aspa}${nome}${aspa}`))
    assert.ok(inteiro, `erro ${numero}: ${arquivo} não tem o teste "${nome}"`)
  }
})

test('todo arquivo de código que um documento nomeia existe', () => {
  for (const documento of documentos()) {
    const caminhos = prosa(documento).matchAll(/`((?:src|ferramentas)\/[\w./-]+\.\w+)`/g)
    for (const [, caminho = ''] of caminhos) {
      // A test may be named before it is written; the errata's own are asked for above.
      if (caminho.endsWith('.test.ts')) continue
      assert.ok(existsSync(join(RAIZ, caminho)), `${documento}: não há ${caminho}`)
    }
  }
})

test('todo link interno dos documentos leva a um arquivo e a um título que existem', () => {
  for (const documento of documentos()) {
    for (const [, alvo = ''] of prosa(documento).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(alvo)) continue
      const [arquivo = '', titulo] = alvo.split('#')
      const caminho = arquivo === '' ? documento : join(dirname(documento), arquivo)
      assert.ok(existsSync(join(RAIZ, caminho)), `${documento}: o link ${alvo} não leva a nada`)
      if (titulo === undefined) continue
      assert.ok(ancoras(caminho).has(titulo), `${documento}: ${caminho} não tem #${titulo}`)
    }
  }
})

/** As GitHub names the headings of a page. */
const ancoras = (arquivo: string): Set<string> =>
  new Set(
    [...prosa(arquivo).matchAll(/^#+ (.+)$/gm)].map(([, titulo = '']) =>
      titulo
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )

test('README e LEIAME contam os defeitos plantados que há', () => {
  const percebidos = MUTANTES.filter(({ resiste }) => !resiste).length
  const em = { 'README.md': ['bugs', 'notice'], 'LEIAME.md': ['defeitos', 'percebem'] } as const
  for (const [arquivo, [plantados, percebem]] of Object.entries(em)) {
    const dito = ler(arquivo)
    assert.ok(dito.includes(`| ${MUTANTES.length} ${plantados}`), arquivo)
    assert.ok(dito.includes(`${percebem} ${percebidos};`), arquivo)
  }
})
