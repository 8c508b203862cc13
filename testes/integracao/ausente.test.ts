// Somebody else's service in the place of ours, on the topics (specification, section 4): the order
// completes by its short message, what it would undo counts as done, an order that waits too long
// for it is cancelled and refunded, and what it says then is compensated.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { NomeServico, PedidoId, Substituivel } from '../../src/contratos/ids.ts'
import type { NomeTopico } from '../../src/contratos/topicos.ts'
import { variavelDo } from '../../src/infra/topicos_renomeados.ts'
import { abrirBrokerDeTeste, type BrokerDeTeste, faltaKafka } from '../kafka.ts'
import { abrirExemplos, type Exemplos, faltaPython } from '../python.ts'
import { abrirLojaSem, type LojaSem } from './loja_sem.ts'

/** Longer than an answered order takes, even on a busy machine. */
const ESPERA_S = 5

interface Alheio {
  readonly nome: Substituivel
  /** Where an order stands when it is this one's turn. */
  readonly vez: string
  readonly topico: NomeTopico
  diz(pedido_id: PedidoId): object
  /** Who acts on what it says. */
  readonly depois: readonly [NomeServico, string]
}
/** In the order of the flow, each with the least that it can say. */
const ALHEIOS: readonly Alheio[] = [
  {
    ...{ nome: 'antifraude', vez: 'pendente', topico: 'pedidos_validos' },
    diz: () => ({}),
    depois: ['pagamentos', 'AutorizarPagamento'],
  },
  {
    ...{ nome: 'pagamentos', vez: 'pendente', topico: 'pagamentos_processados' },
    diz: () => ({ status: 'aprovado' }),
    depois: ['estoque', 'SepararEstoque'],
  },
  {
    ...{ nome: 'estoque', vez: 'pagamento_aprovado', topico: 'estoque_separado' },
    diz: () => ({ data_separacao: '2026-11-20 21:33:00', status: 'concluido' }),
    depois: ['fiscal', 'EmitirNota'],
  },
  {
    ...{ nome: 'fiscal', vez: 'em_separacao', topico: 'nf_emitida' },
    diz: (numero) => ({ numero, chave_acesso: 'de outro' }),
    depois: ['logistica', 'AgendarEnvio'],
  },
  {
    ...{ nome: 'logistica', vez: 'nf_emitida', topico: 'envios_agendados' },
    diz: () => ({ codigo_rastreamento: 'DE OUTRO' }),
    depois: ['pedidos', 'ConcluirPedido'],
  },
]

const FLUXO = ALHEIOS.map(({ nome }) => nome)
const CONJUNTOS = [
  { recusa: 'fiscal', nomes: ['antifraude', 'estoque', 'logistica'] },
  { recusa: 'logistica', nomes: ['pagamentos', 'fiscal'] },
] as const satisfies readonly { recusa: Substituivel; nomes: readonly Substituivel[] }[]

const VOLTOU = ['aprovada', 'estornada']
const VOLTOU_ANTES = ['estornada', 'recusada']

const dizer = (loja: LojaSem, { topico, diz }: Alheio, pedido_id: PedidoId) =>
  loja.dizer(topico, { pedido_id, ...diz(pedido_id) })

/** Each answers when it is its turn; resolves when it is that of `parada`, which does not. */
async function andar(loja: LojaSem, id: PedidoId, alheios: readonly Alheio[], parada?: Alheio) {
  for (const alheio of alheios) {
    await loja.ateStatus(id, alheio.vez)
    if (alheio === parada) return
    await dizer(loja, alheio, id)
  }
}

async function conferirTudo(loja: LojaSem): Promise<void> {
  assert.equal(loja.mortas(), 0)
  assert.deepEqual((await loja.conferir()).problemas, [])
}

const semPython = (await faltaPython()) ?? false

