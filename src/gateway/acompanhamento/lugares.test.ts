// Who may have a stream of events: so many in all, so many an account, while they would be let in,
// and nobody once the gateway is stopping.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as umaVolta } from 'node:timers/promises'
import { criarAcompanhamento } from './acompanhamento.ts'
import { criarDiario } from './diario_de_teste.ts'
import type { Fonte } from './fonte.ts'
import { abrirSaidaDeTeste } from './leitor_de_teste.ts'
import { criarLugares } from './lugares.ts'

test('as vagas são tantas ao todo e tantas por conta, e cada uma volta uma vez', () => {
  const lugares = criarLugares(3, 2)
  const primeira = lugares.ocupar(1)
  lugares.ocupar(1)
  assert.throws(() => lugares.ocupar(1), { codigo: 'limite_excedido' })
  const outra = lugares.ocupar(2)
  assert.throws(() => lugares.ocupar(3), { codigo: 'sobrecarregado' })
  primeira[Symbol.dispose]()
  primeira[Symbol.dispose]()
  lugares.ocupar(1)
  assert.throws(() => lugares.ocupar(2), { codigo: 'sobrecarregado' })
  outra[Symbol.dispose]()
  assert.throws(() => lugares.ocupar(1), { codigo: 'limite_excedido' })
  lugares.ocupar(2)
})

function criarCena() {
  const diario = criarDiario()
  const pulsos = new Set<() => void>()
  const fonte: Fonte = {
    fim: async () => diario.fim,
    doPedido: async () => diario.ler(0),
    apos: async (lugar, aguardar, sinal) => {
      if (aguardar) await new Promise((pronto) => sinal.addEventListener('abort', pronto))
      return diario.ler(lugar)
    },
  }
  const acompanhamento = criarAcompanhamento(fonte, () => undefined, {
    aCada(_ms, chamar) {
      pulsos.add(chamar)
      return { [Symbol.dispose]: () => pulsos.delete(chamar) }
    },
  })
  return {
    ...{ acompanhamento, pulsos },
    acompanhar(continuaAceita: () => Promise<boolean>) {
      const saida = abrirSaidaDeTeste()
      const valeAteMs = Number.MAX_SAFE_INTEGER
      const inscricao = {
        alvo: {},
        saida,
        lugar: 0,
        valeAteMs,
        encerrada: () => false,
        continuaAceita,
      }
      return { saida, inscrito: acompanhamento.acompanhar(inscricao) }
    },
  }
}

test('quem não seria mais aceito é desligado; quem não se pode conferir fica', async () => {
  const { acompanhamento, acompanhar, pulsos } = criarCena()
  const [aceito, recusado, incerto] = [
    acompanhar(async () => true),
    acompanhar(async () => false),
    acompanhar(() => Promise.reject(new Error('o banco não respondeu'))),
  ]
  assert.equal(pulsos.size, 1, 'um só relógio para todos')
  for (const pulsar of pulsos) pulsar()
  await umaVolta()
  const fechadas = [aceito, recusado, incerto].map(({ saida }) => saida.fechada)
  assert.deepEqual(fechadas, [false, true, false])
  for (const { inscrito } of [aceito, recusado, incerto]) inscrito[Symbol.dispose]()
  assert.deepEqual([acompanhamento.abertos, pulsos.size], [0, 0])
})

test('ao encerrar, todos os fluxos acabam e nenhum outro começa', () => {
  const { acompanhamento, acompanhar } = criarCena()
  const sim = async () => true
  const { saida } = acompanhar(sim)
  acompanhamento.encerrar()
  assert.equal(saida.fechada, true)
  assert.throws(() => acompanhamento.ocupar(1), { codigo: 'encerrando' })
  assert.equal(acompanhar(sim).saida.fechada, true, 'o que já vinha a caminho')
})
