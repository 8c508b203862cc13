// The way out of the log, over a real database: all of it, once and in order while nothing fails;
// what is refused stays behind, what fails comes again, and the end is never waited for too long.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ate } from '../../testes/ate.ts'
import { abrirDiarioDeTeste, type DiarioDeTeste } from '../../testes/diario.ts'
import { type CodigoDeErro, ErroDeNegocio } from '../contratos/errors.ts'
import type { Instante } from '../contratos/ids.ts'
import { INCERTO_MS, type Recusado } from './cursor.ts'
import { armarQueda, type PontoDeQueda } from './queda.ts'
import { ENCERRAR_MS, iniciarRelay, MAIOR_LOTE, RELER_MS } from './relay.ts'

const LIMITE_MS = 10_000
const umA = (n: number, de = 1) => Array.from({ length: n }, (_, i) => de + i)
const nunca = () => new Promise<never>(() => undefined)
const recusar = (id: number): Recusado => ({ id, codigo: 'grande_demais', mensagem: 'não cabe' })

/** A destination that remembers the batches it took; `aceitar` may hold back, refuse or fail. */
function destino(aceitar: (ids: number[], signal: AbortSignal) => Promise<Recusado[]>) {
  const lotes: number[][] = []
  return {
    lotes,
    async publicar(lote: readonly { id: number }[], signal: AbortSignal) {
      const ids = lote.map(({ id }) => id)
      const recusados = await aceitar(ids, signal)
      lotes.push(ids)
      return recusados
    },
  }
}
const cursorEm = (diario: DiarioDeTeste, id: number) =>
  ate(async () => (await diario.cursor()) === id, LIMITE_MS, `cursor em ${id}`)

