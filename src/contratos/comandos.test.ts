// Commands keep their natural names (K1), and a repeat is told from another content by its digest.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { base, comMotivo, EVENTOS, itens, valor_centavos } from '../../testes/eventos.ts'
import { type Comando, type ComandoDe, causaDe, destino, METODOS, resumoDe } from './comandos.ts'
import { comoCentavos } from './dinheiro.ts'
import type { Evento } from './eventos.ts'
import { proximo, registro } from './fluxo.ts'
import { agora, comoClienteId, comoPedidoId, comoProdutoId } from './ids.ts'

const todosOsEventos = Object.values(EVENTOS) as Evento[]
const copiar = <T>(valor: T): T => JSON.parse(JSON.stringify(valor)) as T

const UM_DE_CADA: readonly Comando[] = [
  ...new Map(
    [
      ...todosOsEventos.flatMap((e) => [proximo(e), registro(e)]).filter((c) => c !== undefined),
      { ...base, tipo: 'SolicitarEntrega' } as const,
      { ...comMotivo, tipo: 'SolicitarCancelamento' } as const,
    ].map((comando) => [causaDe(comando), comando] as const),
  ).values(),
]
const CRIAR: ComandoDe<'CriarPedido'> = {
  ...{ tipo: 'CriarPedido', cliente_id: comoClienteId(5), chave: 'k-1', itens, metodo: 'pix' },
}

test('o nome de um comando é o pedido e o que se faz', () => {
  const nomes = UM_DE_CADA.map(causaDe)
  const esperados = UM_DE_CADA.map((c) =>
    c.tipo === 'Registrar' ? `1001/Registrar/${c.evento}` : `1001/${c.tipo}`,
  )
  assert.deepEqual(nomes, esperados)
  const semRegistro = UM_DE_CADA.filter((c) => c.tipo !== 'Registrar')
  const todosOsTipos = new Set([...semRegistro.map((c) => c.tipo), 'CriarPedido', 'Registrar'])
  assert.deepEqual([...todosOsTipos].sort(), Object.keys(destino).sort())
})

test('o nome não depende do conteúdo, da hora nem de quando se pergunta', () => {
  for (const comando of UM_DE_CADA) {
    const nome = causaDe(comando)
    assert.equal(causaDe(copiar(comando)), nome)
    assert.equal(causaDe({ ...comando, motivo: agora(), chave_simulacao: 'x' } as Comando), nome)
  }
})

test('dois pedidos, ou dois passos de um pedido, nunca têm o mesmo nome', () => {
  const comando = fc.constantFrom(...UM_DE_CADA)
  const pedido = fc.integer({ min: 1, max: 2_147_483_647 }).map(comoPedidoId)
  fc.assert(
    fc.property(comando, pedido, comando, pedido, (a, p, b, q) => {
      const um = causaDe({ ...a, pedido_id: p } as Comando)
      const outro = causaDe({ ...b, pedido_id: q } as Comando)
      return (um === outro) === (p === q && causaDe(a) === causaDe(b))
    }),
  )
})

test('a chave do cliente vale só para ele, e não se confunde com a de outro', () => {
  assert.equal(causaDe(CRIAR), 'cliente/5/k-1')
  const cliente = fc.integer({ min: 1, max: 2_147_483_647 }).map(comoClienteId)
  const chave = fc.oneof(fc.string(), fc.constantFrom('1/1', '/', '5/k', '1'))
  fc.assert(
    fc.property(cliente, chave, cliente, chave, (c, k, d, l) => {
      const um = causaDe({ ...CRIAR, cliente_id: c, chave: k })
      const outro = causaDe({ ...CRIAR, cliente_id: d, chave: l })
      return (um === outro) === (c === d && k === l)
    }),
  )
})

test('o nome de um novo pedido não se confunde com o de um passo', () => {
  for (const comando of UM_DE_CADA) assert.notEqual(causaDe(comando).split('/')[0], 'cliente')
})

const cesta = fc.uniqueArray(
  fc.record({
    produto_id: fc.integer({ min: 1, max: 50 }).map(comoProdutoId),
    quantidade: fc.integer({ min: 1, max: 9 }),
  }),
  { minLength: 1, maxLength: 6, selector: (i) => i.produto_id },
)

test('a ordem dos itens não muda o resumo; outra quantidade muda', () => {
  fc.assert(
    fc.property(cesta, fc.nat(), (cesta, n) => {
      const outra = [...cesta.slice(n % cesta.length), ...cesta.slice(0, n % cesta.length)]
      const mais = cesta.map((i, j) => (j === 0 ? { ...i, quantidade: i.quantidade + 1 } : i))
      for (const comando of [CRIAR, { ...base, tipo: 'SepararEstoque' } as const]) {
        const resumo = resumoDe({ ...comando, itens: cesta })
        assert.equal(resumoDe({ ...comando, itens: outra }), resumo)
        assert.notEqual(resumoDe({ ...comando, itens: mais }), resumo)
      }
    }),
  )
})

test('outro valor, outro método ou outro total esperado muda o resumo', () => {
  const cobranca = { ...base, tipo: 'AutorizarPagamento', valor_centavos } as const
  const resumos = [
    resumoDe(cobranca),
    resumoDe({ ...cobranca, valor_centavos: comoCentavos(2_001) }),
    ...METODOS.map((metodo) => resumoDe({ ...CRIAR, metodo })),
    resumoDe({ ...CRIAR, total_esperado_centavos: valor_centavos }),
  ]
  assert.equal(new Set(resumos).size, resumos.length)
  assert.equal(resumoDe({ ...cobranca, metodo: 'boleto', itens }), resumos[0])
})

test('compensações e passos de status não têm resumo: valem como vierem', () => {
  for (const comando of UM_DE_CADA) {
    const temResumo = comando.tipo === 'AutorizarPagamento' || comando.tipo === 'SepararEstoque'
    assert.equal(resumoDe(comando) !== '', temResumo, comando.tipo)
  }
  assert.equal(resumoDe({ ...base, tipo: 'SepararEstoque' }), '')
})
