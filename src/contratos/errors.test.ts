// The catalogue of errors keeps its own rules.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CodigoDeErro, comoErro, ERROS, ErroDeNegocio, ehCodigo } from './errors.ts'

const CODIGOS = Object.keys(ERROS) as CodigoDeErro[]

test('todo código é uma palavra estável e todo título é uma frase', () => {
  for (const codigo of CODIGOS) {
    const { titulo, status } = ERROS[codigo]
    assert.match(codigo, /^[a-z]+(_[a-z]+)*$/)
    assert.match(titulo, /^\p{Lu}.*[^.]\.$/u, codigo)
    assert.ok(titulo.length <= 80, codigo)
    assert.ok(status >= 400 && status < 600, codigo)
  }
  assert.equal(new Set(CODIGOS.map((c) => ERROS[c].titulo)).size, CODIGOS.length)
})

/** The two of the public API that ask the client to come back, and say when. */
const VOLTE_DEPOIS: readonly CodigoDeErro[] = ['chave_em_uso', 'limite_excedido']

test('o que é passageiro é 503 ou 504, ou pede para voltar; o resto nunca é repetido', () => {
  for (const codigo of CODIGOS) {
    const { canRetry, status } = ERROS[codigo]
    const passa = status === 503 || status === 504 || VOLTE_DEPOIS.includes(codigo)
    if (canRetry) assert.ok(passa, codigo)
    if (status < 500) assert.equal(canRetry, VOLTE_DEPOIS.includes(codigo), codigo)
  }
})

test('o erro diz o que o catálogo diz, salvo um detalhe melhor', () => {
  for (const codigo of CODIGOS) {
    const erro = new ErroDeNegocio(codigo)
    const { status, canRetry, titulo } = ERROS[codigo]
    assert.deepEqual([erro.status, erro.canRetry, erro.message], [status, canRetry, titulo])
    assert.deepEqual([erro.campo, erro.repassado, erro.cause], [undefined, false, undefined])
  }
  const causa = new Error('dentro')
  const detalhes = { campo: 'itens.0', causa, repassado: true }
  const erro = new ErroDeNegocio('campo_invalido', 'A quantidade é alta demais.', detalhes)
  assert.equal(erro.message, 'A quantidade é alta demais.')
  assert.deepEqual([erro.campo, erro.cause, erro.repassado], ['itens.0', causa, true])
})

test('o imprevisto vira defeito e guarda a causa; o previsto passa como veio', () => {
  const previsto = new ErroDeNegocio('sobrecarregado')
  assert.equal(comoErro(previsto), previsto)
  for (const lancado of [new TypeError('x'), 'texto', undefined, null, 7]) {
    const erro = comoErro(lancado)
    assert.deepEqual([erro.codigo, erro.cause, erro.canRetry], ['defeito', lancado, false])
    assert.equal(erro.message, ERROS.defeito.titulo, 'o que houve por dentro não é contado fora')
  }
})

test('só os códigos do catálogo são códigos', () => {
  for (const codigo of CODIGOS) assert.ok(ehCodigo(codigo))
  for (const outro of ['', 'toString', '__proto__', 'constructor', 404, null, undefined, {}]) {
    assert.equal(ehCodigo(outro), false, String(outro))
  }
})
