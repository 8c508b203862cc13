// The resumer: from where it walks an order on, how often, and what it leaves alone.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { ate } from '../../testes/ate.ts'
import { abrirServicoDeTeste, envelope } from '../../testes/banco.ts'
import { BASE, CONTEXTO, CRIADO, criarCadeia, passageira } from '../../testes/cadeia.ts'
import { comoCentavos } from '../contratos/dinheiro.ts'
import type { Contexto } from '../contratos/envelope.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { Evento, EventoGravado, TipoEvento } from '../contratos/eventos.ts'
import {
  comoClienteId,
  comoPedidoId,
  comoProdutoId,
  type Instante,
  type PedidoId,
} from '../contratos/ids.ts'
import type { Leitura } from '../persistencia/database.ts'
import type { ConsultasDePedidos, PedidoAberto } from '../servicos/pedidos/consultas.ts'
import { pedidos } from '../servicos/pedidos/servico.ts'
import type { Trilha } from './arquitetura.ts'
import { criarRaiz, type Raiz } from './raiz.ts'
import { retomarPedido, retomarSempre } from './retomada.ts'

const SOLICITADO: Evento = { ...BASE, tipo: 'CancelamentoSolicitado', motivo: 'teste' }
const PRAZO_MS = 1_000
const PRIMEIRA_ESPERA_MS = 2 * PRAZO_MS
const MAIOR_ESPERA_MS = 600_000

const gravado = (evento: Evento, id = 1) =>
  ({ id, causa: `c${id}`, resumo: '', instante: '', ...CONTEXTO, evento }) as EventoGravado

/** A log that holds these events for every order. */
const diarioCom = (...eventos: Evento[]): Leitura => ({
  um: async () => undefined,
  dasChaves: async () => [],
  todos: async <T>() =>
    eventos.map((evento, i) => {
      const { evento: _, ...linha } = gravado(evento, i + 1)
      return { ...linha, dados: JSON.stringify(evento) }
    }) as T[],
})

/** A root that notes what it is asked to walk and answers as told. */
function raizQueAnota(responder: (inicial: Evento) => Trilha | Promise<Trilha>) {
  const andados: { readonly tipo: TipoEvento; readonly contexto: Contexto }[] = []
  const raiz: Raiz = {
    atender: async () => ({ passos: [] }),
    esvaziar: async () => undefined,
    async retomar({ evento, arquitetura, traceparent }) {
      andados.push({ tipo: evento.tipo, contexto: { arquitetura, traceparent } })
      return responder(evento)
    },
  }
  return { raiz, andados, tipos: () => andados.map(({ tipo }) => tipo) }
}
const fimCom = (evento: Evento): Trilha => ({ passos: [{ evento, repetido: false }] })
const cancelado: Evento = {
  ...{ ...BASE, tipo: 'PedidoCancelado', status: 'cancelado', mudou: true, motivo: 'teste' },
}
const recusado: Evento = { ...BASE, tipo: 'CancelamentoRecusado', motivo: 'pedido_ja_enviado' }

test('pedido interrompido é retomado da criação, com arquitetura e rastreio seus', async () => {
  const { raiz, andados } = raizQueAnota(() => ({ passos: [] }))
  await retomarPedido(raiz, diarioCom(CRIADO), BASE.pedido_id)
  assert.deepEqual(andados, [{ tipo: 'PedidoCriado', contexto: CONTEXTO }])
})

test('cancelamento pedido vai primeiro, e aceito encerra a retomada', async () => {
  const { raiz, tipos } = raizQueAnota(() => fimCom(cancelado))
  await retomarPedido(raiz, diarioCom(CRIADO, SOLICITADO), BASE.pedido_id)
  assert.deepEqual(tipos(), ['CancelamentoSolicitado'])
})

test('cancelamento recusado por logística: o pedido segue para a frente', async () => {
  const { raiz, tipos } = raizQueAnota(({ tipo }) =>
    tipo === 'CancelamentoSolicitado' ? fimCom(recusado) : { passos: [] },
  )
  await retomarPedido(raiz, diarioCom(CRIADO, SOLICITADO), BASE.pedido_id)
  assert.deepEqual(tipos(), ['CancelamentoSolicitado', 'PedidoCriado'])
})

test('cancelamento que falha não deixa o pedido seguir para a frente', async () => {
  const falha = passageira()
  const { raiz, tipos } = raizQueAnota(() => ({ ...fimCom(recusado), falha }))
  const trilha = await retomarPedido(raiz, diarioCom(CRIADO, SOLICITADO), BASE.pedido_id)
  assert.equal(trilha.falha, falha)
  assert.deepEqual(tipos(), ['CancelamentoSolicitado'])
})

