// How an order walks (K8, K5): hops nest forward and only when asked; the root does the rest.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  BASE,
  type Cadeia,
  CONTEXTO,
  CRIADO,
  criarCadeia,
  IDA,
  passageira,
  RECUSAS,
  type Roteiro,
  servicoDe,
  tiposDe,
} from '../../testes/cadeia.ts'
import type { Comando, TipoComando } from '../contratos/comandos.ts'
import { comoCentavos } from '../contratos/dinheiro.ts'
import { envelopar } from '../contratos/envelope.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { Evento } from '../contratos/eventos.ts'
import { compensacao, registro } from '../contratos/fluxo.ts'
import { type NomeServico, SERVICOS } from '../contratos/ids.ts'
import type { Enviar, Trilha } from './arquitetura.ts'
import { percorrer } from './percurso.ts'

const FELIZ = [
  'AnaliseAprovada',
  'PagamentoAprovado',
  'EstoqueSeparado',
  'NotaEmitida',
  'EnvioAgendado',
  'PedidoConcluido',
]
const COBRAR: Comando = {
  ...{ ...BASE, tipo: 'AutorizarPagamento', valor_centavos: comoCentavos(100) },
}
const saltar = ({ portas }: Cadeia, comando: Comando, seguir: boolean): Promise<Trilha> =>
  portas.get(servicoDe(comando.tipo))!(envelopar(comando, CONTEXTO), seguir)
const andar = ({ servico, enviar }: Cadeia, inicial: Evento = CRIADO) =>
  percorrer(servico, enviar, inicial, CONTEXTO)
const semRegistros = ({ decididos }: Cadeia) => decididos.filter((d) => !d.startsWith('Registrar'))

test('sem seguir, o salto decide o seu comando e não chama ninguém', async () => {
  const cadeia = criarCadeia()
  assert.deepEqual(tiposDe(await saltar(cadeia, COBRAR, false)), ['PagamentoAprovado'])
  assert.deepEqual(cadeia.decididos, ['AutorizarPagamento'])
})

test('com seguir, chama para a frente até o envio e responde tudo em ordem', async () => {
  const cadeia = criarCadeia()
  const trilha = await saltar(cadeia, COBRAR, true)
  assert.deepEqual(tiposDe(trilha), FELIZ.slice(1, 5))
  assert.equal(trilha.falha, undefined)
  assert.ok(!cadeia.decididos.includes('ConcluirPedido'), 'a volta a pedidos é da raiz')
})

test('nenhum salto desfaz: recusado, responde até a recusa e para', async () => {
  for (const recusa of IDA.slice(1)) {
    const cadeia = criarCadeia({ recusa })
    const trilha = await saltar(cadeia, COBRAR, true)
    assert.equal(tiposDe(trilha).at(-1), RECUSAS[recusa])
    assert.deepEqual(cadeia.decididos, IDA.slice(1, IDA.indexOf(recusa) + 1))
  }
})

test('compensação recebida com seguir não chama a seguinte', async () => {
  const cadeia = criarCadeia()
  for (const tipo of ['CancelarEnvio', 'CancelarNota', 'LiberarEstoque', 'Estornar'] as const) {
    const trilha = await saltar(cadeia, { ...BASE, tipo, motivo: 'teste' }, true)
    assert.equal(trilha.passos.length, 1, tipo)
  }
})

test('falha de mais adiante vem marcada como repassada, com o que já foi feito', async () => {
  const cadeia = criarCadeia({ falhas: { EmitirNota: passageira() } })
  const trilha = await saltar(cadeia, COBRAR, true)
  assert.deepEqual(tiposDe(trilha), ['PagamentoAprovado', 'EstoqueSeparado'])
  const { falha } = trilha
  assert.ok(falha)
  assert.deepEqual([falha.codigo, falha.repassado], ['servico_indisponivel', true])
  const propria = await saltar(cadeia, { ...BASE, tipo: 'EmitirNota' }, true)
  assert.equal(propria.falha?.repassado, false, 'a própria não')
})

