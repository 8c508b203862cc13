// pedidos in the place of an absent service, on the way back: what it reads, and what it says.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Comando, destino } from '../../contratos/comandos.ts'
import { envelopar, rastreio } from '../../contratos/envelope.ts'
import { compensacao } from '../../contratos/fluxo.ts'
import { comoPedidoId, SUBSTITUIVEIS } from '../../contratos/ids.ts'
import type { Mensagem, Saida } from './outbound.ts'
import { criarSubstituto, grupoDoSubstituto, lidosNaVolta } from './substituto.ts'

const pedido_id = comoPedidoId(1_001)
const contexto = { arquitetura: 'kafka', traceparent: rastreio() } as const

function cena(jaFoi = false) {
  const mandadas: Mensagem[] = []
  const saida: Saida = {
    mandar: async (mensagens) => void mandadas.push(...mensagens),
    publicar: async () => [],
    [Symbol.asyncDispose]: async () => undefined,
  }
  const substituto = criarSubstituto(saida, async () => jaFoi)
  return { mandadas, substituto }
}

test('lê só o que pede ao ausente que desfaça, em um grupo que não é o dele', () => {
  assert.deepEqual(Object.fromEntries(SUBSTITUIVEIS.map((nome) => [nome, lidosNaVolta(nome)])), {
    antifraude: [],
    pagamentos: ['estoque_insuficiente', 'estoque_liberado'],
    estoque: ['nf_rejeitada', 'nf_cancelada'],
    fiscal: ['envios_indisponiveis', 'envios_cancelados'],
    logistica: ['cancelamentos_solicitados', 'entregas_solicitadas'],
  })
  assert.equal(grupoDoSubstituto('estoque'), 'pedidos-substituto-estoque')
})

test('cada compensação conta como feita, dita no seu tópico a cada vez que se pede', async () => {
  const topicos = {
    Estornar: 'pagamentos_estornados',
    LiberarEstoque: 'estoque_liberado',
    CancelarNota: 'nf_cancelada',
    CancelarEnvio: 'envios_cancelados',
  } as const
  for (const tipo of Object.values(compensacao)) {
    if (tipo === null) continue
    const { mandadas, substituto } = cena()
    const envelope = envelopar({ tipo, pedido_id, motivo: 'porque' } as Comando, contexto)
    const [um, outro] = await substituto.handle([envelope, envelope])
    assert.ok(um?.ok && outro?.ok && um.repetido, destino[tipo])
    assert.deepEqual(
      mandadas.map(({ topico, chave }) => [topico, String(chave)]),
      [1, 2].map(() => [topicos[tipo], '1001']),
    )
    const valor = JSON.parse(String(mandadas[0]?.valor))
    assert.equal(valor.motivo, 'porque')
    assert.equal(valor.pedido_id, 1_001)
  }
})

test('o envio do que já foi não se cancela, e disso ninguém mais sabe', async () => {
  const { mandadas, substituto } = cena(true)
  const comando = { tipo: 'CancelarEnvio', pedido_id, motivo: 'porque' } as const
  const [resultado] = await substituto.handle([envelopar(comando, contexto)])
  assert.ok(resultado?.ok)
  assert.equal(resultado.gravado.evento.tipo, 'CancelamentoRecusado')
  assert.deepEqual(mandadas, [])
})
