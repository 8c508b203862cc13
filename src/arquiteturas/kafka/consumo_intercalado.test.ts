// Any interleaving of arrivals, ends, rebalances and commits, held against a model that looks at
// everything again each time: who may run, and up to where each partition may be confirmed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { iniciarConsumo } from './consumo.ts'
import type { Lugar } from './trilhas.ts'

const PARTICOES = ['a/0', 'a/1', 'b/0'] as const
type Passo =
  | { tipo: 'receber'; particao: number; salto: number; chave: number }
  | { tipo: 'terminar'; qual: number }
  | { tipo: 'confirmar' }
  | { tipo: 'rebalancear' }

const PASSOS = fc.array(
  fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        tipo: fc.constant('receber' as const),
        particao: fc.nat(PARTICOES.length - 1),
        salto: fc.integer({ min: 1, max: 3 }),
        chave: fc.nat(4),
      }),
    },
    { weight: 9, arbitrary: fc.record({ tipo: fc.constant('terminar' as const), qual: fc.nat() }) },
    { weight: 3, arbitrary: fc.constant({ tipo: 'confirmar' as const }) },
    { weight: 1, arbitrary: fc.constant({ tipo: 'rebalancear' as const }) },
  ),
  { maxLength: 80 },
)

interface Mensagem extends Lugar {
  readonly geracao: number
  /** 0: no key, ordered with nothing. */
  readonly chave: number
  estado: 'esperando' | 'na_janela' | 'feita'
}
const umaVolta = () => new Promise(setImmediate)

class Modelo {
  readonly janela: number
  readonly recebidas: Mensagem[] = []
  readonly rodando = new Map<Mensagem, () => void>()
  readonly confirmados = new Map<string, bigint>()
  readonly consumo
  geracao = 0

  constructor(janela: number) {
    this.janela = janela
    this.consumo = iniciarConsumo<Mensagem>({
      janela,
      chaveDe: ({ chave }) => (chave === 0 ? undefined : chave),
      tratar: (m) => new Promise((resolver) => this.rodando.set(m, resolver)),
    })
  }

  async dar(passo: Passo): Promise<void> {
    if (passo.tipo === 'receber') this.receber(passo)
    else if (passo.tipo === 'terminar') this.terminar(passo.qual)
    else if (passo.tipo === 'confirmar') this.confirmar()
    else this.rebalancear()
    await umaVolta()
    this.conferir()
  }

  receber(passo: { particao: number; salto: number; chave: number }): void {
    // Only one loop calls it, and waits for its answer.
    if (this.recebidas.at(-1)?.estado === 'esperando') return
    const [topico = '', particao] = PARTICOES[passo.particao]!.split('/')
    const lugar = { topico, particao: Number(particao) }
    const offset = (this.daTrilha(lugar).at(-1)?.offset ?? 40n) + BigInt(passo.salto)
    const { chave } = passo
    const { geracao } = this
    const doLog = { ...lugar, offset, epoca: Number(offset) }
    const mensagem: Mensagem = { ...doLog, chave, geracao, estado: 'esperando' }
    this.recebidas.push(mensagem)
    void this.consumo.receber(mensagem).then(() => {
      mensagem.estado = 'na_janela'
    })
  }

  terminar(qual: number): void {
    const escolhida = [...this.rodando][qual % this.rodando.size]
    if (!escolhida) return
    const [mensagem, resolver] = escolhida
    this.rodando.delete(mensagem)
    mensagem.estado = 'feita'
    resolver()
  }

  /** The next generation starts over: the same offsets come again. */
  rebalancear(): void {
    this.consumo.novaGeracao()
    this.confirmados.clear()
    this.geracao++
  }

  confirmar(): void {
    for (const { topico, particao, offset, epoca } of this.consumo.tomarConfirmaveis()) {
      const nome = `${topico}/${particao}`
      assert.equal(epoca, Number(offset - 1n), 'da última que ficou para trás')
      assert.notEqual(this.confirmados.get(nome), offset, 'só o que andou')
      this.confirmados.set(nome, offset)
    }
    for (const nome of PARTICOES) {
      const [topico = '', particao] = nome.split('/')
      const trilha = this.daTrilha({ topico, particao: Number(particao) })
      const presa = trilha.findIndex(({ estado }) => estado !== 'feita')
      const livres = presa < 0 ? trilha : trilha.slice(0, presa)
      const ultima = livres.at(-1)
      assert.equal(this.confirmados.get(nome), ultima && ultima.offset + 1n, nome)
    }
  }

  conferir(): void {
    const naJanela = this.recebidas.filter(({ estado }) => estado === 'na_janela')
    assert.equal(this.consumo.emVoo, naJanela.length)
    assert.ok(naJanela.length <= this.janela)
    const esperando = this.recebidas.some(({ estado }) => estado === 'esperando')
    assert.ok(!esperando || naJanela.length === this.janela, 'só a janela cheia faz esperar')
    // Of each key the first in the window, of those without one all, and nobody else.
    const devidas = naJanela.filter(
      (m, i) => m.chave === 0 || naJanela.findIndex(({ chave }) => chave === m.chave) === i,
    )
    assert.deepEqual(new Set(this.rodando.keys()), new Set(devidas))
  }

  daTrilha({ topico, particao }: Omit<Lugar, 'offset'>): Mensagem[] {
    return this.recebidas.filter(
      (m) => m.geracao === this.geracao && m.topico === topico && m.particao === particao,
    )
  }
}

test('em qualquer intercalação: chaves em ordem, janela cheia, fronteira exata', async () => {
  await fc.assert(
    fc.asyncProperty(PASSOS, fc.integer({ min: 1, max: 8 }), async (passos, janela) => {
      const modelo = new Modelo(janela)
      for (const passo of passos) await modelo.dar(passo)
      const ociosa = modelo.consumo.ociosa()
      while (modelo.rodando.size > 0) await modelo.dar({ tipo: 'terminar', qual: 0 })
      await ociosa
      assert.equal(modelo.consumo.emVoo, 0)
      assert.ok(modelo.recebidas.every(({ estado }) => estado === 'feita'))
      modelo.confirmar()
    }),
    { numRuns: 300, seed: 20_261_128 },
  )
})
