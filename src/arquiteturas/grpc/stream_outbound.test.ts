// The client's end of the channel, before another end that a test plays: whose answer is whose,
// how much is under way, and what becomes of it when the stream breaks, ages or is disposed of.
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { Client, credentials, status } from '@grpc/grpc-js'
import { ate } from '../../../testes/ate.ts'
import { abrirFio } from '../../../testes/fio.ts'
import type { ErroDeNegocio } from '../../contratos/errors.ts'
import { MAXIMO_EM_VOO } from './canal.ts'
import type { Chamada, Resposta } from './gerado/comum.ts'
import {
  abrirAlheio,
  abrirCanalAlheio,
  abrirPorta,
  aprovar,
  type CanalAlheio,
  PAGAR,
  responder,
  responderAoChegar,
  respostaDe,
} from './portas_de_teste.ts'
import { CanalDeSaida } from './stream_outbound.ts'

const LIMITE_MS = 5_000
const PRAZO_MS = 30_000
const MAIOR_FILA = 10_000

const pedida = (pedido_id: number): Omit<Chamada, 'correlacao' | 'prazo_ms'> => ({
  ...{ comando: 'AutorizarPagamento', traceparent: '', arquitetura: 'grpc', seguir: false },
  corpo: PAGAR.requestSerialize({ pedido_id, valor: 1, itens: [] }),
  causa: `${pedido_id}/AutorizarPagamento`,
})
const pedidoDe = ({ corpo }: Resposta): number =>
  PAGAR.responseDeserialize(corpo as Buffer).pedido_id
const numerosAte = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)
const codigoDe = (erro: ErroDeNegocio): string => erro.codigo ?? String(erro)
const mesmoPedido = (chamada: Chamada): number =>
  PAGAR.requestDeserialize(chamada.corpo as Buffer).pedido_id

