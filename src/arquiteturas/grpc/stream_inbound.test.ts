// The server's end of the channel, before a client that a test plays: an item's trouble is its own,
// what is under way is bounded on both sides, and closing answers what was read.
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { type ServiceError, status } from '@grpc/grpc-js'
import { ate } from '../../../testes/ate.ts'
import type { AutorizarPagamento } from '../../contratos/comandos.ts'
import type { Atender } from '../arquitetura.ts'
import { MAIOR_LOTE } from './canal.ts'
import { CanalService, type Resposta } from './gerado/comum.ts'
import { PagamentoResponse } from './gerado/pagamento.ts'
import {
  abrirCanal,
  abrirEstranho,
  abrirPorta,
  aprovado,
  aprovar,
  type CanalCru,
  item,
} from './portas_de_teste.ts'

const LIMITE_MS = 10_000
const MAIS_EM_VOO = 256

/** What a count comes to, once it has moved and then stood still for a while. */
async function quandoParar(contar: () => number): Promise<number> {
  let visto = 0
  let vezes = 0
  const parou = () => {
    vezes = contar() > 0 && contar() === visto ? vezes + 1 : 0
    visto = contar()
    return vezes === 15
  }
  await ate(parou, LIMITE_MS, 'a contagem parou')
  return visto
}