test('comando repetido continua exatamente como o novo', async () => {
  const cadeia = criarCadeia()
  const primeira = await saltar(cadeia, COBRAR, true)
  const segunda = await saltar(cadeia, COBRAR, true)
  assert.deepEqual(tiposDe(segunda), tiposDe(primeira))
  assert.ok(segunda.passos.every((p) => p.repetido))
})

test('a raiz só chama antifraude e pagamentos; o resto as respostas já trazem feito', async () => {
  const cadeia = criarCadeia()
  const trilha = await andar(cadeia)
  assert.deepEqual(tiposDe(trilha), FELIZ)
  assert.equal(trilha.falha, undefined)
  assert.deepEqual(cadeia.enviados, [
    ['AnalisarPedido', false],
    ['AutorizarPagamento', true],
  ])
})

test('a raiz anota cada passo que muda o status, antes do fim', async () => {
  const cadeia = criarCadeia()
  await andar(cadeia)
  const notas = ['PagamentoAprovado', 'EstoqueSeparado', 'NotaEmitida'].map((e) => `Registrar ${e}`)
  assert.deepEqual(cadeia.decididos.slice(-4), [...notas, 'ConcluirPedido'])
})

test('em cada recusa a raiz desfaz o que foi feito, do último ao primeiro, e encerra', async () => {
  for (const recusa of IDA) {
    const cadeia = criarCadeia({ recusa })
    const trilha = await andar(cadeia)
    const feitos = IDA.slice(0, IDA.indexOf(recusa))
    const volta: TipoComando[] = feitos.map((c) => compensacao[c]).filter((c) => c !== null)
    const fim = recusa === 'AnalisarPedido' ? 'RecusarPedido' : 'CancelarPedido'
    assert.deepEqual(semRegistros(cadeia), [...feitos, recusa, ...volta.reverse(), fim])
    assert.equal(trilha.falha, undefined)
  }
})

test('cancelamento recusado por logística termina ali; aceito, desfaz tudo', async () => {
  const inicial: Evento = { ...BASE, tipo: 'CancelamentoSolicitado', motivo: 'teste' }
  const recusada = await andar(criarCadeia({ recusa: 'CancelarEnvio' }), inicial)
  assert.deepEqual(tiposDe(recusada), ['CancelamentoRecusado'])
  const aceita = await andar(criarCadeia(), inicial)
  assert.deepEqual(tiposDe(aceita), [
    ...['EnvioCancelado', 'NotaCancelada', 'EstoqueLiberado', 'PagamentoEstornado'],
    'PedidoCancelado',
  ])
})

test('servidores que nada continuam: a raiz chama cada um', async () => {
  const cadeia = criarCadeia({ estrangeiros: SERVICOS })
  assert.deepEqual(tiposDe(await andar(cadeia)), FELIZ)
  assert.deepEqual(
    cadeia.enviados.map(([tipo]) => tipo),
    IDA,
  )
})

test('com quaisquer estrangeiros e qualquer recusa, os mesmos passos na mesma ordem', async () => {
  const estrangeiros = fc.subarray<NomeServico>([...SERVICOS])
  const recusa = fc.option(fc.constantFrom(...IDA), { nil: undefined })
  await fc.assert(
    fc.asyncProperty(estrangeiros, recusa, async (estrangeiros, recusa) => {
      const oraculo = criarCadeia({ recusa })
      const cadeia = criarCadeia({ recusa, estrangeiros })
      assert.deepEqual(tiposDe(await andar(cadeia)), tiposDe(await andar(oraculo)))
      assert.deepEqual(semRegistros(cadeia), semRegistros(oraculo))
      assert.deepEqual(cadeia.decididos.toSorted(), oraculo.decididos.toSorted())
    }),
  )
})

const naIda = fc.constantFrom(...IDA)

test('falha passageira nunca começa a desfazer: o pedido para onde está', async () => {
  await fc.assert(
    fc.asyncProperty(naIda, fc.subarray<NomeServico>([...SERVICOS]), async (quem, estrangeiros) => {
      const cadeia = criarCadeia({ falhas: { [quem]: passageira() }, estrangeiros })
      const trilha = await andar(cadeia)
      assert.equal(trilha.falha?.codigo, 'servico_indisponivel')
      assert.deepEqual(semRegistros(cadeia), IDA.slice(0, IDA.indexOf(quem)))
    }),
  )
})

