// Any run of commits, outages, refusals, lost acknowledgements and deaths at any point: nothing is
// skipped, and the cursor's row is never ahead of what the destination took.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { ate } from '../../testes/ate.ts'
import { abrirDiarioDeTeste, type DiarioDeTeste, umA } from '../../testes/diario.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { iniciarRelay, MAIOR_LOTE } from './relay.ts'

const LIMITE_MS = 20_000
/** Of each attempt to publish: what becomes of it, and how much is committed meanwhile. */
const DESFECHOS = [
  'certo',
  'fora_do_ar',
  'confirmacao_perdida',
  'morre_antes_de_publicar',
  'morre_depois_de_publicar',
  'morre_antes_do_cursor',
  'morre_depois_do_cursor',
] as const
type Desfecho = (typeof DESFECHOS)[number]
interface Passo {
  readonly desfecho: Desfecho
  readonly gravados: number
}
const PASSOS = fc.array(
  fc.record({
    desfecho: fc.constantFrom(...DESFECHOS),
    gravados: fc.oneof(fc.nat(3), fc.constant(MAIOR_LOTE), fc.nat(2 * MAIOR_LOTE)),
  }),
  { maxLength: 6 },
)
const ehRecusado = (id: number) => id % 11 === 0

/** What the destination took, and the lives of the one process that publishes to it. */
function mundo(diario: DiarioDeTeste, passos: Passo[]) {
  const vistos = new Set<number>()
  const erros: unknown[] = []
  let confirmado = 0
  /** Acknowledged to the life that is; the next one knows only the cursor's row. */
  let confirmadoNestaVida = 0
  let vida: AsyncDisposable

  async function conferir(): Promise<number> {
    const cursor = await diario.cursor()
    assert.ok(cursor <= confirmado, `cursor em ${cursor}, confirmado até ${confirmado}`)
    const retidos = (await diario.retidos()).map(({ id }) => id)
    assert.deepEqual(retidos, umA(cursor).filter(ehRecusado), 'retidos junto com o cursor')
    return cursor
  }
  async function conferirLote(ids: readonly number[]): Promise<void> {
    const cursor = await conferir()
    assert.ok(ids.length > 0 && ids.length <= MAIOR_LOTE)
    const desde = Math.max(cursor, confirmadoNestaVida) + 1
    assert.deepEqual(ids, umA(ids.length, desde), 'em ordem, do confirmado em diante')
  }

  /** One life. After its death nothing that it asked for ever answers, and the next begins. */
  function viver(): void {
    const desteProcesso = new DisposableStack()
    confirmadoNestaVida = 0
    const morrer = (): Promise<never> => {
      desteProcesso.dispose()
      viver()
      return new Promise(() => undefined)
    }
    let desfecho: Desfecho = 'certo'
    const db: typeof diario.db = {
      ...diario.db,
      async transacao(corpo) {
        if (desfecho === 'morre_antes_do_cursor') return morrer()
        const feito = await diario.db.transacao(corpo)
        return desfecho === 'morre_depois_do_cursor' ? morrer() : feito
      },
    }
    vida = iniciarRelay({
      ...{ ...diario.fonte, db },
      aoGravar: (chamar) => desteProcesso.use(diario.fonte.aoGravar(chamar)),
      async publicar(lote) {
        const ids = lote.map(({ id }) => id)
        await conferirLote(ids).catch((erro) => erros.push(erro))
        const passo = passos.shift() ?? { desfecho: 'certo', gravados: 0 }
        desfecho = passo.desfecho
        await diario.gravar(passo.gravados)
        if (desfecho === 'fora_do_ar') throw new ErroDeNegocio('servico_indisponivel')
        if (desfecho === 'morre_antes_de_publicar') return morrer()
        for (const id of ids) vistos.add(id)
        if (desfecho === 'confirmacao_perdida') throw new ErroDeNegocio('prazo_esgotado')
        if (desfecho === 'morre_depois_de_publicar') return morrer()
        confirmadoNestaVida = ids.at(-1)!
        confirmado = Math.max(confirmado, confirmadoNestaVida)
        return ids.filter(ehRecusado).map((id) => ({ id, codigo: 'x', mensagem: 'y' }))
      },
    })
  }
  viver()
  return { vistos, erros, conferir, [Symbol.asyncDispose]: () => vida[Symbol.asyncDispose]() }
}

it('o que quer que falhe e quando quer que morra, tudo chega, em ordem e sem salto', async () => {
  await fc.assert(
    fc.asyncProperty(PASSOS, async (passos) => {
      await using diario = await abrirDiarioDeTeste()
      const restantes = [...passos]
      await using rodando = mundo(diario, restantes)
      const { vistos, erros, conferir } = rodando
      // A world at rest is woken by the next commit, until every step was taken.
      const tomados = async () => {
        const emDia = (await diario.cursor()) === (await diario.fonte.ultimoId())
        if (emDia && restantes.length > 0) await diario.gravar(1)
        return emDia && restantes.length === 0
      }
      await ate(async () => erros.length > 0 || (await tomados()), LIMITE_MS, 'tudo publicado')
      assert.deepEqual(erros, [])
      await conferir()
      assert.deepEqual([...vistos], umA(await diario.fonte.ultimoId()))
    }),
    { numRuns: 40, seed: 20_261_128 },
  )
})
