// The window of changes: what it holds, what it forgets, and that it says so; and that who follows
// the log begins near its end.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { criarDiario } from './diario_de_teste.ts'
import type { Fonte } from './fonte.ts'
import { criarJanela } from './janela.ts'
import { criarSeguidor } from './seguidor.ts'

const diarioDe = (quantas: number) => {
  const diario = criarDiario()
  for (let n = 0; n < quantas; n++) diario.gravar(1_001, 1, 'pendente')
  return diario
}
const ids = (mudancas: Iterable<{ id: number }>) => [...mudancas].map(({ id }) => id)

test('a janela guarda as mais novas e diz até onde esqueceu', () => {
  const diario = diarioDe(25)
  const janela = criarJanela(10)
  for (let lugar = 0; lugar < 25; lugar += 5) janela.acrescentar(diario.ler(lugar, 5))
  assert.equal(janela.fim, 25)
  assert.ok(janela.inicio >= 13 && janela.inicio <= 15, 'de dez a onze ficam')
  const guardadas = ids(janela.apos(janela.inicio))
  assert.deepEqual(
    guardadas,
    Array.from({ length: 25 - janela.inicio }, (_, i) => janela.inicio + 1 + i),
  )
  assert.deepEqual(ids(janela.apos(23)), [24, 25])
  assert.deepEqual(ids(janela.apos(25)), [])
  janela.recomecar(7)
  assert.deepEqual([janela.inicio, janela.fim, ids(janela.apos(0))], [7, 7, []])
})

test('o que não é mudança de status também leva a janela adiante', () => {
  const diario = diarioDe(1)
  diario.pular()
  diario.pular()
  const janela = criarJanela()
  janela.acrescentar(diario.ler(0))
  assert.deepEqual([janela.fim, ids(janela.apos(0))], [3, [1]])
})

test('quem começa a seguir lê só o fim do diário, e quem volta segue de onde parou', async () => {
  const diario = diarioDe(100)
  const perguntas: number[] = []
  const fonte: Fonte = {
    fim: async () => diario.fim,
    doPedido: async () => diario.ler(0),
    async apos(lugar, aguardar, sinal) {
      perguntas.push(lugar)
      if (aguardar) await new Promise((pronto) => sinal.addEventListener('abort', pronto))
      return diario.ler(lugar, 5)
    },
  }
  const janela = criarJanela(10)
  const seguidor = criarSeguidor(fonte, janela, async () => undefined)
  const nada = () => undefined
  const ligar = async () => {
    const emDia = Promise.withResolvers<void>()
    seguidor.ligar({ emDia: emDia.resolve, chegaram: nada, recomecou: nada, falhou: nada })
    await emDia.promise
    seguidor.desligar()
  }
  await ligar()
  assert.deepEqual(perguntas.splice(0), [90, 95])
  for (let n = 0; n < 7; n++) diario.gravar(1_001, 1, 'pendente')
  await ligar()
  assert.deepEqual(perguntas.slice(0, 2), [100, 105])
  assert.equal(janela.fim, 107)
})

test('um diário que encolhe enquanto é lido é lido de novo até o seu fim, com pausa', async () => {
  const diario = diarioDe(3)
  let fim = 100
  const fonte: Fonte = {
    fim: async () => fim,
    doPedido: async () => diario.ler(0),
    async apos(lugar, aguardar, sinal) {
      if (aguardar) await new Promise((pronto) => sinal.addEventListener('abort', pronto))
      fim = diario.fim
      return diario.ler(Math.min(lugar, diario.fim))
    },
  }
  let pausas = 0
  const pausar = async () => {
    pausas += 1
  }
  const janela = criarJanela(10)
  const seguidor = criarSeguidor(fonte, janela, pausar)
  const emDia = Promise.withResolvers<void>()
  const nada = () => undefined
  seguidor.ligar({ emDia: emDia.resolve, chegaram: nada, recomecou: nada, falhou: nada })
  await emDia.promise
  seguidor.desligar()
  assert.equal(janela.fim, 3)
  assert.ok(pausas >= 1)
})
