// The flow table walked on paper: every event reaches the end, every refusal is undone by exactly
// the compensations of what was done before (K3, K5).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base, compra, EVENTOS, itens, motivo, valor_centavos } from '../../testes/eventos.ts'
import { type Comando, destino, type TipoComando } from './comandos.ts'
import type { Evento, TipoEvento } from './eventos.ts'
import { compensacao, ehDeIda, fluxo, proximo, registro, statusApos } from './fluxo.ts'
import type { NomeServico } from './ids.ts'

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
  ConfirmarEntrega: 'EntregaConfirmada',
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
    const adiante = ['ConcluirPedido', 'ConfirmarEntrega', undefined]
    if (!seguinte || ehDeIda(seguinte.tipo) || adiante.includes(seguinte.tipo)) continue
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
