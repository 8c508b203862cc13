// The nota takes the next number of the series, with a valid key; refusals and cancellations take
// none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cenario, INSTANTE } from '../../../testes/cenario.ts'
import { chaveValida } from '../../contratos/chave_acesso.ts'
import type { CancelarNota, EmitirNota } from '../../contratos/comandos.ts'
import { comoCentavos } from '../../contratos/dinheiro.ts'
import type { NotaCancelada, NotaEmitida, NotaRejeitada } from '../../contratos/eventos.ts'
import { comoPedidoId } from '../../contratos/ids.ts'
import { decide, type Estado, evolve } from './domain.ts'

const inicial: Estado = { situacao: 'nenhuma', proximoNumero: 41 }
const dado = cenario({ inicial, decide, evolve })
const base = { pedido_id: comoPedidoId(1_001) }
const emitir: EmitirNota = { ...base, tipo: 'EmitirNota' }
const cancelar: CancelarNota = { ...base, tipo: 'CancelarNota', motivo: 'sem_transportadora' }
const cancelada: NotaCancelada = { ...base, tipo: 'NotaCancelada', motivo: 'sem_transportadora' }
const rejeitada = (motivo: string): NotaRejeitada => ({ ...base, tipo: 'NotaRejeitada', motivo })
const preparo = { valor: comoCentavos(1), sucesso: true, codigo: 12_345_670 }
const FALHA = { ...preparo, sucesso: false }

const emitida: NotaEmitida = {
  ...{ ...base, tipo: 'NotaEmitida', numero: 41 },
  // 35 + 2611 + CNPJ + 55 + 001 + 000000041 + 1 + 12345670, sum 622, remainder 6: digit 5.
  chave_acesso: '35261112345678000195550010000000411123456705',
}

test('a nota leva o próximo número e uma chave com as suas partes', () => {
  const depois = dado().quando(emitir, preparo).entao(emitida)
  assert.deepEqual(depois, { situacao: 'emitida', proximoNumero: 42 })
})

test('a chave é válida e traz mês, CNPJ, série, número e código', () => {
  const numeros = fc.integer({ min: 1, max: 999_999_999 })
  const codigos = fc.integer({ min: 0, max: 99_999_999 })
  fc.assert(
    fc.property(numeros, codigos, (numero, codigo) => {
      const estado: Estado = { situacao: 'nenhuma', proximoNumero: numero }
      const pronto = { comando: emitir, instante: INSTANTE, preparo: { ...preparo, codigo } }
      const evento = decide(estado, pronto)
      assert.ok(evento.tipo === 'NotaEmitida' && chaveValida(evento.chave_acesso))
      assert.equal(evento.chave_acesso.slice(0, 25), '3526111234567800019555001')
      assert.equal(Number(evento.chave_acesso.slice(25, 34)), numero)
      assert.equal(Number(evento.chave_acesso.slice(35, 43)), codigo)
    }),
  )
})

test('emissão que falha é rejeitada e não gasta número', () => {
  const depois = dado().quando(emitir, FALHA).entao(rejeitada('falha_na_emissao'))
  assert.deepEqual(depois, { situacao: 'rejeitada', proximoNumero: 41 })
})

test('pedido com nota de antes não ganha outra nem perde a que tem', () => {
  const depois = dado(emitida).quando(emitir, preparo).entao(rejeitada('pedido_ja_processado'))
  assert.deepEqual(depois, { situacao: 'emitida', proximoNumero: 42 })
})

test('nota cancelada guarda o seu número: o seguinte é outro', () => {
  const depois = dado(emitida).quando(cancelar, preparo).entao(cancelada)
  assert.deepEqual(depois, { situacao: 'cancelada', proximoNumero: 42 })
})

test('cancelamento que chega antes deixa lápide: a emissão que vem depois é recusada', () => {
  const lapide = dado().quando(cancelar, preparo).entao(cancelada)
  assert.deepEqual(lapide, { situacao: 'impedida', proximoNumero: 41 })
  const depois = dado(cancelada).quando(emitir, preparo).entao(rejeitada('cancelado'))
  assert.deepEqual(depois, lapide, 'sem gastar número')
})

test('emitir depois de cancelada é recusado', () => {
  dado(emitida, cancelada).quando(emitir, preparo).entao(rejeitada('cancelado'))
})

test('cancelar vale em qualquer estado, e o que foi rejeitado continua rejeitado', () => {
  for (const dados of [[], [emitida], [emitida, cancelada], [cancelada]]) {
    dado(...dados)
      .quando(cancelar, preparo)
      .entao(cancelada)
  }
  const depois = dado(rejeitada('falha_na_emissao')).quando(cancelar, preparo).entao(cancelada)
  assert.equal(depois.situacao, 'rejeitada')
})

test('a chave da simulação segue em todas as respostas', () => {
  const chave_simulacao = 'k'
  const parte = { chave_simulacao }
  dado()
    .quando({ ...emitir, ...parte }, preparo)
    .entaoParte({ tipo: 'NotaEmitida', ...parte })
  dado()
    .quando({ ...emitir, ...parte }, FALHA)
    .entaoParte({ tipo: 'NotaRejeitada', ...parte })
  dado()
    .quando({ ...cancelar, ...parte }, preparo)
    .entaoParte({ tipo: 'NotaCancelada', ...parte })
})
