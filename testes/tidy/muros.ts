// The walls between the folders of src, as tables: who may import whom, and who may speak to wires.
import { type Arquivo, type Importacao, pastaDe } from './arvore.ts'

/** Layers from left to right; each sees those before it. Folders not named here see any. */
const CAMADAS = ['contratos', 'persistencia', 'servicos', 'arquiteturas', 'infra'] as const
const PODE: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(CAMADAS.map((nome, i) => [nome, CAMADAS.slice(0, i)])),
  assinantes: CAMADAS,
  gateway: CAMADAS,
  dados: ['contratos'],
  laboratorio: [...CAMADAS, 'assinantes', 'gateway', 'dados'],
}

const BIBLIOTECAS = ['fastify', 'undici', 'ioredis', 'redis', 'bullmq', 'kafkajs']
const ESCOPOS = /^@(fastify|grpc|bufbuild|platformatic|confluentinc)\//
const ehTransporte = (pacote: string): boolean =>
  ESCOPOS.test(pacote) || BIBLIOTECAS.some((b) => pacote === b || pacote.startsWith(`${b}-`))

const COM_TRANSPORTE: ReadonlySet<string> = new Set([
  'arquiteturas',
  'assinantes',
  'gateway',
  'infra',
  'laboratorio',
  'cli',
])

const dizer = (de: string, { alvo }: Importacao): string => `${de} importa ${alvo}`

export function paredesFuradas(arquivos: readonly Arquivo[]): string[] {
  const porCaminho = new Map(arquivos.map((arquivo) => [arquivo.caminho, arquivo]))
  const entrePastas = arquivos.flatMap(({ caminho, importacoes }) =>
    importacoes.filter((i) => !podeImportar(caminho, i)).map((i) => dizer(caminho, i)),
  )
  const dominios = arquivos.filter(({ caminho }) => caminho.endsWith('/domain.ts'))
  return [...entrePastas, ...dominios.flatMap((d) => impurezasDe(d, porCaminho))]
}

function podeImportar(de: string, { alvo, nossa }: Importacao): boolean {
  const origem = pastaDe(de)
  const destino = pastaDe(alvo)
  if (!nossa || !origem || !destino) return !nossa
  if (origem === 'servicos' && destino === 'servicos') return mesmoServico(de, alvo)
  return origem === destino || (PODE[origem]?.includes(destino) ?? true)
}

/** A service sees its own folder and the files that lie directly in `servicos/`; never another. */
function mesmoServico(de: string, alvo: string): boolean {
  const servico = (caminho: string) => /^src\/servicos\/([^/]+)\//.exec(caminho)?.[1]
  return servico(alvo) === undefined || servico(alvo) === servico(de)
}

/** domain.ts and what it draws from its own folder see contracts and the neighbours' types only. */
function impurezasDe(dominio: Arquivo, arquivos: ReadonlyMap<string, Arquivo>): string[] {
  const pasta = dominio.caminho.replace(/[^/]+$/, '')
  const vistos = new Set<Arquivo>([dominio])
  const impurezas: string[] = []
  for (const arquivo of vistos) {
    for (const importacao of arquivo.importacoes) {
      const { alvo, soTipo } = importacao
      const vizinhos = alvo === 'src/servicos/vizinhos.ts' && soTipo
      const proprio = alvo.startsWith(pasta) ? arquivos.get(alvo) : undefined
      if (proprio) vistos.add(proprio)
      else if (pastaDe(alvo) !== 'contratos' && !vizinhos) {
        impurezas.push(dizer(arquivo.caminho, importacao))
      }
    }
  }
  return impurezas
}

export const transporteForaDoLugar = (arquivos: readonly Arquivo[]): string[] =>
  arquivos
    .filter(({ caminho }) => !COM_TRANSPORTE.has(pastaDe(caminho) ?? ''))
    .flatMap(({ caminho, importacoes }) =>
      importacoes.filter((i) => !i.nossa && ehTransporte(i.alvo)).map((i) => dizer(caminho, i)),
    )

/** Each circle once, as `a → b → a`. */
export function ciclosEntrePastas(arquivos: readonly Arquivo[]): string[] {
  const vizinhas = new Map<string, Set<string>>()
  for (const { caminho, importacoes } of arquivos) {
    const origem = pastaDe(caminho)
    for (const { alvo, nossa } of importacoes) {
      const destino = nossa ? pastaDe(alvo) : undefined
      if (!origem || !destino || origem === destino) continue
      vizinhas.set(origem, (vizinhas.get(origem) ?? new Set()).add(destino))
    }
  }
  const circulos = new Map<string, string>()
  const andar = (pasta: string, trilha: readonly string[]): void => {
    const inicio = trilha.indexOf(pasta)
    if (inicio >= 0) {
      const circulo = trilha.slice(inicio)
      circulos.set([...circulo].sort().join(), [...circulo, pasta].join(' → '))
      return
    }
    for (const proxima of vizinhas.get(pasta) ?? []) andar(proxima, [...trilha, pasta])
  }
  for (const pasta of vizinhas.keys()) andar(pasta, [])
  return [...circulos.values()]
}

export function naoUsados(arquivos: readonly Arquivo[]): string[] {
  const usados = new Set<string>()
  for (const { caminho, importacoes, citados } of arquivos) {
    for (const { alvo, nossa } of importacoes) if (nossa && alvo !== caminho) usados.add(alvo)
    for (const alvo of citados) usados.add(alvo)
  }
  const pastasUsadas = [...usados].filter((alvo) => alvo.endsWith('/'))
  return arquivos
    .map(({ caminho }) => caminho)
    .filter((caminho) => caminho.startsWith('src/') && !/(\/main|\.test)\.ts$/.test(caminho))
    .filter((c) => !usados.has(c) && !pastasUsadas.some((pasta) => c.startsWith(pasta)))
}
