// The way out of the log, over a real database: all of it, once and in order while nothing fails;
// what is refused stays behind, what fails comes again, and the end is never waited for too long.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ate } from '../../testes/ate.ts'
import { abrirDiarioDeTeste, destinoDeTeste, umA } from '../../testes/diario.ts'
import { type CodigoDeErro, ErroDeNegocio } from '../contratos/errors.ts'
import type { Instante } from '../contratos/ids.ts'
import type { Recusado } from './cursor.ts'
import { armarQueda, type PontoDeQueda } from './queda.ts'
import { ENCERRAR_MS, iniciarRelay, MAIOR_LOTE, RELER_MS } from './relay.ts'

const LIMITE_MS = 10_000
/** A stop that never comes must fail its test, not hang it. */
const LIMITE = { timeout: LIMITE_MS }
const nunca = () => new Promise<never>(() => undefined)
const PONTOS: PontoDeQueda[] = ['antes_de_publicar', 'depois_de_publicar', 'depois_do_cursor']
const recusar = (id: number): Recusado => ({ id, codigo: 'grande_demais', mensagem: 'não cabe' })

describe('relay: o caminho', () => {
  it('publica tudo uma vez e na ordem, o de antes e o de depois do início', async () => {
    await using diario = await abrirDiarioDeTeste()
    const broker = destinoDeTeste(async () => [])
    await diario.gravar(1_200)
    await using _relay = iniciarRelay({ ...diario.fonte, publicar: broker.publicar })
    await diario.cursorEm(1_200)
    await diario.gravar(3)
    await diario.cursorEm(1_203)
    assert.deepEqual(broker.lotes.flat(), umA(1_203))
    assert.ok(broker.lotes.every((lote) => lote.length <= MAIOR_LOTE))
  })

  it('o commit acorda o relay, que não espera pela próxima releitura', async () => {
    await using diario = await abrirDiarioDeTeste()
    const broker = destinoDeTeste(async () => [])
    await using _relay = iniciarRelay({ ...diario.fonte, publicar: broker.publicar })
    const inicio = performance.now()
    for (const id of umA(40)) {
      await diario.gravar(1)
      await diario.cursorEm(id)
    }
    const ms = performance.now() - inicio
    assert.ok(ms < (40 * RELER_MS) / 4, `${ms.toFixed()} ms`)
  })

  it('o commit entre uma leitura vazia e a espera não fica à espera', async () => {
    await using diario = await abrirDiarioDeTeste()
    const broker = destinoDeTeste(async () => [])
    let restam = 20
    const ler = async (apos: number, limite: number) => {
      const lidos = await diario.fonte.ler(apos, limite)
      if (lidos.length === 0 && restam-- > 0) await diario.gravar(1)
      return lidos
    }
    const inicio = performance.now()
    await using _relay = iniciarRelay({ ...diario.fonte, ler, publicar: broker.publicar })
    await diario.cursorEm(20)
    const ms = performance.now() - inicio
    assert.ok(ms < (20 * RELER_MS) / 4, `${ms.toFixed()} ms`)
  })

  it('o que outra instância gravou, sem avisar esta, é achado ao reler', async () => {
    await using diario = await abrirDiarioDeTeste()
    const broker = destinoDeTeste(async () => [])
    const surdo = { ...diario.fonte, aoGravar: () => ({ [Symbol.dispose]() {} }) }
    await using _relay = iniciarRelay({ ...surdo, publicar: broker.publicar })
    await diario.gravar(2)
    await diario.cursorEm(2)
    await diario.gravar(2)
    await diario.cursorEm(4)
    assert.deepEqual(broker.lotes.flat(), umA(4))
  })

  it('mil gravações durante uma publicação vão em poucos lotes, uma de cada vez', async () => {
    await using diario = await abrirDiarioDeTeste()
    const presa = Promise.withResolvers<void>()
    let juntas = 0
    const broker = destinoDeTeste(async () => {
      assert.equal(++juntas, 1)
      await presa.promise
      juntas--
      return []
    })
    await using _relay = iniciarRelay({ ...diario.fonte, publicar: broker.publicar })
    await diario.gravar(1)
    await ate(() => juntas === 1, LIMITE_MS, 'a primeira publicação')
    for (const _ of umA(1_000)) await diario.gravar(1)
    presa.resolve()
    await diario.cursorEm(1_001)
    assert.deepEqual(broker.lotes, [[1], umA(500, 2), umA(500, 502)])
  })

  it('a situação conta o que falta publicar, a idade do mais antigo e os recusados', async () => {
    await using diario = await abrirDiarioDeTeste()
    const presa = Promise.withResolvers<void>()
    const broker = destinoDeTeste(async (ids) => {
      await presa.promise
      return ids.slice(0, 2).map(recusar)
    })
    await using relay = iniciarRelay({ ...diario.fonte, publicar: broker.publicar })
    assert.deepEqual(await relay.situacao(), { pendentes: 0, idadeMs: 0, retidos: 0 })
    await diario.gravar(3, new Date(Date.now() - 7_000).toISOString() as Instante)
    await diario.gravar(4)
    const { idadeMs, ...contas } = await relay.situacao()
    assert.deepEqual(contas, { pendentes: 7, retidos: 0 })
    assert.ok(idadeMs >= 7_000 && idadeMs < 7_000 + LIMITE_MS, `${idadeMs} ms`)
    presa.resolve()
    await diario.cursorEm(7)
    const { pendentes, retidos } = await relay.situacao()
    assert.equal(pendentes, 0)
    assert.equal(retidos, (await diario.retidos()).length)
    assert.ok(retidos >= 2)
  })
})

