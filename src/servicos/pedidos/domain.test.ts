// The order: made at the catalogue's price, its status only rises, and it ends once (K7, K12).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cenario } from '../../../testes/cenario.ts'
import type { ComMotivo, CriarPedido, Registrar } from '../../contratos/comandos.ts'
import { comoCentavos } from '../../contratos/dinheiro.ts'
import {
  type PedidoCriado,
  STATUS,
  type StatusPedido,
  type TipoEvento,
} from '../../contratos/eventos.ts'
import { statusApos } from '../../contratos/fluxo.ts'
import {
  comoClienteId,
  comoPedidoId,
  comoProdutoId,
  MAIOR_ID,
  type Substituivel,
} from '../../contratos/ids.ts'
import type { ProdutoNoCatalogo } from '../vizinhos.ts'
import { type Comandos, decide, type Estado, evolve, type Pedido, terminado } from './domain.ts'

const inicial: Estado = { proximoId: 1_001 }
const dado = cenario({ inicial, decide, evolve })
const ausentes: readonly Substituivel[] = []
const NADA = { ausentes, produtos: new Map() }
const base = { pedido_id: comoPedidoId(1_001) }
const A = comoProdutoId(1)
const mesa: ProdutoNoCatalogo = {
  ...{ id: A, nome: 'Mesa', estoque: 5, preco_centavos: comoCentavos(1_050) },
}
const catalogo = { ausentes, produtos: new Map([[A, mesa]]) }
const item = { produto_id: A, quantidade: 2 }
const cliente_id = comoClienteId(5)
const criar: CriarPedido = {
  tipo: 'CriarPedido',
  cliente_id,
  chave: 'k',
  itens: [item],
  metodo: 'pix',
}
const criado: PedidoCriado = {
  ...{ ...base, tipo: 'PedidoCriado', cliente_id, metodo: 'pix' },
  itens: [{ ...item, preco_unitario_centavos: mesa.preco_centavos }],
  valor_centavos: comoCentavos(2_100),
}
const porMotivo: ComMotivo = { ...base, motivo: 'porque' }
const registrar = (evento: TipoEvento): Registrar => ({ ...base, tipo: 'Registrar', evento })

/** An order that stands at `status`. */
const em = (status: StatusPedido, resto: Partial<Pedido> = {}) =>
  cenario({
    ...{ decide, evolve },
    inicial: { proximoId: 1_002, pedido: { status, origem: 'vivo', ...resto } } as Estado,
  })()

test('pedido nasce pendente, com o próximo número e o preço do catálogo', () => {
  const depois = dado().quando(criar, catalogo).entao(criado)
  const pedido = { status: 'pendente', origem: 'vivo', encerrado: false }
  assert.deepEqual(depois, { proximoId: 1_002, pedido })
})

test('a chave da simulação é guardada com o pedido', () => {
  const chave_simulacao = 'k'
  dado()
    .quando({ ...criar, chave_simulacao }, catalogo)
    .entao({ ...criado, chave_simulacao })
})

test('total esperado igual ao de agora passa; outro é recusado', () => {
  const com = (n: number) => ({ ...criar, total_esperado_centavos: comoCentavos(n) })
  dado().quando(com(2_100), catalogo).entao(criado)
  dado().quando(com(2_099), catalogo).falha('preco_mudou')
})

test('produto que não existe, unidades de menos e total grande demais são recusados', () => {
  const com = (troca: Partial<ProdutoNoCatalogo>) => ({
    ausentes,
    produtos: new Map([[A, { ...mesa, ...troca }]]),
  })
  dado().quando(criar, NADA).falha('produto_desconhecido')
  dado()
    .quando(criar, com({ estoque: 1 }))
    .falha('estoque_insuficiente')
  dado()
    .quando(criar, com({ estoque: 2 }))
    .entao(criado)
  const metade = comoCentavos(1_000_000_000)
  dado()
    .quando(criar, com({ preco_centavos: metade }))
    .entaoParte({ tipo: 'PedidoCriado' })
  const caro = comoCentavos(1_000_000_001)
  dado()
    .quando(criar, com({ preco_centavos: caro }))
    .falha('valor_alto_demais')
})

