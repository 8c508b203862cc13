// The parallel consumer, without Kafka: a slow order holds its partition's offset and nobody else,
// a key is a queue, the window is a bound, and the end confirms nothing that was cut off.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { ENCERRAR_MS, iniciarConsumo } from './consumo.ts'
import type { Lugar } from './trilhas.ts'

const LIMITE = { timeout: 10_000 }
const LIMITE_MS = 5_000
const umA = (n: number, de = 1) => Array.from({ length: n }, (_, i) => de + i)
const umaVolta = () => new Promise(setImmediate)

interface Mensagem extends Lugar {
  readonly pedido: number
}
/** A new leader every few messages. */
const epocaDe = (offset: number) => offset >> 2
const mensagem = (offset: number, pedido = offset, particao = 0): Mensagem => ({
  ...{ topico: 'pedidos', particao, offset: BigInt(offset), epoca: epocaDe(offset), pedido },
})
const chaveDe = ({ pedido }: Mensagem) => pedido
const confirmado = (offset: number, particao = 0): Lugar => ({
  ...{ topico: 'pedidos', particao, offset: BigInt(offset), epoca: epocaDe(offset - 1) },
})

/** Notes who began; each handler runs until it is let go. */
function abrir(janela = 1_000) {
  const comecados: Mensagem[] = []
  const presos = new Map<Mensagem, PromiseWithResolvers<void>>()
  const consumo = iniciarConsumo<Mensagem>({
    ...{ janela, chaveDe },
    tratar(m) {
      comecados.push(m)
      const preso = Promise.withResolvers<void>()
      presos.set(m, preso)
      return preso.promise
    },
  })
  const terminar = async (m: Mensagem) => {
    presos.get(m)!.resolve()
    await umaVolta()
  }
  return { consumo, comecados, terminar }
}

describe('consumo: a fronteira', () => {
  it('um pedido lento não segura os outros, só a confirmação da sua partição', async () => {
    const { consumo, comecados, terminar } = abrir()
    const [lento, ...outros] = umA(100).map((n) => mensagem(n))
    const vizinha = mensagem(7, 700, 1)
    for (const m of [lento!, ...outros, vizinha]) await consumo.receber(m)
    assert.equal(comecados.length, 101)
    for (const m of [...outros.toReversed(), vizinha]) await terminar(m)
    assert.deepEqual(consumo.tomarConfirmaveis(), [confirmado(8, 1)])
    await terminar(lento!)
    assert.deepEqual(consumo.tomarConfirmaveis(), [confirmado(101)])
    assert.deepEqual(consumo.tomarConfirmaveis(), [], 'tomado uma vez')
  })

  it('os offsets que nunca chegaram não seguram nada', async () => {
    const { consumo, terminar } = abrir()
    const [a, b, c] = [mensagem(5), mensagem(9), mensagem(40)]
    for (const m of [a, b, c]) await consumo.receber(m)
    await terminar(b)
    assert.deepEqual(consumo.tomarConfirmaveis(), [])
    await terminar(a)
    assert.deepEqual(consumo.tomarConfirmaveis(), [confirmado(10)])
    await terminar(c)
    assert.deepEqual(consumo.tomarConfirmaveis(), [confirmado(41)])
  })

  it('o da geração anterior não move a nova, e o mesmo offset chega de novo', async () => {
    const { consumo, comecados, terminar } = abrir()
    const [velha, relida] = [mensagem(5, 1), mensagem(5, 1)]
    const seguinte = mensagem(6, 2)
    await consumo.receber(velha)
    consumo.novaGeracao()
    await consumo.receber(relida)
    await consumo.receber(seguinte)
    await terminar(seguinte)
    assert.deepEqual(comecados, [velha, seguinte], 'o mesmo pedido nunca em duas mãos')
    await terminar(velha)
    assert.deepEqual(consumo.tomarConfirmaveis(), [])
    await terminar(relida)
    assert.deepEqual(consumo.tomarConfirmaveis(), [confirmado(7)])
  })

  it('a que esperava por lugar quando o grupo mudou não confirma na geração nova', async () => {
    const { consumo, terminar } = abrir(1)
    const [dentro, esperando] = [mensagem(1), mensagem(2)]
    await consumo.receber(dentro)
    const recebida = consumo.receber(esperando)
    consumo.novaGeracao()
    await terminar(dentro)
    await recebida
    await terminar(esperando)
    assert.equal(consumo.emVoo, 0)
    assert.deepEqual(consumo.tomarConfirmaveis(), [])
  })

  it('partição que volta atrás sem mudança de geração é um erro de quem chama', async () => {
    const { consumo, terminar } = abrir()
    for (const offset of [3, 4]) await consumo.receber(mensagem(offset))
    await assert.rejects(consumo.receber(mensagem(4)), /pedidos\/0: offset 4 depois de 4/)
    assert.equal(consumo.emVoo, 2)
    await consumo.receber(mensagem(4, 4, 1))
    consumo.novaGeracao()
    const relida = mensagem(3, 30)
    await consumo.receber(relida)
    await terminar(relida)
    assert.deepEqual(consumo.tomarConfirmaveis(), [confirmado(4)])
  })

  it('cem mil que passam à frente de uma presa não ficam na memória, nem as chaves', async () => {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    const presa = Promise.withResolvers<void>()
    await using consumo = iniciarConsumo<Mensagem>({
      ...{ janela: 1_000, chaveDe },
      tratar: ({ pedido }) => (pedido === 1 ? presa.promise : Promise.resolve()),
    })
    await consumo.receber(mensagem(1))
    gc()
    const antes = process.memoryUsage().heapUsed
    for (let n = 2; n <= 100_000; n++) await consumo.receber(mensagem(n))
    await umaVolta()
    gc()
    const mais = process.memoryUsage().heapUsed - antes
    assert.ok(mais < 2_000_000, `${mais} bytes a mais`)
    presa.resolve()
    await consumo.ociosa()
    assert.deepEqual(consumo.tomarConfirmaveis(), [confirmado(100_001)])
  })
})

