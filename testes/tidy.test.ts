// Style is a test: sizes, names, words, and the walls between the folders (estilo, rule 12).
// Each rule collects all that breaks it, so that one run shows everything.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type Arquivo, ehTeste, lerArvore, RAIZ } from './tidy/arvore.ts'
import { funcoesDe } from './tidy/funcoes.ts'
import {
  ciclosEntrePastas,
  naoUsados,
  paredesFuradas,
  transporteForaDoLugar,
} from './tidy/muros.ts'

const MAIOR_ARQUIVO = 300
const MAIOR_FUNCAO = 70
const MAIOR_LINHA = 100
/** Written in two halves, so that this file passes its own test. */
const PALAVRAS = [`TO${'DO'}`, `FIX${'ME'}`, `XX${'X'}`].map((p) => new RegExp(`\\b${p}\\b`))
const NOMES_PROIBIDOS = /(^|[/_.])(utils?|commons?|helpers?)([/_.]|$)|(^|\/)index\.[cm]?[tj]s$/
const NOME_BOM = /^[a-z0-9_]+(\.(test|features))?\.[a-z]+$/
const COM_TELA = /^(src\/(cli|dados)|bench|ferramentas|exemplos|testes\/integracao\/filhos)\//
const TELA = new RegExp(`\\bconsole${'.'}log\\b`)
const ANY = /(?:[:<|&,(]|\bas|\bextends|=>) *any\b|\bany\[\]/
const COMENTARIO = /^ *(?:\/\/|\/?\*)/
const ABERTURA = /^(?:#![^\n]*\n)?(?:\/\/|\/\*|--|<!--|<!doctype html>\s*<!--)/i

const arvore = lerArvore()
const codigo = arvore.filter(({ caminho }) => /\.(ts|mjs|js)$/.test(caminho))
const produto = arvore.filter(({ caminho }) => caminho.startsWith('src/'))

/** One line of report for each line of each file that `errada` does not like. */
const porLinha = (
  arquivos: readonly Arquivo[],
  errada: (linha: string, anterior: string) => boolean,
): string[] =>
  arquivos.flatMap(({ caminho, linhas }) =>
    linhas.flatMap((linha, i) =>
      errada(linha, linhas[i - 1] ?? '') ? [`${caminho}:${i + 1}: ${linha.trim()}`] : [],
    ),
  )
function nenhum(violacoes: readonly string[]): void {
  if (violacoes.length > 0) assert.fail(`${violacoes.length} violações\n${violacoes.join('\n')}`)
}

describe('estilo', () => {
  it(`nenhum arquivo passa de ${MAIOR_ARQUIVO} linhas`, () => {
    const longos = arvore.filter(({ linhas }) => linhas.length > MAIOR_ARQUIVO)
    nenhum(longos.map(({ caminho, linhas }) => `${caminho}: ${linhas.length} linhas`))
  })

  it(`nenhuma função passa de ${MAIOR_FUNCAO} linhas`, () => {
    const longas = codigo.flatMap((arquivo) =>
      funcoesDe(arquivo)
        .filter(({ tamanho }) => tamanho > MAIOR_FUNCAO)
        .map((f) => `${arquivo.caminho}:${f.linha}: ${f.tamanho} linhas: ${f.cabecalho}`),
    )
    nenhum(longas)
  })

  it(`nenhuma linha passa de ${MAIOR_LINHA} colunas`, () => {
    nenhum(porLinha(arvore, (linha) => linha.length > MAIOR_LINHA))
  })

  it('nenhum any sem um biome-ignore com o porquê', () => {
    const explicado = /biome-ignore lint\/suspicious\/noExplicitAny: \S+/
    nenhum(
      porLinha(
        codigo,
        (linha, anterior) =>
          ANY.test(linha) && !COMENTARIO.test(linha) && !explicado.test(anterior),
      ),
    )
  })

  it('nenhum nome de arquivo ou pasta diz nada, e todos são snake_case', () => {
    const nomes = arvore.map(({ caminho }) => caminho)
    const vazios = nomes.filter((caminho) => NOMES_PROIBIDOS.test(caminho))
    const tortos = nomes.filter((caminho) => !NOME_BOM.test(caminho.split('/').at(-1)!))
    nenhum([...vazios, ...tortos])
  })

  it('nenhuma palavra de obra inacabada, e só os programas de terminal escrevem na tela', () => {
    const inacabadas = porLinha(arvore, (linha) => PALAVRAS.some((palavra) => palavra.test(linha)))
    const calados = arvore.filter(({ caminho }) => !COM_TELA.test(caminho))
    nenhum([...inacabadas, ...porLinha(calados, (linha) => TELA.test(linha))])
  })

  it('todo arquivo do produto abre dizendo para que serve', () => {
    const mudos = produto.filter(({ texto }) => !ABERTURA.test(texto))
    nenhum(mudos.map(({ caminho }) => caminho))
  })
})

describe('paredes', () => {
  const semTestes = produto.filter(({ caminho }) => !ehTeste(caminho))

  it('cada pasta só importa as que ficam à sua esquerda', () => nenhum(paredesFuradas(semTestes)))

  it('bibliotecas de transporte só onde há transporte', () => {
    nenhum(transporteForaDoLugar(semTestes))
  })

  it('nenhum círculo entre as pastas do produto', () => nenhum(ciclosEntrePastas(semTestes)))

  it('todo arquivo do produto é usado por outro ou é um começo', () => nenhum(naoUsados(arvore)))
})

describe('pacote', () => {
  it('toda dependência tem a versão exata', () => {
    const { dependencies, devDependencies } = JSON.parse(
      readFileSync(join(RAIZ, 'package.json'), 'utf8'),
    ) as Record<string, Record<string, string>>
    const todas = Object.entries({ ...dependencies, ...devDependencies })
    assert.ok(todas.length > 0)
    nenhum(todas.filter(([, v]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(v)).map((d) => d.join(' ')))
  })

  it('a trava das versões não diz de que registro vieram', () => {
    const trava = readFileSync(join(RAIZ, 'package-lock.json'), 'utf8').split('\n')
    nenhum(trava.filter((linha) => /"resolved":|\bregistry\./.test(linha)))
  })
})