test('parado por uma falha, o que já foi feito fica anotado no pedido', async () => {
  const cadeia = criarCadeia({ falhas: { EmitirNota: passageira() } })
  await andar(cadeia)
  const notas = cadeia.decididos.filter((d) => d.startsWith('Registrar'))
  assert.deepEqual(notas, ['Registrar PagamentoAprovado', 'Registrar EstoqueSeparado'])
})

test('falha no meio da volta também para, sem pular compensação', async () => {
  const falhas = { LiberarEstoque: passageira() }
  const cadeia = criarCadeia({ recusa: 'AgendarEnvio', falhas })
  const trilha = await andar(cadeia)
  assert.equal(trilha.falha?.canRetry, true)
  assert.deepEqual(semRegistros(cadeia).slice(-2), ['AgendarEnvio', 'CancelarNota'])
})

test('retomado do começo depois de uma falha, termina sem decidir nada duas vezes', async () => {
  await fc.assert(
    fc.asyncProperty(naIda, fc.option(naIda, { nil: undefined }), async (quem, recusa) => {
      const falhas: NonNullable<Roteiro['falhas']> = { [quem]: passageira() }
      const cadeia = criarCadeia({ falhas, recusa })
      await andar(cadeia)
      delete falhas[quem]
      const trilha = await andar(cadeia)
      assert.deepEqual(tiposDe(trilha), tiposDe(await andar(criarCadeia({ recusa }))))
      assert.equal(new Set(cadeia.decididos).size, cadeia.decididos.length)
    }),
  )
})

test('retomado de um evento que muda o status, anota-o também', async () => {
  const inicial: Evento = { ...BASE, tipo: 'EntregaConfirmada' }
  const cadeia = criarCadeia()
  assert.deepEqual(tiposDe(await andar(cadeia, inicial)), [])
  assert.deepEqual(cadeia.decididos, [`Registrar ${registro(inicial)?.evento}`])
})

test('percurso que não termina é um defeito, não um laço', async () => {
  let enviados = 0
  const emCirculo: Enviar = async () => {
    enviados++
    return { passos: [{ evento: { ...CRIADO, tipo: 'PedidoCriado' }, repetido: false }] }
  }
  const { falha } = await percorrer(criarCadeia().servico, emCirculo, CRIADO, CONTEXTO)
  assert.equal(falha?.codigo, 'defeito')
  assert.match(String(falha?.cause), /não termina/)
  assert.ok(enviados <= 24, String(enviados))
})

test('resposta sem nenhum passo é um defeito', async () => {
  const vazia: Enviar = async () => ({ passos: [] })
  const { falha } = await percorrer(criarCadeia().servico, vazia, CRIADO, CONTEXTO)
  assert.equal(falha?.codigo, 'defeito')
})

test('o rastreio, a arquitetura e o prazo seguem com todos os comandos', async () => {
  const cadeia = criarCadeia({ recusa: 'AgendarEnvio' })
  const contexto = { ...CONTEXTO, prazo: Date.now() + 60_000 }
  await percorrer(cadeia.servico, cadeia.enviar, CRIADO, contexto)
  for (const { traceparent, arquitetura, prazo, comando } of cadeia.envelopes) {
    assert.deepEqual([traceparent, arquitetura], Object.values(CONTEXTO).toReversed(), comando.tipo)
    assert.ok(prazo !== undefined && prazo <= contexto.prazo, comando.tipo)
  }
})

test('falha ao concluir em pedidos aparece, e não se perde entre as anotações', async () => {
  const defeito = new ErroDeNegocio('defeito')
  const trilha = await andar(criarCadeia({ falhas: { ConcluirPedido: defeito } }))
  assert.equal(trilha.falha, defeito)
  const anotar = await andar(criarCadeia({ falhas: { Registrar: passageira() } }))
  assert.equal(anotar.falha?.codigo, 'servico_indisponivel')
})
