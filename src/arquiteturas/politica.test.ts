// The constants that keep retries and deadlines from multiplying along the chain.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { criarOrcamento, MARGEM_DO_SALTO_MS, PRAZO_DA_CADEIA_MS, prazoDoSalto } from './politica.ts'

test('mil falhas seguidas dão no máximo cento e dez repetições', () => {
  const orcamento = criarOrcamento()
  let repeticoes = 0
  for (let i = 0; i < 1_000; i++) {
    orcamento.gastou()
    if (orcamento.podeRepetir()) repeticoes++
  }
  assert.ok(repeticoes >= 100 && repeticoes <= 110, String(repeticoes))
})

test('a calma não acumula reserva: depois de um milhão de acertos, no máximo onze seguidas', () => {
  const orcamento = criarOrcamento()
  for (let i = 0; i < 1_000_000; i++) orcamento.gastou()
  let repeticoes = 0
  while (repeticoes < 100 && orcamento.podeRepetir()) repeticoes++
  assert.ok(repeticoes >= 1 && repeticoes <= 11, String(repeticoes))
  assert.equal(orcamento.podeRepetir(), false)
})

test('gasta a reserva, uma em dez volta a poder', () => {
  const orcamento = criarOrcamento()
  while (orcamento.podeRepetir());
  for (let i = 0; i < 9; i++) orcamento.gastou()
  assert.equal(orcamento.podeRepetir(), false)
  for (let i = 0; i < 2; i++) orcamento.gastou()
  assert.equal(orcamento.podeRepetir(), true)
})

test('um vizinho ruim não gasta o orçamento de outro', () => {
  const [um, outro] = [criarOrcamento(), criarOrcamento()]
  while (um.podeRepetir());
  assert.equal(outro.podeRepetir(), true)
})

test('sem prazo pedido vale o da cadeia', () => {
  assert.equal(prazoDoSalto(undefined), PRAZO_DA_CADEIA_MS)
})

test('cada salto tem menos prazo do que o anterior, até não ter nenhum', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  let prazo = Date.now() + 6 * MARGEM_DO_SALTO_MS
  const restantes: number[] = []
  for (let salto = 0; salto < 5; salto++) {
    const resta = prazoDoSalto(prazo)
    assert.ok(typeof resta === 'number')
    restantes.push(resta)
    prazo = Date.now() + resta
  }
  assert.deepEqual(
    restantes,
    [5, 4, 3, 2, 1].map((n) => n * MARGEM_DO_SALTO_MS),
  )
  assert.ok(prazoDoSalto(prazo) instanceof ErroDeNegocio)
})

test('prazo que já passou, ou que só dá para a margem, é prazo_esgotado', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  for (const prazo of [0, Date.now() - 1, Date.now(), Date.now() + MARGEM_DO_SALTO_MS]) {
    const resta = prazoDoSalto(prazo)
    assert.ok(resta instanceof ErroDeNegocio && resta.codigo === 'prazo_esgotado', String(prazo))
  }
  assert.equal(prazoDoSalto(Date.now() + MARGEM_DO_SALTO_MS + 1), 1)
})
