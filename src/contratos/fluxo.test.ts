// The flow table walked on paper: every event reaches the end, every refusal is undone by exactly
// the compensations of what was done before (K3, K5), and commands keep their natural names (K1).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Comando,
  type ComandoDe,
  causaDe,
  destino,
  METODOS,
  resumoDe,
  type TipoComando,
} from './comandos.ts'
import { comoCentavos } from './dinheiro.ts'
import type { Evento, EventoDe, TipoEvento } from './eventos.ts'
import { compensacao, ehDeIda, fluxo, proximo, registro, statusApos } from './fluxo.ts'
import {
  agora,
  comoClienteId,
  comoPedidoId,
  comoProdutoId,
  type Instante,
  type NomeServico,
} from './ids.ts'

const base = { pedido_id: comoPedidoId(1_001), chave_simulacao: 'sempre-igual' }
const motivo = 'porque'
const itens = [{ produto_id: comoProdutoId(3), quantidade: 2 }]
const valor_centavos = comoCentavos(2_000)
const compra = {
  ...base,
  cliente_id: comoClienteId(5),
  itens,
  valor_centavos,
  metodo: 'pix',
} as const
const comMotivo = { ...base, motivo }
const mudanca = { ...base, mudou: true } as const

/** One of each event, all fields filled. */
const EVENTOS: { readonly [T in TipoEvento]: EventoDe<T> } = {
  PedidoCriado: {
    ...compra,
    tipo: 'PedidoCriado',
    itens: itens.map((i) => ({ ...i, preco_unitario_centavos: comoCentavos(1_000) })),
  },
  AnaliseAprovada: { ...compra, tipo: 'AnaliseAprovada', pontuacao: 7 },
  AnaliseReprovada: { ...comMotivo, tipo: 'AnaliseReprovada', pontuacao: 100 },
  PagamentoAprovado: { ...base, tipo: 'PagamentoAprovado', valor_centavos, itens, metodo: 'pix' },
  PagamentoRejeitado: { ...comMotivo, tipo: 'PagamentoRejeitado' },
  EstoqueSeparado: {
    ...base,
    tipo: 'EstoqueSeparado',
    itens,
    valor_centavos,
    data_separacao: '2026-11-20T21:33:00.000Z' as Instante,
  },
  EstoqueInsuficiente: { ...comMotivo, tipo: 'EstoqueInsuficiente' },
  NotaEmitida: { ...base, tipo: 'NotaEmitida', numero: 9, chave_acesso: '0'.repeat(44) },
  NotaRejeitada: { ...comMotivo, tipo: 'NotaRejeitada' },
  EnvioAgendado: { ...base, tipo: 'EnvioAgendado', codigo_rastreamento: 'BR000000005BR' },
  EnvioIndisponivel: { ...comMotivo, tipo: 'EnvioIndisponivel' },
  EntregaConfirmada: { ...base, tipo: 'EntregaConfirmada' },
  CancelamentoSolicitado: { ...comMotivo, tipo: 'CancelamentoSolicitado' },
  CancelamentoRecusado: { ...comMotivo, tipo: 'CancelamentoRecusado' },
  EnvioCancelado: { ...comMotivo, tipo: 'EnvioCancelado' },
  NotaCancelada: { ...comMotivo, tipo: 'NotaCancelada' },
  EstoqueLiberado: { ...comMotivo, tipo: 'EstoqueLiberado' },
  PagamentoEstornado: { ...comMotivo, tipo: 'PagamentoEstornado' },
  StatusRegistrado: { ...mudanca, tipo: 'StatusRegistrado', status: 'em_separacao' },
  PedidoConcluido: { ...mudanca, tipo: 'PedidoConcluido', status: 'enviado' },
  PedidoCancelado: { ...mudanca, tipo: 'PedidoCancelado', status: 'cancelado', motivo },
  PedidoRecusado: { ...mudanca, tipo: 'PedidoRecusado', status: 'recusado', motivo },
}

/** The event of a command that goes well; only these continue a walk. */
const SUCESSO: Readonly<Partial<Record<TipoComando, TipoEvento>>> = {
  AnalisarPedido: 'AnaliseAprovada',
  AutorizarPagamento: 'PagamentoAprovado',
  SepararEstoque: 'EstoqueSeparado',
  EmitirNota: 'NotaEmitida',
  AgendarEnvio: 'EnvioAgendado',
  ConcluirPedido: 'PedidoConcluido',
  CancelarEnvio: 'EnvioCancelado',
  CancelarNota: 'NotaCancelada',
  LiberarEstoque: 'EstoqueLiberado',
  Estornar: 'PagamentoEstornado',
  CancelarPedido: 'PedidoCancelado',
  RecusarPedido: 'PedidoRecusado',
}
const RECUSA = {
  AnalisarPedido: 'AnaliseReprovada',
  AutorizarPagamento: 'PagamentoRejeitado',
  SepararEstoque: 'EstoqueInsuficiente',
  EmitirNota: 'NotaRejeitada',
  AgendarEnvio: 'EnvioIndisponivel',
} as const satisfies Record<keyof typeof compensacao, TipoEvento>

const IDA = Object.keys(compensacao) as (keyof typeof compensacao)[]
const todosOsEventos = Object.values(EVENTOS) as Evento[]

/** The commands that follow an event when each of them goes well. */
function caminhoDe(evento: Evento): Comando[] {
  const comandos: Comando[] = []
  let seguinte = proximo(evento)
  while (seguinte) {
    comandos.push(seguinte)
    assert.ok(comandos.length <= 12, `${evento.tipo} não chega ao fim`)
    seguinte = proximo(EVENTOS[SUCESSO[seguinte.tipo]!])
  }
  return comandos
}
const tipos = (comandos: readonly Comando[]) => comandos.map(({ tipo }) => tipo)
const copiar = <T>(valor: T): T => JSON.parse(JSON.stringify(valor)) as T