describe('o canal de saída', () => {
  let pilha = new AsyncDisposableStack()
  afterEach(async () => {
    await pilha.disposeAsync()
    pilha = new AsyncDisposableStack()
  })

  function abrirSaida(endereco: string, idadeMs?: number) {
    const cliente = new Client(endereco, credentials.createInsecure())
    const canal = pilha.use(new CanalDeSaida(cliente, idadeMs))
    pilha.defer(() => cliente.close())
    return {
      canal,
      /** The order that was answered, or why none was. */
      pagar: (pedido: number, prazoMs = PRAZO_MS): Promise<number | string> =>
        canal.chamar(pedida(pedido), prazoMs).then(pedidoDe, codigoDe),
    }
  }
  async function abrir(aoChegar?: Parameters<typeof abrirCanalAlheio>[0], idadeMs?: number) {
    const alheio = pilha.use(await abrirCanalAlheio(aoChegar))
    return { alheio, ...abrirSaida(alheio.endereco, idadeMs) }
  }
  const chegaram = ({ recebidas }: CanalAlheio, quantas: number) =>
    ate(() => recebidas.length >= quantas, LIMITE_MS, `${quantas} chegaram`)
  it('respostas fora de ordem chegam a quem as espera', async () => {
    const { alheio, pagar } = await abrir()
    const numeros = numerosAte(100)
    const pagando = numeros.map((n) => pagar(n))
    await chegaram(alheio, 100)
    const correlacoes = new Set(alheio.recebidas.map(({ correlacao }) => correlacao))
    assert.equal(correlacoes.size, 100)
    responder(alheio, alheio.recebidas.toReversed())
    assert.deepEqual(await Promise.all(pagando), numeros)
    assert.equal(alheio.pontas.length, 1)
  })

  it('resposta a quem nada perguntou não muda nada', async () => {
    const { alheio, pagar } = await abrir((chamada, ponta) => {
      const errada = { ...respostaDe(chamada), correlacao: chamada.correlacao + 1_000 }
      ponta.write({ itens: [errada] })
      ponta.write({ itens: [respostaDe(chamada)] })
      ponta.write({ itens: [respostaDe(chamada)] })
    })
    assert.equal(await pagar(1), 1)
    assert.equal(await pagar(2), 2)
    assert.equal(alheio.pontas.length, 1)
  })

  it('mil chamadas de uma vez: nunca mais de 256 a caminho, e nenhuma se perde', async () => {
    const { alheio, pagar } = await abrir()
    const numeros = numerosAte(1_000)
    const pagando = numeros.map((n) => pagar(n))
    let respondidas = 0
    while (respondidas < numeros.length) {
      const esperadas = Math.min(numeros.length, respondidas + MAXIMO_EM_VOO)
      await chegaram(alheio, esperadas)
      assert.equal(alheio.recebidas.length, esperadas, 'só as que cabem')
      responder(alheio, alheio.recebidas.slice(respondidas, esperadas))
      respondidas = esperadas
    }
    assert.deepEqual(await Promise.all(pagando), numeros)
  })

  it('fila cheia recusa na hora, e o que está nela segue', async () => {
    const { alheio, pagar } = await abrir()
    const cabem = MAXIMO_EM_VOO + MAIOR_FILA
    const pagando = numerosAte(MAXIMO_EM_VOO).map((n) => pagar(n))
    await chegaram(alheio, MAXIMO_EM_VOO)
    const naFila = numerosAte(MAIOR_FILA).map((n) => pagar(MAXIMO_EM_VOO + n))
    assert.equal(await pagar(cabem + 1), 'sobrecarregado')
    alheio.pontas[0]?.on('data', responderAoChegar(alheio))
    responder(alheio)
    const respostas = await Promise.all([...pagando, ...naFila])
    assert.deepEqual(respostas, numerosAte(cabem))
  })

  it('o lugar de uma é dela até o servidor responder, mesmo depois do prazo', async () => {
    const { alheio, pagar } = await abrir()
    const perdidas = numerosAte(MAXIMO_EM_VOO).map((n) => pagar(n, 700))
    await chegaram(alheio, MAXIMO_EM_VOO)
    const seguinte = pagar(900)
    assert.deepEqual(new Set(await Promise.all(perdidas)), new Set(['prazo_esgotado']))
    assert.equal(alheio.recebidas.length, MAXIMO_EM_VOO)
    responder(alheio)
    await chegaram(alheio, MAXIMO_EM_VOO + 1)
    responder(alheio, alheio.recebidas.slice(-1))
    assert.equal(await seguinte, 900)
  })

  it('quem esgota o prazo na fila não chega ao servidor', async () => {
    const { alheio, pagar } = await abrir()
    const primeiras = numerosAte(MAXIMO_EM_VOO).map((n) => pagar(n))
    await chegaram(alheio, MAXIMO_EM_VOO)
    assert.equal(await pagar(900, 20), 'prazo_esgotado')
    const ultima = pagar(901)
    responder(alheio)
    await chegaram(alheio, MAXIMO_EM_VOO + 1)
    responder(alheio, alheio.recebidas.slice(-1))
    assert.equal(await ultima, 901)
    await Promise.all(primeiras)
    assert.ok(!alheio.recebidas.some((chamada) => mesmoPedido(chamada) === 900))
  })

  it('o prazo que viaja é o que resta, nunca zero', async () => {
    const { alheio, pagar } = await abrir((chamada, ponta) =>
      ponta.write({ itens: [respostaDe(chamada)] }),
    )
    await pagar(1, 4_000.7)
    for (let n = 2; n < 100 && alheio.recebidas.length < 2; n++) await pagar(n, 0.2)
    await chegaram(alheio, 2)
    const [um, dois] = alheio.recebidas.map(({ prazo_ms }) => prazo_ms)
    assert.ok(um! > 3_000 && um! <= 4_000 && dois === 1, `${um} ${dois}`)
  })

  for (const [como, romper] of [
    ['a conexão cortada', (_: CanalAlheio, cortar: () => void) => cortar()],
    ['o fluxo terminado em ordem pelo servidor', ({ pontas }: CanalAlheio) => pontas[0]?.end()],
    [
      'o fluxo terminado com erro pelo servidor',
      ({ pontas }: CanalAlheio) =>
        pontas[0]?.emit('error', { code: status.INTERNAL, details: 'caiu' }),
    ],
  ] as const) {
    it(`${como}: o que estava a caminho vai mais uma vez, com a mesma causa`, async () => {
      const alheio = pilha.use(await abrirCanalAlheio())
      const fio = pilha.use(await abrirFio(`http://${alheio.endereco}`))
      const { pagar } = abrirSaida(new URL(fio.url).host)
      const numeros = numerosAte(400)
      const pagando = numeros.map((n) => pagar(n))
      await chegaram(alheio, MAXIMO_EM_VOO)
      const respondidas = alheio.recebidas.slice(0, 56)
      responder(alheio, respondidas)
      await Promise.all(pagando.slice(0, 56))
      await chegaram(alheio, MAXIMO_EM_VOO + 56)
      romper(alheio, fio.cortar)
      await ate(() => alheio.pontas.length === 2, LIMITE_MS, 'outro fluxo foi aberto')
      const segunda = alheio.pontas[1]!
      for (const chamada of alheio.recebidas.filter(({ ponta }) => ponta === segunda)) {
        segunda.write({ itens: [respostaDe(chamada)] })
      }
      segunda.on('data', responderAoChegar(alheio))
      assert.deepEqual(await Promise.all(pagando), numeros)
      const causas = Map.groupBy(alheio.recebidas, ({ causa }) => causa)
      const vezes = numeros.map((n) => causas.get(`${n}/AutorizarPagamento`)?.length)
      const esperadas = numeros.map((n) => (n > 56 && n <= MAXIMO_EM_VOO + 56 ? 2 : 1))
      assert.deepEqual(vezes, esperadas)
    })
  }

  it('rompido duas vezes, desiste, e o que nem tinha saído segue', async () => {
    const alheio = pilha.use(await abrirCanalAlheio())
    const fio = pilha.use(await abrirFio(`http://${alheio.endereco}`))
    const { pagar } = abrirSaida(new URL(fio.url).host)
    const primeiras = numerosAte(MAXIMO_EM_VOO).map((n) => pagar(n))
    await chegaram(alheio, MAXIMO_EM_VOO)
    const naFila = pagar(900)
    fio.cortar()
    await chegaram(alheio, 2 * MAXIMO_EM_VOO)
    fio.cortar()
    assert.deepEqual(new Set(await Promise.all(primeiras)), new Set(['servico_indisponivel']))
    await chegaram(alheio, 2 * MAXIMO_EM_VOO + 1)
    responder(alheio, alheio.recebidas.slice(-1))
    assert.equal(await naFila, 900)
  })

  it('servidor sem canal diz isso a todas as que esperam, também às da fila', async () => {
    const alheio = pilha.use(await abrirAlheio([]))
    const { canal } = abrirSaida(alheio.endereco)
    const fins = numerosAte(600).map((n) =>
      canal.chamar(pedida(n), PRAZO_MS).catch(({ code }) => code),
    )
    assert.deepEqual(new Set(await Promise.all(fins)), new Set([status.UNIMPLEMENTED]))
  })

  it('ninguém atende: indisponível, depois de uma repetição', async () => {
    const alheio = await abrirCanalAlheio()
    await alheio[Symbol.asyncDispose]()
    const { pagar } = abrirSaida(alheio.endereco)
    const fins = await Promise.all(numerosAte(600).map((n) => pagar(n, 3_000)))
    assert.deepEqual(new Set(fins), new Set(['servico_indisponivel']))
  })

  it('fluxo velho não recebe mais nada, termina quando esvazia, e nada se perde', async () => {
    const idadeMs = 40
    const { alheio, pagar } = await abrir(undefined, idadeMs)
    const velha = pagar(1)
    await chegaram(alheio, 1)
    const [primeira] = alheio.pontas
    let terminou = false
    primeira?.on('end', () => {
      terminou = true
    })
    const nascida = Date.now()
    await ate(() => Date.now() > nascida + idadeMs, LIMITE_MS, 'o fluxo envelheceu')
    const nova = pagar(2)
    await chegaram(alheio, 2)
    const [, segunda] = alheio.pontas
    assert.deepEqual(
      alheio.recebidas.map(({ ponta }) => ponta),
      [primeira, segunda],
    )
    assert.equal(terminou, false, 'ainda há quem espere no velho')
    responder(alheio)
    assert.deepEqual(await Promise.all([velha, nova]), [1, 2])
    await ate(() => terminou, LIMITE_MS, 'o velho terminou')
  })

  it('envelhecendo o tempo todo sob carga, cada uma tem a sua resposta', async () => {
    const { alheio, pagar } = await abrir(
      (chamada, ponta) => ponta.write({ itens: [respostaDe(chamada)] }),
      1,
    )
    const numeros = numerosAte(2_000)
    const respostas: (number | string)[] = []
    for (const n of numeros) {
      if (n % 50 > 0) void pagar(n).then((resposta) => respostas.push(resposta))
      else respostas.push(await pagar(n))
    }
    await ate(() => respostas.length === numeros.length, LIMITE_MS, 'todas responderam')
    assert.deepEqual(new Set(respostas), new Set(numeros))
    assert.equal(alheio.recebidas.length, numeros.length)
    assert.ok(alheio.pontas.length > 1, 'mais de um fluxo')
  })

  it('fechado no meio, tudo o que espera ouve que não será atendido', async () => {
    const { alheio, canal, pagar } = await abrir()
    const pagando = numerosAte(2 * MAXIMO_EM_VOO).map((n) => pagar(n))
    await chegaram(alheio, MAXIMO_EM_VOO)
    canal[Symbol.dispose]()
    const fins = new Set(await Promise.all(pagando))
    assert.ok(fins.isSubsetOf(new Set(['encerrando', 'servico_indisponivel'])), [...fins].join())
    assert.equal(await pagar(900), 'encerrando')
  })

  it('fechado na pausa antes da repetição, ninguém espera até o seu prazo', async () => {
    const alheio = pilha.use(await abrirCanalAlheio())
    const fio = pilha.use(await abrirFio(`http://${alheio.endereco}`))
    const { canal, pagar } = abrirSaida(new URL(fio.url).host)
    let rompido = false
    const pagando = pagar(1)
    await chegaram(alheio, 1)
    alheio.pontas[0]?.on('cancelled', () => {
      rompido = true
    })
    fio.cortar()
    await ate(() => rompido, LIMITE_MS, 'o fluxo rompeu')
    canal[Symbol.dispose]()
    const naHora = await Promise.race([
      pagando,
      ate(() => false, 1_000, 'o fim').catch(() => 'esperou'),
    ])
    assert.ok(naHora === 'encerrando' || naHora === 'servico_indisponivel', String(naHora))
  })

  it('contra a porta de verdade também', async () => {
    const { endereco } = pilha.use(await abrirPorta('pagamentos', aprovar))
    const { pagar } = abrirSaida(endereco)
    const numeros = numerosAte(1_000)
    assert.deepEqual(await Promise.all(numeros.map((n) => pagar(n))), numeros)
  })
})