describe('consumo: a janela', () => {
  it('cheia, quem chega espera; quem esperou entra na ordem em que chegou', async () => {
    const { consumo, comecados, terminar } = abrir(2)
    const todas = umA(5).map((n) => mensagem(n, n, n))
    const entradas: number[] = []
    const recebidas = todas.map((m) => consumo.receber(m).then(() => entradas.push(m.pedido)))
    await umaVolta()
    assert.deepEqual([entradas, consumo.emVoo], [[1, 2], 2])
    await terminar(todas[1]!)
    assert.deepEqual([entradas, consumo.emVoo], [[1, 2, 3], 2])
    for (const i of [0, 2, 3, 4]) await terminar(todas[i]!)
    await Promise.all(recebidas)
    assert.deepEqual(comecados, todas)
    assert.equal(consumo.emVoo, 0)
  })

  it('quem chega num lugar que vagou não passa à frente de quem já esperava por ele', async () => {
    const { consumo, comecados, terminar } = abrir(1)
    const [dentro, esperava, atrasada] = umA(3).map((n) => mensagem(n, n, n))
    await consumo.receber(dentro!)
    const primeira = consumo.receber(esperava!)
    const fim = terminar(dentro!)
    const segunda = consumo.receber(atrasada!)
    await fim
    await primeira
    assert.deepEqual(comecados, [dentro, esperava])
    await terminar(esperava!)
    await segunda
    assert.deepEqual(comecados, [dentro, esperava, atrasada])
  })
})

describe('consumo: o fim', () => {
  it('quem atende ao signal sai logo, e nada do que foi cortado é confirmado', LIMITE, async () => {
    const iniciadas: number[] = []
    const consumo = iniciarConsumo<Mensagem>({
      ...{ janela: 4, chaveDe },
      async tratar({ pedido }, signal) {
        iniciadas.push(pedido)
        if (pedido === 1) return
        await new Promise((_, rejeitar) =>
          signal.addEventListener('abort', () => rejeitar(signal.reason)),
        )
      },
    })
    const [feita, presa, atras, outra] = [mensagem(1), mensagem(2), mensagem(3, 2), mensagem(4)]
    for (const m of [feita, presa, atras, outra]) await consumo.receber(m)
    await consumo.receber(mensagem(5))
    const esperando = consumo.receber(mensagem(6))
    const recusada = assert.rejects(esperando, { codigo: 'encerrando' })
    const inicio = performance.now()
    await consumo[Symbol.asyncDispose]()
    assert.ok(performance.now() - inicio < ENCERRAR_MS)
    await recusada
    await assert.rejects(consumo.receber(mensagem(7)), { codigo: 'encerrando' })
    assert.equal(consumo.emVoo, 0)
    assert.deepEqual(iniciadas, [1, 2, 4, 5], 'a que esperava pela sua chave não começa')
    assert.deepEqual(consumo.tomarConfirmaveis(), [confirmado(2)])
  })

  it('quem não atende ao signal não segura o fim, e o que ainda termina vale', LIMITE, async () => {
    const { consumo, terminar } = abrir()
    const surda = mensagem(1)
    await consumo.receber(surda)
    const inicio = performance.now()
    await consumo[Symbol.asyncDispose]()
    assert.ok(performance.now() - inicio < ENCERRAR_MS + LIMITE_MS)
    assert.equal(consumo.emVoo, 1)
    await terminar(surda)
    assert.deepEqual(consumo.tomarConfirmaveis(), [confirmado(2)])
  })

  it('um tratamento que lança sem ter sido abortado acaba com o consumo, às claras', async () => {
    const defeito = new TypeError('imprevisto')
    await using consumo = iniciarConsumo<Mensagem>({
      ...{ janela: 1, chaveDe },
      tratar: async () => Promise.reject(defeito),
    })
    await consumo.receber(mensagem(1))
    await assert.rejects(consumo.receber(mensagem(2)), defeito)
    await assert.rejects(consumo.receber(mensagem(3)), defeito)
    assert.deepEqual(consumo.tomarConfirmaveis(), [])
  })
})
