// What the supervisor begins once all the others are ready, and waits for no more than they do.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { supervisionar } from '../../src/infra/supervisao/supervisor.ts'
import { lerTrava } from '../../src/infra/supervisao/trava.ts'
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
    aoFalhar: ({ message }) => ditos.push(message),
  })
  await ate(() => ditos.length > 0, LIMITE_MS, 'b desistiu')
  assert.match(ditos[0] ?? '', /^b terminou com código 2/)
  assert.deepEqual(
    supervisor.processos().map(({ estado }) => estado),
    ['pronto', 'parado'],
  )
})

test('início interrompido ou falho: diz só isso, e nada mais começa', async (t) => {
  const cena = criarCena(t)
  const { diretorio } = cena
  const depois = { ...cena.filho('b', 'obediente.ts'), depois: true } as const
  const preso = cena.filho('a', 'obediente.ts', { PORTAO: cena.caminho('nenhum') })
  const parada = new AbortController()
  const iniciando = supervisionar([preso, depois], { diretorio, signal: parada.signal })
  await ate(() => lerTrava(diretorio)?.filhos.length === 1, LIMITE_MS, 'a iniciado')
  parada.abort()
  await assert.rejects(iniciando, /^Error: início interrompido \(a pedido\)$/)
  const errado = cena.filho('a', 'mal_configurado.ts', { CODIGO: '2' })
  // One more that lives on when it fails, so that the stop has somebody to wait for.
  const outro = cena.filho('c', 'obediente.ts')
  await assert.rejects(supervisionar([outro, errado, depois], { diretorio }), { exitCode: 2 })
  assert.equal(lerTrava(diretorio), undefined)
  assert.doesNotMatch(cena.ler('diario.txt'), /^b /m)
})

test('a mudança que não se pôde anotar é dita, e o processo morto volta', async (t) => {
  const cena = criarCena(t)
  const ditos: string[] = []
  await using supervisor = await supervisionar([cena.filho('a', 'obediente.ts')], {
    diretorio: cena.diretorio,
    aoMudar: ({ reinicios }) => {
      if (reinicios > 0) throw new Error('sem espaço')
    },
    aoFalhar: ({ message }) => ditos.push(message),
  })
  process.kill(supervisor.processos()[0]!.pid!, 'SIGKILL')
  const voltou = () => {
    const [a] = supervisor.processos()
    return a?.reinicios === 1 && a.estado === 'pronto'
  }
  await ate(voltou, LIMITE_MS, 'a de volta')
  assert.ok(ditos.length > 0 && ditos.every((dito) => dito === 'sem espaço'), ditos.join())
})
