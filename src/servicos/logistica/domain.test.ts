// The single arbiter (K7): of a shipment and a cancellation, the one decided first stands.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cenario } from '../../../testes/cenario.ts'
import type { AgendarEnvio, CancelarEnvio, ConfirmarEntrega } from '../../contratos/comandos.ts'
import type {
  CancelamentoRecusado,
  EntregaConfirmada,
  EnvioAgendado,
  EnvioCancelado,
  EnvioIndisponivel,
} from '../../contratos/eventos.ts'
import { comoPedidoId, MAIOR_ID } from '../../contratos/ids.ts'
import { rastreamentoValido } from '../../contratos/rastreamento.ts'
import { decide, type Estado, evolve } from './domain.ts'

const dado = cenario({ inicial: 'nenhum' as Estado, decide, evolve })
const base = { pedido_id: comoPedidoId(1_001) }
const agendar: AgendarEnvio = { ...base, tipo: 'AgendarEnvio', nota: 9 }
const cancelar: CancelarEnvio = { ...base, tipo: 'CancelarEnvio', motivo: 'pedido_do_cliente' }
const entregar: ConfirmarEntrega = { ...base, tipo: 'ConfirmarEntrega' }
const agendado: EnvioAgendado = {
  ...{ ...base, tipo: 'EnvioAgendado', codigo_rastreamento: 'BR500010012BR' },
}
const indisponivel = (motivo: string): EnvioIndisponivel => ({
  ...{ ...base, tipo: 'EnvioIndisponivel', motivo },
})
const cancelado: EnvioCancelado = { ...base, tipo: 'EnvioCancelado', motivo: 'pedido_do_cliente' }
const recusado: CancelamentoRecusado = {
  ...{ ...base, tipo: 'CancelamentoRecusado', motivo: 'pedido_ja_enviado' },
}
const entregue: EntregaConfirmada = { ...base, tipo: 'EntregaConfirmada' }
const SIM = { sucesso: true }
const NAO = { sucesso: false }

test('envio agendado leva um código de rastreamento válido', () => {
  const evento = decide('nenhum', { comando: agendar, preparo: SIM })
  assert.ok(evento.tipo === 'EnvioAgendado' && rastreamentoValido(evento.codigo_rastreamento))
  assert.equal(evolve('nenhum', evento), 'enviado')
})

test('o maior número de pedido também tem código', () => {
  const comando = { ...agendar, pedido_id: comoPedidoId(MAIOR_ID) }
  const evento = decide('nenhum', { comando, preparo: SIM })
  assert.ok(evento.tipo === 'EnvioAgendado' && rastreamentoValido(evento.codigo_rastreamento))
})

test('sem transportadora o envio é indisponível', () => {
  const depois = dado().quando(agendar, NAO).entao(indisponivel('sem_transportadora'))
  assert.equal(depois, 'indisponivel')
})

test('cancelado primeiro: o envio que vem depois é recusado', () => {
  assert.equal(dado().quando(cancelar, SIM).entao(cancelado), 'cancelado')
  const depois = dado(cancelado).quando(agendar, SIM).entao(indisponivel('cancelado'))
  assert.equal(depois, 'cancelado')
})

test('agendado primeiro: o cancelamento é recusado e o envio fica', () => {
  assert.equal(dado(agendado).quando(cancelar, SIM).entao(recusado), 'enviado')
  assert.equal(dado(agendado, entregue).quando(cancelar, SIM).entao(recusado), 'entregue')
})

test('cancelar de novo, ou o que ficou indisponível, vale e não muda nada', () => {
  assert.equal(dado(cancelado).quando(cancelar, SIM).entao(cancelado), 'cancelado')
  const semEnvio = dado(indisponivel('sem_transportadora'))
  assert.equal(semEnvio.quando(cancelar, SIM).entao(cancelado), 'indisponivel')
})

test('envio de antes que ainda espera pode ser cancelado, e não é agendado outra vez', () => {
  const historico = cenario({ inicial: 'aguardando_envio' as Estado, decide, evolve })
  assert.equal(historico().quando(cancelar, SIM).entao(cancelado), 'cancelado')
  const ja = indisponivel('pedido_ja_processado')
  assert.equal(historico().quando(agendar, SIM).entao(ja), 'aguardando_envio')
})

test('só o que foi enviado é entregue, e pode ser dito outra vez', () => {
  assert.equal(dado(agendado).quando(entregar, SIM).entao(entregue), 'entregue')
  assert.equal(dado(agendado, entregue).quando(entregar, SIM).entao(entregue), 'entregue')
  for (const dados of [[], [cancelado], [indisponivel('x')]]) {
    dado(...dados)
      .quando(entregar, SIM)
      .falha('envio_nao_agendado')
  }
})

test('a chave da simulação segue em todas as respostas', () => {
  const parte = { chave_simulacao: 'k' }
  dado()
    .quando({ ...agendar, ...parte }, SIM)
    .entaoParte({ tipo: 'EnvioAgendado', ...parte })
  dado()
    .quando({ ...agendar, ...parte }, NAO)
    .entaoParte({ tipo: 'EnvioIndisponivel', ...parte })
  dado()
    .quando({ ...cancelar, ...parte }, SIM)
    .entaoParte({ tipo: 'EnvioCancelado', ...parte })
})