test('unidades de um estoque alheio não se contam: quem decide é ele', () => {
  const produtos = new Map([[A, { ...mesa, estoque: 0 }]])
  dado().quando(criar, { produtos, ausentes }).falha('estoque_insuficiente')
  dado()
    .quando(criar, { produtos, ausentes: ['estoque'] })
    .entao(criado)
})

test('acabados os números, nenhum pedido é feito', () => {
  const cheio = cenario({ decide, evolve, inicial: { proximoId: MAIOR_ID + 1 } as Estado })
  cheio()
    .quando(criar, catalogo)
    .falha(/acabaram os números/)
})

test('comando de um pedido que não existe é recusado', () => {
  const comandos: Comandos[] = [
    registrar('NotaEmitida'),
    { ...base, tipo: 'ConcluirPedido' },
    ...(['CancelarPedido', 'RecusarPedido', 'SolicitarCancelamento'] as const).map((tipo) => ({
      ...{ ...porMotivo, tipo },
    })),
  ]
  for (const comando of comandos) dado().quando(comando, NADA).falha('pedido_desconhecido')
})

test('o status sobe com cada passo registrado', () => {
  const passos = Object.entries(statusApos) as [TipoEvento, StatusPedido][]
  for (const [evento, status] of passos) {
    const esperado = { ...base, tipo: 'StatusRegistrado', status, mudou: true } as const
    const depois = dado(criado).quando(registrar(evento), NADA).entao(esperado)
    assert.equal(depois.pedido?.status, status)
  }
})

test('passo que chega atrasado é registrado sem baixar o status', () => {
  const status = 'nf_emitida'
  const esperado = { ...base, tipo: 'StatusRegistrado', status, mudou: false } as const
  const depois = em(status).quando(registrar('PagamentoAprovado'), NADA).entao(esperado)
  assert.equal(depois.pedido?.status, status)
})

test('evento que não muda o status não se registra', () => {
  dado(criado)
    .quando(registrar('EstoqueLiberado'), NADA)
    .falha(/não muda o status/)
})

test('concluir leva a enviado; outra vez, ou depois de entregue, não muda nada', () => {
  const concluir = { ...base, tipo: 'ConcluirPedido' } as const
  const fim = (status: StatusPedido, mudou: boolean) =>
    ({ ...base, tipo: 'PedidoConcluido', status, mudou }) as const
  em('nf_emitida').quando(concluir, NADA).entao(fim('enviado', true))
  em('enviado').quando(concluir, NADA).entao(fim('enviado', false))
  em('entregue').quando(concluir, NADA).entao(fim('entregue', false))
  em('cancelado')
    .quando(concluir, NADA)
    .falha(/segundo fim/)
  em('recusado')
    .quando(concluir, NADA)
    .falha(/segundo fim/)
})

test('com a logística alheia, o envio que chega depois do cancelamento não move nada', () => {
  const concluir = { ...base, tipo: 'ConcluirPedido' } as const
  const semLogistica = { ...NADA, ausentes: ['logistica'] } as const
  const nada = (status: StatusPedido) =>
    ({ ...base, tipo: 'StatusRegistrado', status, mudou: false }) as const
  const fim = (status: StatusPedido, mudou: boolean) =>
    ({ ...base, tipo: 'PedidoConcluido', status, mudou }) as const
  const cancelamento = 'servico_ausente'
  const voltando = em('nf_emitida', { cancelamento, encerrado: false })
  const depois = voltando.quando(concluir, semLogistica).entao(nada('nf_emitida'))
  assert.equal(depois.pedido?.encerrado, false, 'a volta ainda anda')
  em('cancelado').quando(concluir, semLogistica).entao(nada('cancelado'))
  em('nf_emitida').quando(concluir, semLogistica).entao(fim('enviado', true))
  em('enviado', { cancelamento }).quando(concluir, semLogistica).entao(fim('enviado', false))
  em('nf_emitida', { cancelamento }).quando(concluir, NADA).entao(fim('enviado', true))
})