describe('serviço que outro faz nos tópicos', { skip: faltaKafka() }, () => {
  let broker: BrokerDeTeste
  before(async () => {
    broker = await abrirBrokerDeTeste()
  })
  after(() => broker?.[Symbol.asyncDispose]())

  for (const { recusa, nomes } of CONJUNTOS) {
    const alheios = ALHEIOS.filter(({ nome }) => nomes.some((um) => um === nome))
    const antesDaRecusa = alheios.filter((a) => FLUXO.indexOf(a.nome) < FLUXO.indexOf(recusa))
    const nossoPagamento = !nomes.some((nome) => nome === 'pagamentos')

    it(`sem ${nomes.join(', ')}: completa, desfaz, desiste e compensa o atrasado`, async () => {
      await using loja = await abrirLojaSem(broker, nomes, ESPERA_S)
      const parados = await Promise.all(
        alheios.map(async (alheio) => ({ alheio, id: await loja.pedir() })),
      )
      const feliz = await loja.pedir()
      const parando = parados.map(({ id, alheio }) => andar(loja, id, alheios, alheio))
      await Promise.all([andar(loja, feliz, alheios), ...parando])
      await loja.ateStatus(feliz, 'enviado')
      await loja.requisitar('pedidos', 'POST', `/pedidos/${feliz}/entregar`, {})
      await loja.ateStatus(feliz, 'entregue')

      await loja.recusarTudo(recusa, true)
      const recusado = await loja.pedir()
      await andar(loja, recusado, antesDaRecusa)
      const desfeito = await loja.ateStatus(recusado, 'cancelado')
      assert.notEqual(desfeito.motivo, 'servico_ausente')
      await loja.recusarTudo(recusa, false)

      for (const { id, alheio } of parados) {
        const { motivo } = await loja.ateStatus(id, 'cancelado')
        assert.equal(motivo, 'servico_ausente', alheio.nome)
        await dizer(loja, alheio, id)
        const [quem, comando] = alheio.depois
        await loja.ateFeito(quem, id, comando)
      }
      // One more, all the way through the same topics: what came late has been dealt with by then.
      const ultimo = await loja.pedir()
      await andar(loja, ultimo, alheios)
      await loja.ateStatus(ultimo, 'enviado')
      for (const { id, alheio } of parados) {
        const { status, motivo } = await loja.ver(id)
        assert.deepEqual([status, motivo], ['cancelado', 'servico_ausente'], alheio.nome)
        if (!nossoPagamento) continue
        // Of the one that had not been charged yet, the refund comes first and refuses the charge.
        const voltou = alheio.nome === 'antifraude' ? VOLTOU_ANTES : VOLTOU
        assert.deepEqual(loja.noProvedor(id), voltou, alheio.nome)
      }
      await conferirTudo(loja)
    })
  }

  describe('em Python', { skip: semPython }, () => {
    let exemplos: Exemplos
    before(async () => {
      exemplos = await abrirExemplos()
    })
    after(() => exemplos?.[Symbol.asyncDispose]())

    /** What the example promises, with the broker and the topics that this test has. */
    const prometida = async (programa: string, { ambiente }: LojaSem) => {
      const arquivo = join(import.meta.dirname, '../../exemplos/python', `${programa}.saida.txt`)
      const nosTopicos = (await readFile(arquivo, 'utf8')).replaceAll(
        /\w+_(processados|separado|validos)/g,
        (nome) => ambiente[variavelDo(nome)] ?? nome,
      )
      return nosTopicos.replace('127.0.0.1:9092', broker.endereco)
    }

    it('estoque_kafka.py no lugar do nosso estoque', async () => {
      await using loja = await abrirLojaSem(broker, ['estoque'], ESPERA_S)
      const tarde = await loja.pedir()
      await loja.ateStatus(tarde, 'pagamento_aprovado')
      assert.equal((await loja.ateStatus(tarde, 'cancelado')).motivo, 'servico_ausente')

      await using alheio = await exemplos.noKafka('estoque_kafka.py', loja.ambiente)
      await loja.ateFeito('fiscal', tarde, 'EmitirNota')
      const feliz = await loja.pedir()
      await loja.ateStatus(feliz, 'enviado')
      await loja.recusarTudo('fiscal', true)
      const recusado = await loja.pedir()
      await loja.ateStatus(recusado, 'cancelado')

      assert.equal((await loja.ver(tarde)).status, 'cancelado')
      for (const id of [tarde, recusado]) {
        assert.deepEqual(loja.noProvedor(id), VOLTOU)
      }
      await conferirTudo(loja)
      assert.equal(await alheio.terminar('SIGINT'), 0)
      assert.equal(alheio.saida(), await prometida('estoque_kafka', loja))
    })

    it('pagamentos_kafka.py no lugar dos nossos pagamentos', async () => {
      await using loja = await abrirLojaSem(broker, ['pagamentos'], ESPERA_S)
      await using alheio = await exemplos.noKafka('pagamentos_kafka.py', loja.ambiente)
      await loja.ateStatus(await loja.pedir(), 'enviado')
      await loja.recusarTudo('estoque', true)
      await loja.ateStatus(await loja.pedir(), 'cancelado')
      await conferirTudo(loja)
      assert.equal(await alheio.terminar('SIGTERM'), 0)
      assert.equal(alheio.saida(), await prometida('pagamentos_kafka', loja))
    })
  })
})