test('pedido sem eventos não tem o que retomar', async () => {
  const { raiz, tipos } = raizQueAnota(() => ({ passos: [] }))
  assert.deepEqual(await retomarPedido(raiz, diarioCom(), BASE.pedido_id), { passos: [] })
  assert.deepEqual(tipos(), [])
})

/** A resumer at work over `abertos`, with a clock that stands still until it is moved. */
async function retomando(
  t: TestContext,
  abertos: readonly number[],
  falhar: (id: number) => ErroDeNegocio | undefined,
) {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000_000 })
  const fim = new AbortController()
  const rodadas: number[][] = []
  const velhosAte: Instante[] = []
  const erros: unknown[] = []
  const consultas = {
    async abertos(apos: number, ate: Instante, limite: number): Promise<PedidoAberto[]> {
      if (apos === 0) rodadas.push([])
      velhosAte.push(ate)
      const erro = erros.pop()
      if (erro) throw erro
      const pagina = abertos.filter((id) => id > apos).slice(0, limite)
      return pagina.map((id) => ({ id: comoPedidoId(id), arquitetura: 'memoria', criado_em: ate }))
    },
  } as Partial<ConsultasDePedidos> as ConsultasDePedidos
  const { raiz } = raizQueAnota(({ pedido_id }) => {
    rodadas.at(-1)!.push(pedido_id)
    const falha = falhar(pedido_id)
    return falha ? { passos: [], falha } : { passos: [] }
  })
  const falhas: PedidoId[] = []
  const leitura: Leitura = {
    ...diarioCom(),
    todos: async <T>(_: string, [id]: readonly unknown[] = []) =>
      diarioCom({ ...CRIADO, pedido_id: comoPedidoId(Number(id)) }).todos<T>(''),
  }
  const opcoes = {
    ...{ prazoDaCadeiaMs: PRAZO_MS, rodadaMs: 1 },
    aoFalhar: (id?: PedidoId) => id && falhas.push(id),
  }
  const acabou = retomarSempre(raiz, consultas, leitura, opcoes, fim.signal)
  t.after(async () => {
    fim.abort()
    await acabou
  })
  /** What is resumed when the clock has moved on by `ms`, in the first round that sees it. */
  async function depoisDe(ms: number): Promise<number[]> {
    t.mock.timers.setTime(Date.now() + ms)
    const primeira = rodadas.length
    await ate(() => rodadas.length >= primeira + 2, 2_000, 'outra rodada')
    return rodadas.slice(primeira).flat()
  }
  return { rodadas, velhosAte, falhas, erros, depoisDe }
}

test('a espera de um pedido que falha dobra a cada vez, até dez minutos', async (t) => {
  const { depoisDe, falhas } = await retomando(t, [7], passageira)
  await ate(() => falhas.length === 1, 2_000, 'a primeira retomada')
  let esperaMs = PRIMEIRA_ESPERA_MS
  for (let i = 0; i < 11; i++) {
    assert.deepEqual(await depoisDe(esperaMs - 1), [], `cedo demais: ${esperaMs}`)
    assert.deepEqual(await depoisDe(1), [7], `na hora: ${esperaMs}`)
    esperaMs = Math.min(2 * esperaMs, MAIOR_ESPERA_MS)
  }
  assert.equal(esperaMs, MAIOR_ESPERA_MS)
})

test('pedido que deu certo e voltou a parar espera de novo do começo', async (t) => {
  let ruim = true
  const { depoisDe, falhas } = await retomando(t, [7], () => (ruim ? passageira() : undefined))
  await ate(() => falhas.length === 1, 2_000, 'a primeira retomada')
  await depoisDe(PRIMEIRA_ESPERA_MS)
  ruim = false
  await depoisDe(2 * PRIMEIRA_ESPERA_MS)
  ruim = true
  await ate(() => falhas.length === 3, 2_000, 'a falha depois do acerto')
  assert.deepEqual(await depoisDe(PRIMEIRA_ESPERA_MS), [7])
})

test('só pedidos com o dobro do prazo da cadeia são retomados', async (t) => {
  const { velhosAte } = await retomando(t, [], () => undefined)
  await ate(() => velhosAte.length > 0, 2_000, 'uma rodada')
  assert.equal(Date.parse(velhosAte[0]!), Date.now() - PRIMEIRA_ESPERA_MS)
})

const muitos = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

test('no máximo cinquenta pedidos por rodada, e ninguém fica para trás', async (t) => {
  const { rodadas, falhas } = await retomando(t, muitos(120), passageira)
  await ate(() => falhas.length >= 120, 2_000, 'todos foram retomados')
  assert.ok(Math.max(...rodadas.map((r) => r.length)) <= 50)
  assert.deepEqual(
    [...new Set(falhas)].toSorted((a, b) => a - b),
    muitos(120),
  )
})