describe('relay: o que dá errado', () => {
  it('o recusado de vez fica retido com o seu motivo, e o resto segue', async () => {
    await using diario = await abrirDiarioDeTeste()
    const broker = destinoDeTeste(async (ids) => ids.filter((id) => id % 400 === 0).map(recusar))
    await diario.gravar(1_000)
    await using _relay = iniciarRelay({ ...diario.fonte, publicar: broker.publicar })
    await diario.cursorEm(1_000)
    const retidos = (await diario.retidos()).map((linha) => ({ ...linha }))
    assert.deepEqual(retidos, [400, 800].map(recusar))
    assert.deepEqual(broker.lotes.flat(), umA(1_000))
  })

  it('destino fora do ar é tentado de novo até voltar, e avisado uma vez por queda', async () => {
    await using diario = await abrirDiarioDeTeste()
    let fora = 3
    const avisos: CodigoDeErro[] = []
    const broker = destinoDeTeste(async () => {
      if (fora-- > 0) throw new ErroDeNegocio('servico_indisponivel')
      return []
    })
    const aoFalhar = ({ codigo }: ErroDeNegocio) => avisos.push(codigo)
    await using _relay = iniciarRelay({ ...diario.fonte, publicar: broker.publicar, aoFalhar })
    await diario.gravar(2)
    await diario.cursorEm(2)
    assert.deepEqual(avisos, ['servico_indisponivel'])
    fora = 2
    await diario.gravar(1)
    await diario.cursorEm(3)
    assert.deepEqual(avisos, ['servico_indisponivel', 'servico_indisponivel'])
    assert.deepEqual(broker.lotes, [[1, 2], [3]])
  })

  it('cursor que não pôde ser gravado é gravado depois, e até lá nada se publica', async () => {
    await using diario = await abrirDiarioDeTeste()
    const broker = destinoDeTeste(async () => [])
    let cheio = 2
    const db: typeof diario.db = {
      ...diario.db,
      async transacao(corpo) {
        if (cheio-- > 0) throw new ErroDeNegocio('banco_sem_espaco')
        return diario.db.transacao(corpo)
      },
    }
    await diario.gravar(2)
    await using _relay = iniciarRelay({ ...diario.fonte, db, publicar: broker.publicar })
    await diario.cursorEm(2)
    assert.deepEqual(broker.lotes, [umA(2)])
    assert.ok(cheio < 0)
  })
})

