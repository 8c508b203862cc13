// Load shedding against a simulated chain: a queue with a known capacity, in virtual time.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { criarVagas, MENOR_LIMITE, type Vaga } from './sobrecarga.ts'

const PASSO_MS = 5
const PRAZO_MS = 10_000

interface Chain {
  /** Orders per second that it can finish. */
  readonly capacidade: number
  /** What each takes besides its turn, in ms: simulated delays. */
  readonly demoraMs: number
}

/** Offers `ofertaPorS` for `segundos`; what was finished within the deadline, and how it went. */
function rodar(vagas: ReturnType<typeof criarVagas>, relogio: { ms: number }) {
  const fila: { vaga: Vaga; desde: number }[] = []
  const demorando: { vaga: Vaga; desde: number; ate: number }[] = []
  return (chain: Chain, ofertaPorS: number, segundos: number) => {
    const vistos = { feitos: 0, recusados: 0, maiorEsperaMs: 0, atrasados: 0 }
    const fim = relogio.ms + segundos * 1_000
    let oferta = 0
    let trabalho = 0
    while (relogio.ms < fim) {
      relogio.ms += PASSO_MS
      for (oferta += (ofertaPorS * PASSO_MS) / 1_000; oferta >= 1; oferta--) {
        const vaga = vagas.ocupar()
        if (vaga) fila.push({ vaga, desde: relogio.ms })
        else vistos.recusados += 1
      }
      trabalho = Math.min(trabalho + (chain.capacidade * PASSO_MS) / 1_000, 20)
      for (; trabalho >= 1 && fila.length > 0; trabalho--) {
        demorando.push({ ...fila.shift()!, ate: relogio.ms + chain.demoraMs })
      }
      while (demorando[0] && demorando[0].ate <= relogio.ms) {
        const { vaga, desde } = demorando.shift()!
        const espera = relogio.ms - desde
        vistos.maiorEsperaMs = Math.max(vistos.maiorEsperaMs, espera)
        if (espera > PRAZO_MS) vistos.atrasados += 1
        else vistos.feitos += 1
        vaga.liberar(espera <= PRAZO_MS ? 'feito' : 'esgotado')
      }
    }
    return vistos
  }
}

function cena() {
  const relogio = { ms: 0 }
  const vagas = criarVagas(PRAZO_MS, () => relogio.ms)
  return { vagas, correr: rodar(vagas, relogio) }
}

for (const [nome, chain] of [
  ['sem atraso', { capacidade: 1_000, demoraMs: 5 }],
  ['com três segundos de atraso', { capacidade: 300, demoraMs: 3_000 }],
  ['de uma máquina lenta', { capacidade: 150, demoraMs: 20 }],
] as const) {
  test(`cadeia ${nome}: dentro da capacidade ninguém é recusado`, () => {
    const { correr } = cena()
    for (const parte of [0.2, 0.4, 0.7, 0.9]) {
      assert.equal(correr(chain, chain.capacidade * parte, 20).recusados, 0, `${parte}`)
    }
  })

  test(`cadeia ${nome}: a quatro vezes a capacidade, ninguém espera em vão`, () => {
    const { correr } = cena()
    correr(chain, chain.capacidade * 0.5, 10)
    const { feitos, atrasados } = correr(chain, chain.capacidade * 4, 30)
    assert.equal(atrasados, 0)
    const daCapacidade = feitos / (chain.capacidade * 30)
    assert.ok(daCapacidade >= 0.85, `${daCapacidade} da capacidade`)
  })

  test(`cadeia ${nome}: cinco segundos e dois pedidos depois da avalanche, ninguém espera`, () => {
    const { correr } = cena()
    correr(chain, chain.capacidade * 0.5, 10)
    correr(chain, chain.capacidade * 4, 30)
    correr(chain, chain.capacidade * 0.5, 5 + (2 * chain.demoraMs) / 1_000)
    const depois = correr(chain, chain.capacidade * 0.5, 10)
    assert.equal(depois.recusados, 0)
    assert.ok(depois.maiorEsperaMs <= chain.demoraMs + 300, `${depois.maiorEsperaMs} ms`)
  })
}

test('numa avalanche de dez minutos, numa máquina lenta, ainda termina o que pode', () => {
  const { correr } = cena()
  const chain = { capacidade: 150, demoraMs: 20 }
  correr(chain, 100, 10)
  correr(chain, 4_000, 30)
  const { feitos, atrasados } = correr(chain, 4_000, 600)
  assert.equal(atrasados, 0)
  assert.ok(feitos >= 0.95 * 150 * 600)
})

test('quando os atrasos simulados sobem, o limite acompanha em cinco minutos', () => {
  const { correr } = cena()
  correr({ capacidade: 1_000, demoraMs: 5 }, 500, 30)
  correr({ capacidade: 1_000, demoraMs: 3_000 }, 500, 300)
  assert.equal(correr({ capacidade: 1_000, demoraMs: 3_000 }, 500, 10).recusados, 0)
})

test('uma cadeia parada enche as vagas e não passa delas', () => {
  const { vagas, correr } = cena()
  correr({ capacidade: 0, demoraMs: 5 }, 1_000, 10)
  assert.deepEqual([vagas.ocupadas, vagas.limite], [MENOR_LIMITE, MENOR_LIMITE])
})

test('o que foi recusado por outro motivo não ensina nada', () => {
  const relogio = { ms: 0 }
  const vagas = criarVagas(PRAZO_MS, () => relogio.ms)
  for (let i = 0; i < 1_000; i++) {
    const vaga = vagas.ocupar()
    relogio.ms += 5_000
    vaga?.liberar('recusado')
  }
  assert.deepEqual([vagas.ocupadas, vagas.limite], [0, MENOR_LIMITE])
})
