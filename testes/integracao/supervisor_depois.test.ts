// What the supervisor begins once all the others are ready, and waits for no more than they do.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { supervisionar } from '../../src/infra/supervisao/supervisor.ts'
import { ate } from '../ate.ts'
import { criarCena } from './filhos/cena.ts'

const LIMITE_MS = 10_000

test('o que é para depois começa com os outros prontos, não é esperado e para antes', async (t) => {
  const cena = criarCena(t)
  const mudancas: string[] = []
  const portao = cena.caminho('portao')
  const assinante = {
    ...cena.filho('b', 'obediente.ts', { PORTAO: portao }),
    depois: true,
  } as const
  const supervisor = await supervisionar([cena.filho('a', 'obediente.ts'), assinante], {
    diretorio: cena.diretorio,
    aoMudar: ({ nome, estado }) => mudancas.push(`${nome} ${estado}`),
  })
  assert.deepEqual(mudancas.slice(0, 2), ['a iniciando', 'a pronto'])
  assert.equal(supervisor.processos()[1]?.estado, 'iniciando')
  writeFileSync(portao, '')
  await ate(() => supervisor.processos()[1]?.estado === 'pronto', LIMITE_MS, 'b pronto')
  await supervisor[Symbol.asyncDispose]()
  assert.equal(cena.ler('diario.txt'), 'b parando\nb parou\na parando\na parou\n')
})

test('o que é para depois e não pode começar é dito, e os outros vivem', async (t) => {
  const cena = criarCena(t)
  const ditos: string[] = []
  const assinante = {
    ...cena.filho('b', 'mal_configurado.ts', { CODIGO: '2' }),
    depois: true,
  } as const
  await using supervisor = await supervisionar([cena.filho('a', 'obediente.ts'), assinante], {
    diretorio: cena.diretorio,
    aoNaoComecar: ({ message }) => ditos.push(message),
  })
  await ate(() => ditos.length > 0, LIMITE_MS, 'b desistiu')
  assert.match(ditos[0] ?? '', /^b terminou com código 2/)
  assert.deepEqual(
    supervisor.processos().map(({ estado }) => estado),
    ['pronto', 'parado'],
  )
})