describe('relay: o fim', () => {
  it('a publicação em curso termina e o cursor a guarda; nenhuma outra começa', async () => {
    await using diario = await abrirDiarioDeTeste()
    const presa = Promise.withResolvers<void>()
    const comecou = Promise.withResolvers<void>()
    const broker = destinoDeTeste(async () => {
      comecou.resolve()
      await presa.promise
      return []
    })
    const relay = iniciarRelay({ ...diario.fonte, publicar: broker.publicar })
    await diario.gravar(1)
    await comecou.promise
    await diario.gravar(1)
    const fim = relay[Symbol.asyncDispose]()
    presa.resolve()
    await fim
    assert.deepEqual(broker.lotes, [[1]])
    assert.equal(await diario.cursor(), 1)
  })

  it('publicação que não termina nem atende ao signal não segura o fim', LIMITE, async () => {
    await using diario = await abrirDiarioDeTeste()
    const comecou = Promise.withResolvers<AbortSignal>()
    const broker = destinoDeTeste(async (_ids, signal) => {
      comecou.resolve(signal)
      return nunca()
    })
    const relay = iniciarRelay({ ...diario.fonte, publicar: broker.publicar })
    await diario.gravar(1)
    const signal = await comecou.promise
    const inicio = performance.now()
    const fim = relay[Symbol.asyncDispose]()
    assert.ok(!signal.aborted)
    await fim
    assert.ok(signal.aborted)
    assert.ok(performance.now() - inicio < ENCERRAR_MS + LIMITE_MS)
    assert.equal(await diario.cursor(), 0)
  })

  it('a espera entre tentativas não segura o fim', async () => {
    await using diario = await abrirDiarioDeTeste()
    let tentativas = 0
    const foraDoAr = destinoDeTeste(async () => {
      tentativas++
      throw new Error('fora do ar')
    })
    const relay = iniciarRelay({ ...diario.fonte, publicar: foraDoAr.publicar })
    await diario.gravar(1)
    await ate(() => tentativas === 7, LIMITE_MS, 'sete tentativas: a próxima só em 1,6 s')
    const inicio = performance.now()
    await relay[Symbol.asyncDispose]()
    assert.ok(performance.now() - inicio < 800)
  })

  it('a espera por um commit não segura o fim, e depois dele nada mais é lido', async () => {
    await using diario = await abrirDiarioDeTeste()
    const publicar = destinoDeTeste(async () => []).publicar
    let leituras = 0
    const ler = async (apos: number, limite: number) => {
      leituras++
      return diario.fonte.ler(apos, limite)
    }
    const inicio = performance.now()
    for (const id of umA(10)) {
      await using _relay = iniciarRelay({ ...diario.fonte, ler, publicar })
      await diario.cursorEm(await diario.gravar(1))
      await ate(() => leituras >= 2 * id, LIMITE_MS, 'leitura vazia')
    }
    const ms = performance.now() - inicio
    assert.ok(ms < 10 * (RELER_MS / 2), `${ms.toFixed()} ms`)
    const lidas = leituras
    await diario.gravar(1)
    assert.equal(leituras, lidas)
  })
})

describe('relay: pontos de queda', () => {
  it('antes de publicar, depois de publicar, depois do cursor: nesta ordem', async (t) => {
    await using diario = await abrirDiarioDeTeste()
    const broker = destinoDeTeste(async () => [])
    const vistos: [number, Promise<number>][] = []
    t.mock.method(process, 'kill', () => {
      vistos.push([broker.lotes.length, diario.cursor()])
      armarQueda(PONTOS[vistos.length] ?? 'ao_chegar')
    })
    armarQueda(PONTOS[0]!)
    await using _relay = iniciarRelay({ ...diario.fonte, publicar: broker.publicar })
    await diario.gravar(1)
    await ate(() => vistos.length === PONTOS.length, LIMITE_MS, 'os três pontos')
    const cursores = await Promise.all(vistos.map(([, cursor]) => cursor))
    assert.deepEqual(
      vistos.map(([publicados], i) => [publicados, cursores[i]]),
      [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
    )
  })
})
