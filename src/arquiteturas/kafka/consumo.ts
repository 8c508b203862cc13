// Interim.
export interface Lugar {
  readonly topico: string
  readonly particao: number
  readonly offset: bigint
}
export interface OpcoesDoConsumo<M extends Lugar> {
  readonly janela: number
  chaveDe(mensagem: M): string | number | undefined
  tratar(mensagem: M, signal: AbortSignal): Promise<void>
}
export interface Consumo<M extends Lugar> extends AsyncDisposable {
  receber(mensagem: M): Promise<void>
  tomarConfirmaveis(): readonly Lugar[]
  novaGeracao(): void
  readonly emVoo: number
  ociosa(): Promise<void>
}
interface Entrada {
  readonly offset: bigint
  feita: boolean
}
interface Faixa {
  readonly topico: string
  readonly particao: number
  fila: Entrada[]
  pronta: bigint | undefined
}
export function criarConsumo<M extends Lugar>({
  janela,
  chaveDe,
  tratar,
}: OpcoesDoConsumo<M>): Consumo<M> {
  let faixas = new Map<string, Faixa>()
  const cadeias = new Map<string | number, Promise<void>>()
  const fim = new AbortController()
  let emVoo = 0
  let espera: (() => void)[] = []
  let ociosos: (() => void)[] = []
  return {
    get emVoo() {
      return emVoo
    },
    async receber(m) {
      const minhas = faixas
      while (emVoo >= janela) await new Promise<void>((r) => espera.push(r))
      if (minhas !== faixas) return
      const nome = `${m.topico}/${m.particao}`
      let faixa = minhas.get(nome)
      if (!faixa)
        minhas.set(
          nome,
          (faixa = { topico: m.topico, particao: m.particao, fila: [], pronta: undefined }),
        )
      const entrada: Entrada = { offset: m.offset, feita: false }
      const f = faixa
      f.fila.push(entrada)
      emVoo++
      const chave = chaveDe(m)
      const antes =
        chave === undefined ? Promise.resolve() : (cadeias.get(chave) ?? Promise.resolve())
      const meu = antes
        .then(() => tratar(m, fim.signal))
        .then(
          () => {
            entrada.feita = true
            while (f.fila[0]?.feita) f.pronta = f.fila.shift()!.offset + 1n
          },
          () => undefined,
        )
        .finally(() => {
          emVoo--
          const e = espera
          espera = []
          for (const r of e) r()
          if (emVoo === 0) {
            const o = ociosos
            ociosos = []
            for (const r of o) r()
          }
          if (chave !== undefined && cadeias.get(chave) === meu) cadeias.delete(chave)
        })
      if (chave !== undefined) cadeias.set(chave, meu)
    },
    tomarConfirmaveis() {
      const l: Lugar[] = []
      for (const f of faixas.values())
        if (f.pronta !== undefined) {
          l.push({ topico: f.topico, particao: f.particao, offset: f.pronta })
          f.pronta = undefined
        }
      return l
    },
    novaGeracao() {
      faixas = new Map()
    },
    ociosa: () => (emVoo === 0 ? Promise.resolve() : new Promise((r) => ociosos.push(r))),
    async [Symbol.asyncDispose]() {
      fim.abort()
      await (emVoo === 0
        ? undefined
        : new Promise<void>((r) => {
            ociosos.push(r)
            setTimeout(r, 1500).unref()
          }))
    },
  }
}