test('no máximo cinquenta por rodada também quando parte de uma página ainda espera', async (t) => {
  const abertos = muitos(10)
  const { rodadas, falhas } = await retomando(t, abertos, passageira)
  await ate(() => falhas.length >= 10, 2_000, 'os dez primeiros falharam')
  abertos.push(...muitos(200).slice(10))
  await ate(() => falhas.length >= 200, 2_000, 'todos foram retomados')
  assert.ok(Math.max(...rodadas.map((r) => r.length)) <= 50, `${rodadas.map((r) => r.length)}`)
})

test('banco fora do ar numa rodada não acaba com a retomada', async (t) => {
  const { erros, rodadas } = await retomando(t, [7], () => undefined)
  erros.push(new ErroDeNegocio('banco_ocupado'))
  await ate(() => erros.length === 0, 2_000, 'a rodada que falha')
  const antes = rodadas.length
  await ate(() => rodadas.slice(antes).flat().includes(7), 2_000, 'a seguinte retoma')
})

const produto = {
  ...{ id: comoProdutoId(1), nome: 'Mesa', estoque: 5, preco_centavos: comoCentavos(100) },
}

test('falha sem remédio retém o pedido e a retomada o deixa em paz; passageira não', async () => {
  await using loja = await abrirServicoDeTeste(pedidos(), { produtos: async () => [produto] })
  const { consultas, servico, db } = loja
  const novo = (chave: string) =>
    envelope({
      ...{ tipo: 'CriarPedido', chave, cliente_id: comoClienteId(1), metodo: 'pix' },
      itens: [{ produto_id: produto.id, quantidade: 1 }],
    })
  const porPedido: Record<number, ErroDeNegocio> = {
    1001: passageira(),
    1002: new ErroDeNegocio('comando_divergente'),
  }
  const saida = async ({ comando }: { comando: object }) => ({
    passos: [],
    falha: porPedido[(comando as typeof BASE).pedido_id]!,
  })
  const raiz = criarRaiz(
    servico,
    new Map([['memoria', { enviar: saida }]]),
    PRAZO_MS,
    (id, falha) => consultas.reter(id, falha.codigo, falha.message),
  )
  for (const chave of ['a', 'b']) await raiz.atender(novo(chave), true)
  const longe = '2999-01-01T00:00:00.000Z' as Instante
  const abertos = async () => (await consultas.abertos(0, longe, 50)).map(({ id }) => Number(id))
  assert.deepEqual(await abertos(), [1_001])
  assert.partialDeepStrictEqual(await consultas.pedido(comoPedidoId(1_002)), {
    retido: { codigo: 'comando_divergente' },
  })
  await consultas.soltar(comoPedidoId(1_002))
  assert.deepEqual(await abertos(), [1_001, 1_002], 'solto por uma pessoa, volta a andar')
  await retomarPedido(raiz, db.leitura, comoPedidoId(1_002))
  assert.deepEqual({ ...(await consultas.situacao()) }, { abertos: 2, retidos: 1 })
})

test('a retomada de um pedido que já anda junta-se ao percurso em curso', async () => {
  const presa = Promise.withResolvers<void>()
  const cadeia = criarCadeia({ antes: () => presa.promise })
  const raiz = criarRaiz(
    cadeia.servico,
    new Map([['memoria', { enviar: cadeia.enviar }]]),
    PRAZO_MS,
    async () => assert.fail('nada a reter'),
  )
  const criado = gravado(CRIADO)
  const dois = [raiz.retomar(criado), raiz.retomar(criado)]
  presa.resolve()
  const [um, outro] = await Promise.all(dois)
  assert.equal(um, outro)
  assert.equal(cadeia.enviados.length, 2)
})

test('quem pediu não espera além do seu prazo, e o percurso segue sem ele', async () => {
  const presa = Promise.withResolvers<void>()
  const antes = ({ tipo }: { tipo: string }) =>
    tipo === 'AnalisarPedido' ? presa.promise : Promise.resolve()
  const cadeia = criarCadeia({ antes })
  const raiz = criarRaiz(
    cadeia.servico,
    new Map([['memoria', { enviar: cadeia.enviar }]]),
    60_000,
    async () => assert.fail('nada a reter'),
  )
  const criar = envelope(
    {
      ...{ tipo: 'CriarPedido', chave: 'k', cliente_id: comoClienteId(1), metodo: 'pix' },
      itens: [{ produto_id: produto.id, quantidade: 1 }],
    },
    Date.now() + 20,
  )
  const { passos, falha } = await raiz.atender(criar, true)
  assert.deepEqual([passos.length, falha?.codigo], [1, 'pedido_em_andamento'])
  presa.resolve()
  await raiz.esvaziar()
  assert.equal(cadeia.decididos.at(-1), 'ConcluirPedido')
})