test('todo evento chega ao fim', () => {
  assert.deepEqual(Object.keys(fluxo).sort(), Object.keys(EVENTOS).sort())
  for (const evento of todosOsEventos) assert.ok(Array.isArray(caminhoDe(evento)))
})

test('da criação ao envio passa pelos cinco serviços, uma vez cada, e volta a pedidos', () => {
  const caminho = caminhoDe(EVENTOS.PedidoCriado)
  assert.deepEqual(tipos(caminho), [...IDA, 'ConcluirPedido'])
  assert.deepEqual(
    caminho.map(({ tipo }) => destino[tipo]),
    ['antifraude', 'pagamentos', 'estoque', 'fiscal', 'logistica', 'pedidos'] as NomeServico[],
  )
})

test('cada recusa desfaz exatamente o que veio antes, do último ao primeiro', () => {
  IDA.forEach((comando, i) => {
    const feitos = IDA.slice(0, i)
    const desfazer: TipoComando[] = feitos.map((c) => compensacao[c]).filter((c) => c !== null)
    const fim = comando === 'AnalisarPedido' ? 'RecusarPedido' : 'CancelarPedido'
    const caminho = caminhoDe(EVENTOS[RECUSA[comando]])
    assert.deepEqual(tipos(caminho), [...desfazer.reverse(), fim], comando)
  })
})

test('o cancelamento pedido desfaz tudo, a começar pelo árbitro logística', () => {
  const caminho = caminhoDe(EVENTOS.CancelamentoSolicitado)
  const tudo: TipoComando[] = Object.values(compensacao).filter((c) => c !== null)
  assert.deepEqual(tipos(caminho), [...tudo.reverse(), 'CancelarPedido'])
  assert.equal(destino[caminho[0]!.tipo], 'logistica')
  assert.equal(proximo(EVENTOS.CancelamentoRecusado), undefined)
})

test('cada compensação fica no outro trilho e no mesmo serviço do seu comando', () => {
  for (const comando of IDA) {
    const volta = compensacao[comando]
    assert.ok(ehDeIda(comando))
    if (volta === null) continue
    assert.ok(!ehDeIda(volta), volta)
    assert.equal(destino[volta], destino[comando])
    assert.ok(!tipos(caminhoDe(EVENTOS.PedidoCriado)).includes(volta), volta)
  }
})

test('só uma recusa ou um cancelamento leva ao trilho de volta', () => {
  for (const evento of todosOsEventos) {
    const seguinte = proximo(evento)
    if (!seguinte || ehDeIda(seguinte.tipo) || seguinte.tipo === 'ConcluirPedido') continue
    assert.ok('motivo' in evento, `${evento.tipo} → ${seguinte.tipo}`)
    assert.ok('motivo' in seguinte && seguinte.motivo === motivo, seguinte.tipo)
  }
})

test('o mesmo evento, ainda que lido do disco, dá o mesmo comando', () => {
  for (const evento of todosOsEventos) {
    const antes = copiar(evento)
    assert.deepEqual(proximo(copiar(evento)), proximo(evento))
    assert.deepEqual(copiar(proximo(evento) ?? null), copiar(proximo(antes) ?? null))
    assert.deepEqual(evento, antes, 'o evento ficou como estava')
  }
})

test('todo comando leva adiante o pedido e a chave da simulação', () => {
  for (const evento of todosOsEventos) {
    for (const comando of [proximo(evento), registro(evento)]) {
      if (comando) assert.partialDeepStrictEqual(comando, base, evento.tipo)
    }
  }
})

test('o que a antifraude recebe não leva preços, e o pagamento leva o valor do pedido', () => {
  const [analise] = caminhoDe(EVENTOS.PedidoCriado)
  assert.deepEqual(analise, { ...compra, tipo: 'AnalisarPedido' })
  const cobranca = proximo(EVENTOS.AnaliseAprovada)
  const { metodo } = compra
  const esperada = { ...base, tipo: 'AutorizarPagamento', valor_centavos, metodo, itens }
  assert.deepEqual(cobranca, esperada)
})

test('pedidos toma nota só dos passos que mudam o status', () => {
  for (const evento of todosOsEventos) {
    const { tipo } = evento
    const esperado = statusApos[tipo] && { ...base, tipo: 'Registrar', evento: tipo }
    assert.deepEqual(registro(evento), esperado)
  }
})

const UM_DE_CADA: readonly Comando[] = [
  ...new Map(
    [
      ...todosOsEventos.flatMap(caminhoDe),
      ...todosOsEventos.map(registro).filter((c) => c !== undefined),
      { ...base, tipo: 'ConfirmarEntrega' } as const,
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

// What must not compile. Each line breaks the build the day the compiler lets it pass.
const { NotaEmitida: _semEste, ...semUmEvento } = fluxo
// @ts-expect-error an event without a follow-up
export const _eventoSemSequencia: typeof fluxo = semUmEvento
const { EmitirNota: _semAquele, ...semUmComando } = destino
// @ts-expect-error a command without a destination
export const _comandoSemDestino: Record<TipoComando, NomeServico> = semUmComando
// @ts-expect-error a follow-up that is no command of ours
export const _sequenciaEstranha: (typeof fluxo)['NotaEmitida'] = () => ({ tipo: 'Nada', ...base })
// @ts-expect-error a compensation without the reason
export const _semMotivo: Comando = { tipo: 'Estornar', pedido_id: base.pedido_id }
// @ts-expect-error a plain number is no order id
export const _idCru: Comando = { tipo: 'ConcluirPedido', pedido_id: 1_001 }
