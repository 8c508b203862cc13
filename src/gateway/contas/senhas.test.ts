// Password hashes: right, wrong, bounded in number.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ErroDeNegocio } from '../../contratos/errors.ts'
import { criarSenhas, simultaneasEm } from './senhas.ts'

const senhas = criarSenhas()

test('a senha certa confere e a errada não', async () => {
  const guardada = await senhas.resumir('uma senha')
  assert.equal(await senhas.conferir('uma senha', guardada), true)
  assert.equal(await senhas.conferir('uma Senha', guardada), false)
})

test('o resumo traz o algoritmo, os parâmetros da OWASP e um sal novo a cada vez', async () => {
  const [um, outro] = await Promise.all([senhas.resumir('igual'), senhas.resumir('igual')])
  assert.match(um, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  assert.notEqual(um, outro)
})

test('a mesma palavra em outra composição Unicode é a mesma senha', async () => {
  const guardada = await senhas.resumir('coração'.normalize('NFD'))
  assert.equal(await senhas.conferir('coração'.normalize('NFC'), guardada), true)
})

test('um resumo do formato PHC de outro programa é entendido', async () => {
  // From the reference implementation: echo -n "password" | argon2 somesalt -id -t 2 -k 256 -p 1
  const deFora =
    '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'
  assert.equal(await senhas.conferir('password', deFora), true)
})

test('conta inexistente, ou sem senha, custa o mesmo trabalho e nunca confere', async () => {
  const guardada = await senhas.resumir('uma senha')
  const menorTempo = async (contra: string | null | undefined) => {
    const tempos: number[] = []
    for (let i = 0; i < 3; i++) {
      const desde = performance.now()
      await senhas.conferir('outra', contra)
      tempos.push(performance.now() - desde)
    }
    return Math.min(...tempos)
  }
  const existente = await menorTempo(guardada)
  for (const ausente of [null, undefined]) {
    assert.equal(await senhas.conferir('', ausente), false)
    const ms = await menorTempo(ausente)
    assert.ok(ms > existente / 3, `${ms} ms contra ${existente} ms`)
  }
})

test('ao mesmo tempo, no máximo a metade dos núcleos, sem tomar as quatro threads do Node', () => {
  assert.deepEqual([1, 2, 3, 4, 6, 8, 64].map(simultaneasEm), [1, 1, 1, 2, 3, 3, 3])
})

test('além da fila, a entrada é recusada como sobrecarga e as da fila terminam', async () => {
  const poucas = criarSenhas(1, 1)
  const primeiras = [poucas.resumir('a'), poucas.resumir('b')]
  await assert.rejects(poucas.resumir('c'), (erro: ErroDeNegocio) => {
    return erro.codigo === 'sobrecarregado' && erro.canRetry
  })
  assert.equal((await Promise.all(primeiras)).length, 2)
  await poucas.resumir('d')
})
