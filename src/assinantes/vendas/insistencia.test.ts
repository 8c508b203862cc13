// What is done about a database that fails, over one that fails as told.
import assert from 'node:assert/strict'
import { after, describe, it, test } from 'node:test'
import { ate } from '../../../testes/ate.ts'
import type { Venda } from './domain.ts'
import { criarInsistencia } from './insistencia.ts'
import type { Achado } from './lotes.ts'
import type { Havia } from './repository.ts'

const LIMITE_MS = 5_000
const LOTES = Array.from({ length: 10 }, (_, i): Venda[] => [{ numero: i + 1, total: '1' }])

const erroDe = (code: string) => Object.assign(new Error(`erro ${code}`), { code })

/** Of a test that failed in the middle: what insists for ever would keep the process alive. */
const fins: AbortController[] = []
after(() => {
  for (const fim of fins) fim.abort(new Error('o teste acabou'))
})

/** `falhar` says how a batch fails, or not at all. */
function abrir(falhar: (lote: readonly Venda[]) => string | undefined) {
  const chamadas = { preparar: 0, gravar: 0, maior: 0, agora: 0 }
  const linhas: string[] = []
  const contando = async <T>(fazer: () => T): Promise<T> => {
    chamadas.maior = Math.max(chamadas.maior, ++chamadas.agora)
    await new Promise((resolver) => setImmediate(resolver))
    chamadas.agora--
    return fazer()
  }
  const repositorio = {
    async preparar() {
      chamadas.preparar++
    },
    gravar: (lote: readonly Venda[]): Promise<Havia> =>
      contando(() => {
        chamadas.gravar++
        const codigo = falhar(lote)
        if (codigo) throw erroDe(codigo)
        return new Map([[7, '9']])
      }),
  }
  const fim = new AbortController()
  fins.push(fim)
  const avisos = {
    aoCair: (erro: Error) => void linhas.push(`caiu: ${erro.message}`),
    aoVoltar: () => void linhas.push('voltou'),
  }
  const insistencia = criarInsistencia({ repositorio, ...avisos }, fim.signal)
  return { insistencia, chamadas, linhas, fim }
}

const FORA = [
  ...['ECONNREFUSED', 'EPIPE', '08006', '57P01', '57P03', '53100', '25006', '28P01', '3D000'],
  ...['58030', 'XX000', '42P01', '42501', 'P0001'],
]
describe('fora do ar', { concurrency: true }, () => {
  for (const codigo of FORA) {
    it(`${codigo}: um pergunta, e tudo se grava na volta`, async () => {
      let fora = true
      const { insistencia, chamadas, linhas } = abrir(() => (fora ? codigo : undefined))
      const gravando = LOTES.map((lote) => insistencia.gravar(lote))
      await ate(() => chamadas.preparar >= 2, LIMITE_MS, 'perguntou duas vezes')
      assert.ok(insistencia.fora)
      chamadas.maior = 0
      const antes = chamadas.gravar
      // One may have been under way: the next is whole.
      await ate(() => chamadas.gravar > antes + 1, LIMITE_MS, 'perguntou de novo')
      assert.equal(chamadas.maior, 1)
      fora = false
      const achados = await Promise.all(gravando)
      assert.equal(achados[0]?.get(1), undefined)
      assert.deepEqual(achados[6]?.get(7), { situacao: 'havia', total: '9' })
      assert.deepEqual(linhas, [`caiu: erro ${codigo}`, 'voltou'])
      assert.ok(!insistencia.fora)
    })
  }
})

test('um impasse com os outros em dia se repete sem dizer nada', async () => {
  let impasses = 2
  const { insistencia, linhas } = abrir(([uma]) =>
    uma?.numero === 2 && impasses-- > 0 ? '40P01' : undefined,
  )
  await insistencia.gravar(LOTES[0]!)
  const achados = await insistencia.gravar(LOTES[1]!)
  assert.deepEqual([[...achados.keys()], linhas], [[7], []])
})

test('a razão que muda no meio da queda é dita, e cada uma só uma vez', async () => {
  let codigo: string | undefined = 'ECONNREFUSED'
  const { insistencia, chamadas, linhas } = abrir(() => codigo)
  const gravando = insistencia.gravar(LOTES[0]!)
  for (const outro of ['28P01', 'ECONNREFUSED', undefined]) {
    const antes = chamadas.gravar
    await ate(() => chamadas.gravar > antes + 1, LIMITE_MS, `falhou de ${codigo}`)
    codigo = outro
  }
  await gravando
  assert.deepEqual(linhas, ['caiu: erro ECONNREFUSED', 'caiu: erro 28P01', 'voltou'])
})

const recusadas = (achados: ReadonlyMap<number, Achado>) =>
  [...achados].filter(([, { situacao }]) => situacao === 'recusada')

for (const codigo of ['22003', '23514', 'P0001', '42501', '44000', '0A000']) {
  for (const ruim of [1, 3, 10]) {
    test(`${codigo}: a linha ${ruim} é a única recusada do seu lote`, async () => {
      const { insistencia, linhas } = abrir((lote) =>
        lote.some(({ numero }) => numero === ruim) ? codigo : undefined,
      )
      await insistencia.gravar([{ numero: 11, total: '1' }])
      const achados = await insistencia.gravar(LOTES.flat())
      const esperada = [ruim, { situacao: 'recusada', motivo: `erro ${codigo}` }]
      assert.deepEqual([recusadas(achados), achados.get(7)?.situacao], [[esperada], 'havia'])
      assert.deepEqual(linhas, [])
    })
  }
}

test('a linha sozinha só é recusada depois que outra se grava; a queda, dita uma vez', async () => {
  const { insistencia, chamadas, linhas } = abrir(([uma]) =>
    uma?.numero === 3 ? 'P0001' : undefined,
  )
  let fim = false
  const gravando = insistencia.gravar(LOTES[2]!).finally(() => {
    fim = true
  })
  await ate(() => chamadas.gravar >= 2, LIMITE_MS, 'repetida')
  // Of a row that stood there before, the table took nothing.
  await insistencia.gravar(LOTES[6]!)
  const antes = chamadas.gravar
  await ate(() => chamadas.gravar > antes + 1, LIMITE_MS, 'repetida outra vez')
  assert.ok(!fim)
  await insistencia.gravar(LOTES[0]!)
  assert.deepEqual(
    [...recusadas(await gravando), ...linhas],
    [[3, { situacao: 'recusada', motivo: 'erro P0001' }], 'caiu: erro P0001', 'voltou'],
  )
})

test('permissão retirada com um lote em meio: as linhas por gravar esperam por ela', async () => {
  let semPermissao = true
  const { insistencia, chamadas } = abrir((lote) => {
    if (lote.some(({ numero }) => numero === 2)) return 'P0001'
    return semPermissao && lote.some(({ numero }) => numero >= 4) ? '42501' : undefined
  })
  const gravando = insistencia.gravar(LOTES.slice(0, 6).flat())
  await ate(() => chamadas.gravar > 20, LIMITE_MS, 'repetidas')
  semPermissao = false
  assert.deepEqual(
    recusadas(await gravando).map(([numero]) => numero),
    [2],
  )
})

test('encerrar rejeita o que espera', async () => {
  const { insistencia, fim } = abrir(() => 'ECONNREFUSED')
  const gravando = insistencia.gravar(LOTES[0]!)
  await ate(() => insistencia.fora, LIMITE_MS, 'fora')
  fim.abort(new Error('encerrando'))
  await assert.rejects(gravando)
})
