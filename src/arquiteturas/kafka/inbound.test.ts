// What becomes of one message: the commands with their natural names, patience with what may pass,
// a dead letter for what may not, and only a resumed walk is told again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Envelope, Resultado } from '../../contratos/envelope.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { EventoGravado } from '../../contratos/eventos.ts'
import { agora, type NomeServico } from '../../contratos/ids.ts'
import { comoTextos } from './cabecalhos.ts'
import { criarTratar, type Recebida } from './inbound.ts'
import type { Mensagem, Saida } from './outbound.ts'

/** Long beside one pause, however busy the machine. */
const PACIENCIA = { primeiraMs: 1, maiorMs: 2, totalMs: 400 }
const texto = (t: string) => Buffer.from(t)
const itens = [{ produto_id: 1, quantidade: 2 }]
const corpo = { pedido_id: 1001, status: 'concluido', itens, valor_centavos: 500 }
const separado: Recebida = {
  ...{ topico: 'estoque_separado', particao: 0, offset: 7n },
  ...{ chave: texto('1001'), valor: texto(JSON.stringify(corpo)) },
  cabecalhos: new Map([[texto('ce_source'), texto('/quatrovias/estoque')]]),
}
const marcada = {
  ...separado,
  cabecalhos: new Map([...separado.cabecalhos, [texto('retomada'), texto('1')]]),
}

const passageiro = new ErroDeNegocio('servico_indisponivel')
const deVez = new ErroDeNegocio('comando_divergente')

/** The service answers these one after another, and the last for ever. */
async function tratar(
  respostas: readonly (ErroDeNegocio | 'novo' | 'repetido')[],
  mensagem: Recebida = separado,
  { nome = 'fiscal' as NomeServico, enterrosQueFalham = 0 } = {},
) {
  const recebidos: Envelope[] = []
  const mandadas: Mensagem[] = []
  const enterradas: string[] = []
  let vezes = 0
  let aFalhar = enterrosQueFalham
  const handle = async (lote: readonly Envelope[]): Promise<Resultado[]> => {
    const resposta = respostas[Math.min(vezes++, respostas.length - 1)]!
    recebidos.push(...lote)
    if (resposta instanceof ErroDeNegocio) return lote.map(() => ({ ok: false, erro: resposta }))
    return lote.map(() => ({ ok: true, gravado, repetido: resposta === 'repetido' }))
  }
  const um = criarTratar({
    ...{ nome, servico: { handle }, paciencia: PACIENCIA },
    compra: async () => assert.fail('nada falta na mensagem'),
    saida: { mandar: async (ditas) => void mandadas.push(...ditas) } as Saida,
    enterrar: async (_, { codigo }) => {
      if (aFalhar-- > 0) throw passageiro
      enterradas.push(codigo)
    },
  })
  const desde = performance.now()
  await um(mensagem, new AbortController().signal)
  return { recebidos, mandadas, enterradas, vezes, durouMs: performance.now() - desde }
}

const gravado = {
  ...{ id: 1, causa: '1001/EmitirNota', resumo: '', arquitetura: 'kafka', traceparent: 't' },
  instante: agora(),
  evento: { tipo: 'NotaEmitida', pedido_id: 1001, numero: 1, chave_acesso: '0'.repeat(44) },
} as unknown as EventoGravado

test('o comando tem o seu nome natural, onde quer que a mensagem esteja (K1)', async () => {
  const { recebidos, enterradas } = await tratar(['novo'])
  const outra = await tratar(['novo'], { ...separado, particao: 2, offset: 99n })
  for (const lista of [recebidos, outra.recebidos]) {
    assert.deepEqual(
      lista.map(({ causa }) => causa),
      ['1001/EmitirNota'],
    )
  }
  assert.deepEqual(enterradas, [])
})

test('pedidos, que não anda com este passo, registra o status dele', async () => {
  const { recebidos } = await tratar(['novo'], separado, { nome: 'pedidos' })
  assert.deepEqual(
    recebidos.map(({ causa }) => causa),
    ['1001/Registrar/EstoqueSeparado'],
  )
})

test('o que pode passar é tentado de novo, e não morre', async () => {
  const { vezes, enterradas } = await tratar([passageiro, passageiro, passageiro, 'novo'])
  assert.equal(vezes, 4)
  assert.deepEqual(enterradas, [])
})

test('o que não passa em todo o tempo dado morre uma vez', async () => {
  const { durouMs, vezes, enterradas } = await tratar([passageiro])
  assert.deepEqual(enterradas, ['servico_indisponivel'])
  assert.ok(vezes > 2 && durouMs >= PACIENCIA.totalMs - 2 * PACIENCIA.maiorMs, `${durouMs} ms`)
})

test('o que nenhuma repetição conserta morre logo', async () => {
  const { vezes, enterradas } = await tratar([deVez])
  assert.equal(vezes, 1)
  assert.deepEqual(enterradas, ['comando_divergente'])
})

test('a mensagem só está feita quando a sua morte está escrita', async () => {
  const { enterradas } = await tratar([deVez], separado, { enterrosQueFalham: 3 })
  assert.deepEqual(enterradas, ['comando_divergente'])
})

test('só o que é retomado e já era conhecido é dito de novo, e marcado (K4)', async () => {
  const { mandadas } = await tratar(['repetido'], marcada)
  assert.deepEqual(
    mandadas.map(({ topico, cabecalhos }) => [topico, comoTextos(cabecalhos).retomada]),
    [['nf_emitida', '1']],
  )
  for (const [resposta, mensagem] of [
    ['novo', marcada],
    ['repetido', separado],
    ['novo', separado],
  ] as const) {
    assert.deepEqual((await tratar([resposta], mensagem)).mandadas, [])
  }
})

test('o valor que um estranho diz tem de ser o do pedido; sem valor, é buscado', async () => {
  const enterradas: string[] = []
  const recebidos: Envelope[] = []
  const um = criarTratar({
    ...{ nome: 'fiscal', paciencia: PACIENCIA, saida: { mandar: async () => undefined } as never },
    servico: {
      async handle(lote) {
        recebidos.push(...lote)
        return lote.map(() => ({ ok: true, gravado, repetido: false }))
      },
    },
    compra: async () => ({ itens, valor_centavos: 500 }) as never,
    enterrar: async (_, { codigo }) => void enterradas.push(codigo),
  })
  const sinal = new AbortController().signal
  const dele = (dito: object) =>
    um(
      { ...separado, cabecalhos: new Map(), valor: texto(JSON.stringify({ ...corpo, ...dito })) },
      sinal,
    )
  await dele({ valor_centavos: 1 })
  await dele({ valor_centavos: undefined, valor: 0.01 })
  assert.deepEqual([enterradas, recebidos], [['comando_divergente', 'comando_divergente'], []])
  await dele({ valor_centavos: undefined })
  assert.partialDeepStrictEqual(recebidos, [
    { comando: { tipo: 'EmitirNota', valor_centavos: 500 } },
  ])
})
