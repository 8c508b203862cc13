// A message is done with when its rows are committed, or when it is among the dead letters.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ate } from '../../../testes/ate.ts'
import type { Recebida } from '../../arquiteturas/kafka/inbound.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { Mudanca } from './mensagem.ts'
import { GUARDAR_MS } from './poda.ts'
import { criarRecebimento, type PartesDoRecebimento } from './recebimento.ts'

const LIMITE_MS = 5_000
const { signal } = new AbortController()
const mensagem = (valor: object): Recebida => ({
  ...{ topico: 'notificacoes', particao: 0, offset: 7n, chave: undefined },
  ...{ valor: Buffer.from(JSON.stringify(valor)), cabecalhos: new Map() },
})
const INSTANTE = '2026-01-02T03:04:05.678Z'
const BOA = mensagem({ pedido_id: 1, cliente_id: 3, status: 'enviado', instante: INSTANTE })

function comPartes(mudadas: Partial<PartesDoRecebimento>) {
  const feito: string[] = []
  const tratar = criarRecebimento({
    outbox: { receber: async () => true },
    canais: ['registro', 'smtp'],
    relogio: () => Date.parse(INSTANTE),
    enterrar: async (_mensagem, { codigo, message }) => void feito.push(`${codigo} ${message}`),
    acordar: () => void feito.push('acordou'),
    ...mudadas,
  })
  return { feito, tratar }
}

test('a mensagem só está feita quando as suas linhas estão gravadas', async () => {
  const gravada = Promise.withResolvers<boolean>()
  const pedidas: (readonly [Mudanca, readonly string[]])[] = []
  const receber = (mudanca: Mudanca, canais: readonly string[]) => {
    pedidas.push([mudanca, canais])
    return gravada.promise
  }
  const { tratar, feito } = comPartes({ outbox: { receber } })
  let feita = false
  const tratando = tratar(BOA, signal).then(() => {
    feita = true
  })
  await ate(() => pedidas.length === 1, LIMITE_MS, 'chegou ao banco')
  await new Promise((pronto) => setImmediate(pronto))
  assert.deepEqual([feita, feito], [false, []])
  gravada.resolve(true)
  await tratando
  assert.deepEqual(feito, ['acordou'])
  assert.deepEqual([pedidas[0]?.[0].pedido_id, pedidas[0]?.[1]], [1, ['registro', 'smtp']])
})

test('a repetida não acorda ninguém', async () => {
  const { tratar, feito } = comPartes({ outbox: { receber: async () => false } })
  await tratar(BOA, signal)
  assert.deepEqual(feito, [])
})

test('a que a poda já pode ter esquecido está feita, e não avisa outra vez', async () => {
  for (const [idadeMs, esperado] of [
    [GUARDAR_MS, ['acordou']],
    [GUARDAR_MS + 1, []],
  ] as const) {
    const { tratar, feito } = comPartes({ relogio: () => Date.parse(INSTANTE) + idadeMs })
    await tratar(BOA, signal)
    assert.deepEqual(feito, esperado)
  }
})

test('com o banco ocupado a mensagem espera, e não morre', async () => {
  let falhas = 2
  const receber = async () => {
    if (falhas-- > 0) throw new ErroDeNegocio('banco_ocupado')
    return true
  }
  const { tratar, feito } = comPartes({ outbox: { receber } })
  await tratar(BOA, signal)
  assert.deepEqual(feito, ['acordou'])
})

test('a malformada está feita quando está entre as mortas, com o campo', async () => {
  let falhas = 1
  const enterradas: string[] = []
  const { tratar, feito } = comPartes({
    async enterrar(_mensagem, { codigo, message }) {
      if (falhas-- > 0) throw new ErroDeNegocio('servico_indisponivel')
      enterradas.push(`${codigo} ${message.split(':')[0]}`)
    },
  })
  await tratar(mensagem({ pedido_id: 1, cliente_id: 3, status: 'perdido' }), signal)
  assert.deepEqual([enterradas, feito], [['mensagem_invalida status'], []])
})
