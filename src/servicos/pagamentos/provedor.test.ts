// The simulated provider: its first answer per key wins, its refund is final, its books remain.
import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { abrirServicoDeTeste, envelope, resumido } from '../../../testes/banco.ts'
import type { AutorizarPagamento, Estornar } from '../../contratos/comandos.ts'
import { comoCentavos } from '../../contratos/dinheiro.ts'
import { comoPedidoId } from '../../contratos/ids.ts'
import { criarSimulador } from '../simulacao.ts'
import { abrirProvedor } from './provedor.ts'
import { pagamentos } from './servico.ts'

const base = { pedido_id: comoPedidoId(1_001) }
const cobrar: AutorizarPagamento = {
  ...{ ...base, tipo: 'AutorizarPagamento', valor_centavos: comoCentavos(100) },
}
const estornar: Estornar = { ...base, tipo: 'Estornar', motivo: 'teste' }
const novaPasta = () => mkdtempDisposableSync(join(tmpdir(), 'quatrovias-provedor-'))
const livros = (pasta: string): unknown[] => {
  using db = new DatabaseSync(join(pasta, 'provedor.db'), { readOnly: true })
  const sql = 'select operacao, resultado, valor_centavos from lancamentos order by id'
  return db.prepare(sql).all().map(Object.values)
}

test('cobrar cem vezes ao mesmo tempo lança uma cobrança', async () => {
  using pasta = novaPasta()
  await using provedor = abrirProvedor(pasta.path, criarSimulador('pagamentos'))
  const respostas = await Promise.all(Array.from({ length: 100 }, () => provedor.cobrar(cobrar)))
  assert.ok(respostas.every((r) => r.aprovado))
  assert.deepEqual(livros(pasta.path), [['cobranca', 'aprovada', 100]])
})

test('a primeira resposta vale para sempre, também depois de reabrir', async () => {
  using pasta = novaPasta()
  const simulador = criarSimulador('pagamentos')
  {
    await using provedor = abrirProvedor(pasta.path, simulador)
    simulador.mudar({ taxa_sucesso: 0 })
    assert.equal((await provedor.cobrar(cobrar)).aprovado, false)
  }
  await using provedor = abrirProvedor(pasta.path, simulador)
  simulador.mudar({ taxa_sucesso: 1 })
  const recusa = { aprovado: false, motivo: 'recusado_pelo_provedor' }
  assert.deepEqual(await provedor.cobrar(cobrar), recusa)
})

test('estornar é definitivo: a cobrança que vem depois é recusada', async () => {
  using pasta = novaPasta()
  await using provedor = abrirProvedor(pasta.path, criarSimulador('pagamentos'))
  await provedor.estornar(estornar)
  await provedor.estornar(estornar)
  assert.deepEqual(await provedor.cobrar(cobrar), { aprovado: false, motivo: 'cancelado' })
  assert.deepEqual(livros(pasta.path), [
    ['estorno', 'estornada', null],
    ['cobranca', 'recusada', 100],
  ])
})

test('a mesma chave com outro valor é divergente e nada é lançado; os outros passam', async () => {
  using pasta = novaPasta()
  await using provedor = abrirProvedor(pasta.path, criarSimulador('pagamentos'))
  await provedor.cobrar(cobrar)
  const outro = { ...cobrar, pedido_id: comoPedidoId(1_002) }
  const [maior, alheio] = await Promise.allSettled([
    provedor.cobrar({ ...cobrar, valor_centavos: comoCentavos(101) }),
    provedor.cobrar(outro),
  ])
  assert.equal(maior?.status === 'rejected' && maior.reason.codigo, 'comando_divergente')
  assert.equal(alheio?.status, 'fulfilled')
  assert.equal(livros(pasta.path).length, 2)
})

test('pedido do histórico, em qualquer situação, nunca é cobrado', async () => {
  await using loja = await abrirServicoDeTeste(pagamentos())
  const situacoes = ['aprovado', 'rejeitado', 'pendente']
  await loja.db.transacao((tx) =>
    tx.executarCada(
      `insert into pagamentos (pedido_id, valor_centavos, status, origem)
       values ($1, 100, $2, 'historico')`,
      situacoes.map((status, i) => [i + 1, status]),
    ),
  )
  const lote = situacoes.map((_, i) => envelope({ ...cobrar, pedido_id: comoPedidoId(i + 1) }))
  const resultados = await loja.servico.handle(lote)
  assert.deepEqual(
    resultados.map(resumido),
    situacoes.map(() => 'PagamentoRejeitado'),
  )
  assert.deepEqual(livros(loja.db.diretorio), [])
})

test('cobrança repetida depois de gravada nem chega ao provedor', async () => {
  await using loja = await abrirServicoDeTeste(pagamentos())
  await loja.servico.handle([envelope(cobrar)])
  loja.simulador.mudar({ taxa_sucesso: 0, atraso_ms: [60_000, 60_000] })
  const [repetida] = await loja.servico.handle([envelope(cobrar)])
  assert.equal(repetida && resumido(repetida), 'PagamentoAprovado repetido')
})