describe('o canal de entrada', () => {
  let pilha = new AsyncDisposableStack()
  afterEach(async () => {
    await pilha.disposeAsync()
    pilha = new AsyncDisposableStack()
  })

  async function abrir(atender: Atender) {
    const porta = await abrirPorta('pagamentos', atender)
    // The client goes first, or the server waits for it.
    pilha.use(porta)
    const estranho = pilha.use(abrirEstranho(porta.endereco))
    return { porta, estranho, canal: pilha.use(abrirCanal(estranho.canal)) }
  }
  const responderam = ({ respostas }: CanalCru, quantas: number) =>
    ate(() => respostas.length >= quantas, LIMITE_MS, `${quantas} respostas`)
  const da = ({ respostas }: CanalCru, correlacao: number): Resposta =>
    respostas.find((resposta) => resposta.correlacao === correlacao)!

  it('a resposta de cada item leva o número e a trilha dele', async () => {
    const { canal } = await abrir(aprovar)
    for (const n of [3, 1, 4_294_967_295, 2]) canal.mandar(item(n, (n % 1_000) + 1))
    await responderam(canal, 4)
    for (const n of [3, 1, 4_294_967_295, 2]) {
      const { corpo, falha } = da(canal, n)
      assert.equal(falha, undefined)
      const { pedido_id, sucesso, trilha } = PagamentoResponse.decode(corpo)
      assert.deepEqual([pedido_id, sucesso], [(n % 1_000) + 1, true])
      assert.equal(trilha?.passos[0]?.evento?.tipo, 'PagamentoAprovado')
    }
  })

  it('o que há de errado com um item é só dele, e o canal continua', async () => {
    let atendidos = 0
    const { canal } = await abrir((envelope, seguir) => {
      atendidos += 1
      return aprovar(envelope, seguir)
    })
    const RUINS = [
      [{ causa: '999/AutorizarPagamento' }, 'comando_divergente'],
      [{ causa: '' }, 'comando_divergente'],
      [{ comando: 'Nenhum' }, 'operacao_nao_suportada'],
      [{ comando: '__proto__' }, 'operacao_nao_suportada'],
      [{ comando: 'SepararEstoque' }, 'operacao_nao_suportada'],
      [{ corpo: Buffer.from([0xff, 0xff]) }, 'requisicao_invalida'],
      [{ corpo: Buffer.alloc(0) }, 'campo_invalido'],
    ] as const
    for (const [i, [errado]] of RUINS.entries()) {
      canal.mandar({ ...item(2 * i + 1), ...errado })
      canal.mandar(item(2 * i + 2))
    }
    await responderam(canal, 2 * RUINS.length)
    for (const [i, [errado, codigo]] of RUINS.entries()) {
      const { falha, corpo } = da(canal, 2 * i + 1)
      assert.deepEqual([falha?.codigo, corpo.length], [codigo, 0], JSON.stringify(errado))
      assert.equal(da(canal, 2 * i + 2).falha, undefined)
    }
    assert.equal(atendidos, RUINS.length)
    assert.equal(canal.fim(), undefined)
  })

  it('o que um item lança é defeito dele, com o texto do catálogo', async () => {
    const { canal } = await abrir(async ({ comando, causa }) => {
      if (causa.startsWith('1/')) throw new TypeError('select senha')
      return aprovado(comando as AutorizarPagamento)
    })
    canal.mandar(item(1))
    canal.mandar(item(2))
    await responderam(canal, 2)
    const { falha } = da(canal, 1)
    assert.equal(falha?.codigo, 'defeito')
    assert.ok(!JSON.stringify(falha).includes('select'))
    assert.equal(da(canal, 2).falha, undefined)
  })

  it('quem manda mais do que cabe espera: nunca mais de 256 em andamento', async () => {
    let emAndamento = 0
    const solto = Promise.withResolvers<void>()
    const { canal } = await abrir(async ({ comando }) => {
      emAndamento += 1
      await solto.promise
      return aprovado(comando as AutorizarPagamento)
    })
    pilha.defer(solto.resolve)
    for (let n = 1; n <= 1_000; n++) canal.mandar(item(n))
    assert.equal(await quandoParar(() => emAndamento), MAIS_EM_VOO)
    solto.resolve()
    await responderam(canal, 1_000)
    assert.equal(new Set(canal.respostas.map((r) => r.correlacao)).size, 1_000)
  })

  it('quem não lê as respostas não é lido: o que se guarda por ele tem limite', async () => {
    let atendidos = 0
    const motivo = 'x'.repeat(10_000)
    const { canal } = await abrir(async ({ comando }) => {
      atendidos += 1
      const { pedido_id } = comando as AutorizarPagamento
      const evento = { tipo: 'PagamentoRejeitado', pedido_id, motivo } as const
      return { passos: [{ evento, repetido: false }] }
    })
    canal.fluxo.pause()
    const total = 5_000
    for (let n = 1; n <= total; n++) canal.mandar(item(n))
    const lidos = await quandoParar(() => atendidos)
    assert.ok(lidos < 1_000, `leu ${lidos}`)
    canal.fluxo.resume()
    await responderam(canal, total)
    assert.equal(atendidos, total)
  })

  it('mensagem com itens demais termina só aquele canal', async () => {
    const { canal } = await abrir(aprovar)
    canal.mandar(...Array.from({ length: MAIOR_LOTE + 1 }, (_, i) => item(i + 1)))
    await ate(() => canal.fim() !== undefined, LIMITE_MS, 'o canal terminou')
    assert.deepEqual([canal.fim(), canal.respostas.length], [status.INVALID_ARGUMENT, 0])
  })

  it('bytes que não são um item terminam só aquele canal', async () => {
    const { estranho, canal } = await abrir(aprovar)
    const { path, responseDeserialize } = CanalService.abrir
    const cru = estranho.canal.makeBidiStreamRequest(path, (b: Buffer) => b, responseDeserialize)
    let fim: ServiceError | undefined
    cru.on('data', () => undefined)
    cru.on('error', (erro: ServiceError) => {
      fim = erro
    })
    cru.write(Buffer.from([0xff, 0xff, 0xff]))
    await ate(() => fim, LIMITE_MS, 'o canal estragado terminou')
    assert.equal(fim?.code, status.INTERNAL)
    canal.mandar(item(1))
    await responderam(canal, 1)
  })

  it('fechada a porta, o que foi lido é respondido e mais nada é atendido', async () => {
    const solto = Promise.withResolvers<void>()
    let atendidos = 0
    const { porta, canal } = await abrir(async ({ comando }) => {
      atendidos += 1
      await solto.promise
      return aprovado(comando as AutorizarPagamento)
    })
    pilha.defer(solto.resolve)
    const lidos = Array.from({ length: 20 }, (_, i) => i + 1)
    for (const n of lidos) canal.mandar(item(n))
    await ate(() => atendidos === lidos.length, LIMITE_MS, 'todos em andamento')
    const fechando = porta[Symbol.asyncDispose]()
    for (const n of lidos) canal.mandar(item(100 + n))
    solto.resolve()
    await fechando
    await ate(() => canal.fim() !== undefined, LIMITE_MS, 'o canal terminou')
    assert.equal(canal.fim(), status.OK)
    assert.deepEqual(new Set(canal.respostas.map((r) => r.correlacao)), new Set(lidos))
    assert.equal(atendidos, lidos.length)
  })

  it('fechada a porta sob carga, nada começa depois que ela fechou', async () => {
    for (let vez = 0; vez < 20; vez++) {
      let fechada = false
      let tarde = 0
      let atendidos = 0
      const { porta, canal } = await abrir(async ({ comando }) => {
        atendidos += 1
        if (fechada) tarde += 1
        return aprovado(comando as AutorizarPagamento)
      })
      let n = 0
      const bombear = () => {
        if (canal.fim() !== undefined) return
        for (let i = 0; i < 20; i++) canal.mandar(item(++n))
        setImmediate(bombear)
      }
      bombear()
      await ate(() => atendidos > 100, LIMITE_MS, 'em carga')
      await porta[Symbol.asyncDispose]()
      fechada = true
      await ate(() => canal.fim() !== undefined, LIMITE_MS, 'o canal terminou')
      assert.equal(tarde, 0)
      const respondidos = new Set(canal.respostas.map((r) => r.correlacao)).size
      assert.equal(respondidos, atendidos, 'o que foi decidido foi respondido')
    }
  })
})
