// One purchase, a hundred impatient repeats, and the gateway or pedidos killed in the middle of it:
// one order, whatever happens.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { abrirBancada, type Bancada } from '../../src/laboratorio/bancada.ts'
import { ate } from '../ate.ts'

const REPETICOES = 100
const LIMITE_MS = 30_000
const COMPRA = JSON.stringify({ itens: [{ produto_id: 1, quantidade: 1 }], metodo: 'pix' })

interface Feito {
  readonly status: number
  readonly id: number
}

async function entrar({ gateway, diretorio }: Bancada): Promise<string> {
  const { cliente } = JSON.parse(readFileSync(join(diretorio, 'credenciais.json'), 'utf8'))
  const resposta = await fetch(`${gateway}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(cliente),
  })
  return ((await resposta.json()) as { token: string }).token
}

/** Repeats like a client that wants its answer: what says "come back" is asked again. */
async function comprar({ gateway }: Bancada, token: string, chave: string): Promise<Feito> {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    'idempotency-key': chave,
  }
  const tentar = async (): Promise<Feito | undefined> => {
    const opcoes = { method: 'POST', headers, body: COMPRA }
    const resposta = await fetch(`${gateway}/pedidos`, opcoes).catch(() => undefined)
    if (!resposta || resposta.status === 409 || resposta.status >= 500) return undefined
    const { id } = (await resposta.json()) as { id: number }
    return { status: resposta.status, id }
  }
  return ate(tentar, LIMITE_MS, 'resposta do pedido')
}

const numeros = async ({ enderecos }: Bancada): Promise<number[]> => {
  const resposta = await fetch(`${enderecos.pedidos}/pedidos`)
  const todos = (await resposta.json()) as { id: number; origem: string }[]
  return todos.filter(({ origem }) => origem === 'vivo').map(({ id }) => id)
}

for (const vitima of ['gateway', 'pedidos'] as const) {
  test(`kill -9 de ${vitima} no meio de cem repetições: um pedido`, async () => {
    await using bancada = await abrirBancada({ gateway: true, produtos: 5, unidades: 50 })
    const token = await entrar(bancada)
    const devagar = JSON.stringify({ atraso_ms: [400, 400] })
    await fetch(`${bancada.enderecos.fiscal}/interno/simulacao`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: devagar,
    })
    const feitos = Array.from({ length: REPETICOES }, () => comprar(bancada, token, 'a-mesma'))
    await ate(async () => (await numeros(bancada)).length > 0, LIMITE_MS, 'pedido gravado')
    process.kill(bancada.pid(vitima) ?? assert.fail('já não vive'), 'SIGKILL')

    const respostas = await Promise.all(feitos)
    const [id] = await numeros(bancada)
    for (const { id: dito, status } of respostas) {
      assert.equal(dito, id)
      assert.ok(status === 200 || status === 201)
    }
    assert.deepEqual(await numeros(bancada), [id], 'um só pedido')
    assert.ok(bancada.reinicios(vitima) >= 1)
    const { totalDeProblemas, problemas } = await bancada.conferir()
    assert.equal(totalDeProblemas, 0, JSON.stringify(problemas))
  })
}
