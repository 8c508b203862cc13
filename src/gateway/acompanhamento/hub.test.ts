// One stream at a time: who reads slowly, whose right expires, whose log is not the one it knew.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as umaVolta } from 'node:timers/promises'
import { comoClienteId, comoPedidoId } from '../../contratos/ids.ts'
import { criarDiario } from './diario_de_teste.ts'
import { type Alvo, MAIOR_PARADA_MS, MAIOR_PENDENTE_BYTES } from './fluxo.ts'
import { criarHub } from './hub.ts'
import { criarJanela } from './janela.ts'
import { abrirSaidaDeTeste, lerEventos } from './leitor_de_teste.ts'

const LONGO = 'x'.repeat(10_000)
const EXPIRA_MS = 1_000_000
const NUNCA = Number.MAX_SAFE_INTEGER

function criarCena() {
  const diario = criarDiario()
  const janela = criarJanela(100)
  let agora = 0
  const hub = criarHub(janela, () => agora)
  let encerrada = false
  hub.abrirJanela()
  return {
    ...{ diario, janela, hub },
    encerrarSessao() {
      encerrada = true
    },
    passar(ms: number) {
      agora += ms
    },
    assinar(alvo: Alvo = {}, lugar = 0) {
      const saida = abrirSaidaDeTeste()
      hub.assinar({ alvo, saida, lugar, valeAteMs: EXPIRA_MS, encerrada: () => encerrada })
      return saida
    },
    gravar(quantas: number, motivo = '') {
      for (let n = 0; n < quantas; n++) diario.gravar(1_001, 1, 'pendente', motivo)
      const lidas = diario.ler(janela.fim)
      janela.acrescentar(lidas)
      hub.distribuir(lidas.mudancas)
    },
  }
}
const ids = (texto: string) =>
  lerEventos(texto)
    .eventos.filter(({ evento }) => evento === 'status')
    .map(({ id }) => id)
const ate = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

/** What a stream may hold for its reader: the bound and the event that passed it. */
const CABE = MAIOR_PENDENTE_BYTES + LONGO.length + 1_000

test('quem lê devagar o que passou espera com pouco por mandar, e recebe tudo', async () => {
  const cena = criarCena()
  cena.gravar(20, LONGO)
  const saida = abrirSaidaDeTeste()
  saida.ler(false)
  const sempre = { valeAteMs: NUNCA, encerrada: () => false }
  cena.hub.assinar({ alvo: {}, saida, lugar: 0, ...sempre })
  assert.ok(saida.pendentes() < CABE)
  cena.gravar(5, LONGO)
  assert.ok(saida.pendentes() < CABE, 'o novo espera a sua vez')
  saida.ler(true)
  await umaVolta()
  assert.deepEqual(ids(saida.recebido), ate(25))
  cena.gravar(1)
  assert.deepEqual(ids(saida.recebido), ate(26))
})

test('muito de uma vez não desliga quem lê: o resto vai quando couber', async () => {
  const cena = criarCena()
  const saida = cena.assinar()
  saida.ler(false)
  cena.gravar(50, LONGO)
  assert.ok(saida.pendentes() < CABE)
  saida.ler(true)
  await umaVolta()
  assert.deepEqual(ids(saida.recebido), ate(50))
})

test('quem não lê nada por muito tempo é desligado, no próximo evento ou no pulso', () => {
  for (const acontecer of ['gravar', 'pulsar'] as const) {
    const cena = criarCena()
    const [lento, outro] = [cena.assinar(), cena.assinar()]
    lento.ler(false)
    cena.gravar(5, LONGO)
    const fazer = () => (acontecer === 'gravar' ? cena.gravar(1) : cena.hub.pulsar())
    cena.passar(MAIOR_PARADA_MS)
    fazer()
    assert.deepEqual([lento.fechada, cena.hub.assinantes], [false, 2])
    cena.passar(1)
    fazer()
    assert.deepEqual([lento.fechada, outro.fechada, cena.hub.assinantes], [true, false, 1])
  }
})

test('quem a janela ultrapassa é avisado de que perdeu', async () => {
  const cena = criarCena()
  const saida = cena.assinar()
  saida.ler(false)
  cena.gravar(50, LONGO)
  for (let n = 0; n < 10; n++) cena.gravar(20)
  saida.ler(true)
  await umaVolta()
  const { eventos, ultimoId } = lerEventos(saida.recebido)
  assert.equal(eventos.at(-1)?.evento, 'reinicio')
  assert.equal(ultimoId, 250)
  cena.gravar(1)
  assert.equal(ids(saida.recebido).at(-1), 251)
})

test('depois de expirar nada mais é dito, nem antes do próximo pulso', () => {
  const cena = criarCena()
  const [ouve, calado] = [cena.assinar(), cena.assinar({ cliente_id: comoClienteId(9) })]
  cena.gravar(1)
  cena.passar(EXPIRA_MS)
  cena.gravar(1)
  assert.deepEqual([ids(ouve.recebido), ouve.fechada], [[1], true])
  assert.equal(calado.fechada, false)
  cena.hub.pulsar()
  assert.deepEqual([calado.fechada, cena.hub.assinantes], [true, 0])
})

test('depois de sair, ou de mudar de papel, nem o próximo evento é dito', () => {
  const cena = criarCena()
  const saida = cena.assinar()
  cena.gravar(1)
  cena.encerrarSessao()
  cena.gravar(1)
  assert.deepEqual(ids(saida.recebido), [1])
  assert.ok(saida.fechada)
})

test('o pulso leva o lugar adiante: quem pouco ouve não volta a um passado esquecido', () => {
  const cena = criarCena()
  const saida = cena.assinar({ cliente_id: comoClienteId(9) })
  cena.gravar(50)
  cena.hub.pulsar()
  const { eventos, ultimoId } = lerEventos(saida.recebido)
  assert.deepEqual([eventos, ultimoId], [[], 50])
})

test('um diário que voltou atrás é dito a quem ouve todos; quem ouve um pedido volta', () => {
  const cena = criarCena()
  const [todos, um] = [cena.assinar(), cena.assinar({ pedido_id: comoPedidoId(1_001) })]
  cena.gravar(5)
  cena.diario.voltarA(2)
  cena.janela.recomecar(2)
  cena.hub.recomecar()
  assert.deepEqual(lerEventos(todos.recebido).eventos.at(-1)?.evento, 'reinicio')
  assert.deepEqual([todos.fechada, um.fechada], [false, true])
  cena.gravar(1)
  assert.deepEqual(ids(todos.recebido), [...ate(5), 3])
})