test('cancelar e recusar encerram com o motivo; o primeiro dos dois absorve o outro', () => {
  const cancelar = { ...porMotivo, tipo: 'CancelarPedido' } as const
  const recusar = { ...porMotivo, tipo: 'RecusarPedido' } as const
  const cancelado = { ...porMotivo, tipo: 'PedidoCancelado', status: 'cancelado' } as const
  const recusado = { ...porMotivo, tipo: 'PedidoRecusado', status: 'recusado' } as const
  em('em_separacao')
    .quando(cancelar, NADA)
    .entao({ ...cancelado, mudou: true })
  em('pendente')
    .quando(recusar, NADA)
    .entao({ ...recusado, mudou: true })
  const antes = { motivo: 'o primeiro' }
  em('cancelado', antes)
    .quando(cancelar, NADA)
    .entao({ ...cancelado, ...antes, mudou: false })
  em('cancelado', antes)
    .quando(recusar, NADA)
    .entao({ ...cancelado, ...antes, mudou: false })
  em('recusado', antes)
    .quando(cancelar, NADA)
    .entao({ ...recusado, ...antes, mudou: false })
})

test('o que foi enviado não se desfaz: um segundo fim diferente é um defeito, dito alto', () => {
  for (const tipo of ['CancelarPedido', 'RecusarPedido'] as const) {
    em('enviado')
      .quando({ ...porMotivo, tipo }, NADA)
      .falha(/segundo fim/)
    em('entregue')
      .quando({ ...porMotivo, tipo }, NADA)
      .falha(/segundo fim/)
  }
})

test('cancelamento pedido a tempo é aceito e lembrado, sem mudar o status', () => {
  const solicitar = { ...porMotivo, tipo: 'SolicitarCancelamento' } as const
  const aceito = { ...porMotivo, tipo: 'CancelamentoSolicitado' } as const
  const depois = em('em_separacao').quando(solicitar, NADA).entao(aceito)
  assert.deepEqual([depois.pedido?.status, depois.pedido?.cancelamento], ['em_separacao', 'porque'])
})

test('cancelamento do que terminou é recusado, com o motivo certo', () => {
  const solicitar = { ...porMotivo, tipo: 'SolicitarCancelamento' } as const
  const recusa = (motivo: string) => ({ ...base, tipo: 'CancelamentoRecusado', motivo }) as const
  em('enviado').quando(solicitar, NADA).entao(recusa('pedido_ja_enviado'))
  em('entregue').quando(solicitar, NADA).entao(recusa('pedido_ja_enviado'))
  em('cancelado').quando(solicitar, NADA).entao(recusa('pedido_encerrado'))
  em('recusado').quando(solicitar, NADA).entao(recusa('pedido_encerrado'))
  const historico = em('pendente', { origem: 'historico' })
  historico.quando(solicitar, NADA).entao(recusa('pedido_encerrado'))
})

const comandosDePedido: readonly Comandos[] = [
  ...(Object.keys(statusApos) as TipoEvento[]).map(registrar),
  { ...base, tipo: 'ConcluirPedido' },
  { ...porMotivo, tipo: 'CancelarPedido' },
  { ...porMotivo, tipo: 'RecusarPedido' },
  { ...porMotivo, tipo: 'SolicitarCancelamento' },
]
const ORDEM: readonly StatusPedido[] = STATUS.slice(0, 6)

test('em qualquer ordem de comandos o status só sobe e um fim desfeito não muda mais', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...comandosDePedido)), (comandos) => {
      let estado = evolve(inicial, criado)
      for (const comando of comandos) {
        const antes = estado.pedido!.status
        estado = tentar(estado, comando)
        const depois = estado.pedido!.status
        if (depois === antes) continue
        assert.ok(antes !== 'cancelado' && antes !== 'recusado', `${antes} → ${depois}`)
        const subiu = ORDEM.indexOf(depois) > ORDEM.indexOf(antes)
        assert.ok(subiu || !terminado(antes), `${antes} → ${depois}`)
      }
    }),
  )
})

/** A second, different end is an assertion and changes nothing. */
function tentar(estado: Estado, comando: Comandos): Estado {
  try {
    return evolve(estado, decide(estado, { comando, preparo: NADA }))
  } catch (erro) {
    assert.match(String(erro), /segundo fim/)
    return estado
  }
}