describe('relay: o caminho', () => {
  it('publica tudo uma vez e na ordem, o de antes e o de depois do início', async () => {
    await using diario = await abrirDiarioDeTeste()
    const broker = destino(async () => [])
    await diario.gravar(1_200)
    await using _relay = iniciarRelay({ ...diario.fonte, publicar: broker.publicar })
    await cursorEm(diario, 1_200)
    await diario.gravar(3)
    await cursorEm(diario, 1_203)
    assert.deepEqual(broker.lotes.flat(), umA(1_203))
    assert.ok(broker.lotes.every((lote) => lote.length <= MAIOR_LOTE))
  })

  it('o commit acorda o relay, que não espera pela próxima releitura', async () => {
    await using diario = await abrirDiarioDeTeste()
    const broker = destino(async () => [])
    await using _relay = iniciarRelay({ ...diario.fonte, publicar: broker.publicar })
    const inicio = performance.now()
    for (const id of umA(40)) {
      await diario.gravar(1)
      await cursorEm(diario, id)
    }
    const ms = performance.now() - inicio
    assert.ok(ms < (40 * RELER_MS) / 4, `${ms.toFixed()} ms`)
  })

  it('o que outra instância gravou, sem avisar esta, é achado ao reler', async () => {
    await using diario = await abrirDiarioDeTeste()
    const broker = destino(async () => [])
    const surdo = { ...diario.fonte, aoGravar: () => ({ [Symbol.dispose]() {} }) }
    await using _relay = iniciarRelay({ ...surdo, publicar: broker.publicar })
    await diario.gravar(2)
    await cursorEm(diario, 2)
    await diario.gravar(2)
    await cursorEm(diario, 4)
    assert.deepEqual(broker.lotes.flat(), umA(4))
  })

  it('mil gravações durante uma publicação vão em poucos lotes, uma de cada vez', async () => {
    await using diario = await abrirDiarioDeTeste()
    const presa = Promise.withResolvers<void>()
    let juntas = 0
    const broker = destino(async () => {
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
    await cursorEm(diario, 1_001)
    assert.deepEqual(broker.lotes, [[1], umA(500, 2), umA(500, 502)])
  })

  it('a situação conta o que falta publicar, a idade do mais antigo e os recusados', async () => {
    await using diario = await abrirDiarioDeTeste()
    const presa = Promise.withResolvers<void>()
    const broker = destino(async (ids) => {
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
    await cursorEm(diario, 7)
    const { pendentes, retidos } = await relay.situacao()
    assert.equal(pendentes, 0)
    assert.equal(retidos, (await diario.retidos()).length)
    assert.ok(retidos >= 2)
  })
})

describe('relay: o que dá errado', () => {
  it('o recusado de vez fica retido com o seu motivo, e o resto segue', async () => {
    await using diario = await abrirDiarioDeTeste()
    const broker = destino(async (ids) => ids.filter((id) => id % 400 === 0).map(recusar))
    await diario.gravar(1_000)
    await using _relay = iniciarRelay({ ...diario.fonte, publicar: broker.publicar })
    await cursorEm(diario, 1_000)
    const retidos = (await diario.retidos()).map((linha) => ({ ...linha }))
    assert.deepEqual(retidos, [400, 800].map(recusar))
    assert.deepEqual(broker.lotes.flat(), umA(1_000))
  })

  it('destino fora do ar é tentado de novo até voltar, e avisado uma vez por queda', async () => {
    await using diario = await abrirDiarioDeTeste()
    let fora = 3
    const avisos: CodigoDeErro[] = []
    const broker = destino(async () => {
      if (fora-- > 0) throw new ErroDeNegocio('servico_indisponivel')
      return []
    })
    const aoFalhar = ({ codigo }: ErroDeNegocio) => avisos.push(codigo)
    await using _relay = iniciarRelay({ ...diario.fonte, publicar: broker.publicar, aoFalhar })
    await diario.gravar(2)
    await cursorEm(diario, 2)
    assert.deepEqual(avisos, ['servico_indisponivel'])
    fora = 2
    await diario.gravar(1)
    await cursorEm(diario, 3)
    assert.deepEqual(avisos, ['servico_indisponivel', 'servico_indisponivel'])
    assert.deepEqual(broker.lotes, [[1, 2], [3]])
  })

  it('cursor que não pôde ser gravado publica de novo em vez de seguir sem ele', async () => {
    await using diario = await abrirDiarioDeTeste()
    const broker = destino(async () => [])
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
    await cursorEm(diario, 2)
    assert.deepEqual(broker.lotes, [umA(2), umA(2), umA(2)])
  })
})

describe('relay: o fim', () => {
  it('a publicação em curso termina e o cursor a guarda; nenhuma outra começa', async () => {
    await using diario = await abrirDiarioDeTeste()
    const presa = Promise.withResolvers<void>()
    const comecou = Promise.withResolvers<void>()
    const broker = destino(async () => {
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

  it('publicação que não termina nem atende ao signal não segura o fim', async () => {
    await using diario = await abrirDiarioDeTeste()
    const comecou = Promise.withResolvers<AbortSignal>()
    const broker = destino(async (_ids, signal) => {
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

  it('nem a espera entre tentativas nem a por um commit seguram o fim', async () => {
    await using diario = await abrirDiarioDeTeste()
    const falhou = Promise.withResolvers<void>()
    const foraDoAr = destino(async () => Promise.reject(new Error('fora do ar')))
    const tentando = iniciarRelay({
      ...{ ...diario.fonte, publicar: foraDoAr.publicar },
      aoFalhar: () => falhou.resolve(),
    })
    await diario.gravar(1)
    await falhou.promise
    await tentando[Symbol.asyncDispose]()
    const parado = iniciarRelay({ ...diario.fonte, publicar: destino(async () => []).publicar })
    await cursorEm(diario, 1)
    await parado[Symbol.asyncDispose]()
    await diario.gravar(1)
    assert.equal(await diario.cursor(), 1)
  })
})

describe('relay: a máquina que reiniciou', () => {
  it('recomeça do que já estava publicado um minuto antes, e só uma vez', async (t) => {
    await using diario = await abrirDiarioDeTeste()
    const passados = t.mock.method(performance, 'now', relogioAdiantado(0))
    const umaVida = async (boot: string, gravar: () => Promise<unknown>) => {
      const broker = destino(async () => [])
      await using _relay = iniciarRelay({ ...diario.fonte, boot, publicar: broker.publicar })
      await gravar()
      const fim = await diario.fonte.ultimoId()
      await ate(() => broker.lotes.at(-1)?.at(-1) === fim, LIMITE_MS, 'o último publicado')
      await cursorEm(diario, fim)
      return broker.lotes.flat()
    }
    const aos = (ms: number, quantos: number) => async () => {
      passados.mock.mockImplementation(relogioAdiantado(ms))
      await cursorEm(diario, await diario.gravar(quantos))
    }
    await umaVida('a', async () => {
      await aos(0, 10)()
      await aos(INCERTO_MS, 10)()
      await aos(INCERTO_MS + 1_000, 10)()
      await aos(2 * INCERTO_MS, 10)()
      await aos(2 * INCERTO_MS + 1_000, 10)()
    })
    assert.deepEqual(await umaVida('a', aos(2 * INCERTO_MS + 2_000, 1)), [51])
    assert.deepEqual(await umaVida('b', aos(2 * INCERTO_MS + 3_000, 1)), umA(32, 21))
    assert.deepEqual(await umaVida('b', aos(2 * INCERTO_MS + 4_000, 1)), [53])
    assert.deepEqual(await umaVida('', aos(2 * INCERTO_MS + 5_000, 1)), [54])
  })

  it('o que foi publicado com atraso conta pela hora da publicação, não pela do evento', async () => {
    await using diario = await abrirDiarioDeTeste()
    await diario.gravar(10, '2026-01-01T00:00:00.000Z' as Instante)
    for (const boot of ['a', 'b', 'c']) {
      const broker = destino(async () => [])
      await using _relay = iniciarRelay({ ...diario.fonte, boot, publicar: broker.publicar })
      await ate(() => broker.lotes.flat().length === 10, LIMITE_MS, `publicado no boot ${boot}`)
      await cursorEm(diario, 10)
    }
  })
})

const agoraDeVerdade = performance.now.bind(performance)
const relogioAdiantado = (ms: number) => () => agoraDeVerdade() + ms

describe('relay: pontos de queda', () => {
  it('antes de publicar, depois de publicar, depois do cursor: nesta ordem', async (t) => {
    await using diario = await abrirDiarioDeTeste()
    const broker = destino(async () => [])
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
const PONTOS: PontoDeQueda[] = ['antes_de_publicar', 'depois_de_publicar', 'depois_do_cursor']
