// The tree as the style test sees it: every source file with its lines, and what it imports.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

export const RAIZ = fileURLToPath(new URL('../..', import.meta.url))
const LUGARES = ['src', 'testes', 'bench', 'ferramentas', 'exemplos']
const FONTE = /\.(ts|mjs|js|sql|css|html|proto)$/

export interface Importacao {
  /** Path from the root for one of ours, else the package as written. */
  readonly alvo: string
  readonly nossa: boolean
  readonly soTipo: boolean
}
export interface Arquivo {
  /** From the root, with slashes: `src/contratos/ids.ts`. */
  readonly caminho: string
  readonly texto: string
  readonly linhas: readonly string[]
  readonly importacoes: readonly Importacao[]
  /** Files that it names by their place beside itself: schemas, programs that it starts. */
  readonly citados: readonly string[]
}

export function lerArvore(): readonly Arquivo[] {
  return LUGARES.flatMap((lugar) => listar(lugar)).map(lerArquivo)
}

function listar(pasta: string): string[] {
  try {
    return readdirSync(join(RAIZ, pasta), { withFileTypes: true }).flatMap((entrada) => {
      const caminho = `${pasta}/${entrada.name}`
      if (entrada.isDirectory()) return entrada.name === 'gerado' ? [] : listar(caminho)
      return FONTE.test(entrada.name) ? [caminho] : []
    })
  } catch (erro) {
    if ((erro as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw erro
  }
}

function lerArquivo(caminho: string): Arquivo {
  const texto = readFileSync(join(RAIZ, caminho), 'utf8')
  const ehCodigo = /\.(ts|mjs|js)$/.test(caminho)
  return {
    caminho,
    texto,
    linhas: texto.replace(/\n$/, '').split('\n'),
    importacoes: ehCodigo ? importacoesDe(caminho, texto) : [],
    citados: ehCodigo ? citadosPor(caminho, texto) : [],
  }
}

const ESTATICA = /^(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?'([^']+)'/gm
const DINAMICA = /\bimport\('([^']+)'\)/g
const AO_LADO = /(?:new URL\(|join\(import\.meta\.dirname,)\s*'([^':]+)'/g

function importacoesDe(caminho: string, texto: string): Importacao[] {
  const estaticas = [...texto.matchAll(ESTATICA)].map((m) => ({ nome: m[2]!, soTipo: !!m[1] }))
  const dinamicas = [...texto.matchAll(DINAMICA)].map((m) => ({ nome: m[1]!, soTipo: false }))
  return [...estaticas, ...dinamicas].map(({ nome, soTipo }) => {
    const nossa = nome.startsWith('.')
    return { alvo: nossa ? resolver(caminho, nome) : nome, nossa, soTipo }
  })
}

const citadosPor = (caminho: string, texto: string): string[] =>
  [...texto.matchAll(AO_LADO)].map((m) => resolver(caminho, m[1]!))

const resolver = (de: string, relativo: string): string => normalize(join(dirname(de), relativo))

export const ehTeste = (caminho: string): boolean =>
  !caminho.startsWith('src/') || /(\.test|_de_teste)\.ts$/.test(caminho)

/** `src/<pasta>/…` → `<pasta>`; anything else has none. */
export const pastaDe = (caminho: string): string | undefined => /^src\/([^/]+)\//.exec(caminho)?.[1]
