// From a message to its end, over a table and a topic in memory.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import type { Recebida } from '../../arquiteturas/kafka/inbound.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { Venda } from './domain.ts'
import { type Achado, criarLotes } from './lotes.ts'
import { criarMedidas } from './medidas.ts'
import { criarTratar } from './tratar.ts'

const LONGA_MS = 60_000

function abrir({ lote = 1, falhas = 0 } = {}) {
  const linhas = new Map([[7, '70']])
  const mortas: string[] = []
  const gravar = async (vendas: readonly Venda[]) => {
    const achados = new Map<number, Achado>()
    for (const { numero, total } of vendas) {
      const havia = linhas.get(numero)
      if (havia === undefined) linhas.set(numero, total)
      else achados.set(numero, { situacao: 'havia', total: havia })
    }
    return achados
  }
  const enterrar = async (_: Recebida, { codigo, message }: ErroDeNegocio) => {
    if (falhas-- > 0) throw new ErroDeNegocio('servico_indisponivel')
    mortas.push(`${codigo}: ${message}`)
  }
  const medidas = criarMedidas(new Registry(), () => false)
  const lotes = criarLotes({ lote, esperaMs: LONGA_MS, trabalhadores: 2, gravar })
  return { linhas, mortas, medidas, tratar: criarTratar({ enterrar }, lotes, medidas) }
}

let offset = 0n
const mensagem = (valor: string | Buffer | undefined): Recebida => ({
  ...{ topico: 'vendas', particao: 0, offset: offset++, gravadaMs: 1, chave: undefined },
  ...{ valor: valor === undefined ? undefined : Buffer.from(valor), cabecalhos: new Map() },
})
const venda = (numero: number, preco = 10) =>
  mensagem(
    JSON.stringify({
      order_number: numero,
      items: [{ product: 'x', quantity: 1, unit_price: preco }],
    }),
  )

test('encerrar grava o lote que ainda juntava', async () => {
  const { tratar, linhas, medidas } = abrir({ lote: 100 })
  const fim = new AbortController()
  const tratando = [venda(1), venda(2)].map((uma) => tratar(uma, fim.signal))
  assert.deepEqual([...linhas.keys()], [7])
  fim.abort()
  await Promise.all(tratando)
  assert.deepEqual([...linhas.keys()], [7, 1, 2])
  assert.equal(medidas.contagem.gravadas, 2)
})

test('o outro total morre com os dois, e o que estava gravado fica', async () => {
  const { tratar, linhas, mortas, medidas } = abrir()
  const { signal } = new AbortController()
  await tratar(venda(7, 70), signal)
  await tratar(venda(7, 71), signal)
  const dito = 'conflito_de_total: order_number 7: esta diz 71, e está gravado 70'
  assert.deepEqual([mortas, linhas.get(7)], [[dito], '70'])
  const { repetidas, mortas: quantas } = medidas.contagem
  assert.deepEqual([repetidas, quantas], [1, 1])
})

test('a morta é escrita uma vez, por mais que se releia, e só então está feita', async () => {
  const { tratar, mortas } = abrir({ falhas: 2 })
  const { signal } = new AbortController()
  const ruim = mensagem('{')
  await Promise.all([tratar(ruim, signal), tratar(ruim, signal)])
  await tratar(ruim, signal)
  assert.deepEqual(mortas, ['mensagem_invalida: o valor não é JSON'])
  await tratar({ ...ruim, gravadaMs: 2 }, signal)
  assert.equal(mortas.length, 2, 'de um tópico que recomeçou')
})

test('sem valor, ou fora de UTF-8, é inválida e diz o porquê', async () => {
  const { tratar, mortas } = abrir()
  const { signal } = new AbortController()
  await tratar(mensagem(undefined), signal)
  await tratar(mensagem(Buffer.from([0x7b, 0xff, 0x7d])), signal)
  assert.deepEqual(mortas, [
    'mensagem_invalida: a mensagem não tem valor',
    'mensagem_invalida: o valor não está em UTF-8',
  ])
})
