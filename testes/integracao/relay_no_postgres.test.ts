// The same relay over PostgreSQL: the cursor's SQL in its other dialect, and two instances of one
// service that share a cursor.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { abrirPostgres } from '../../src/persistencia/postgres.ts'
import { iniciarRelay } from '../../src/persistencia/relay.ts'
import { ESQUEMA_COMUM } from '../banco.ts'
import { abrirDiarioDeTeste, type DiarioDeTeste, destinoDeTeste, umA } from '../diario.ts'
import { abrirPostgresDeTeste, type PostgresDeTeste } from '../postgres.ts'

let servidor: PostgresDeTeste
before(async () => {
  servidor = await abrirPostgresDeTeste()
})
after(async () => servidor?.[Symbol.asyncDispose]())

const recusado = { id: 7, codigo: 'grande_demais', mensagem: 'não cabe' }
const novoDestino = () =>
  destinoDeTeste(async (ids) => (ids.includes(recusado.id) ? [recusado] : []))

test('duas instâncias dividem um cursor: nada falta, nada fica fora de ordem', async () => {
  const url = await servidor.novaBase()
  await using pilha = new AsyncDisposableStack()
  const instancia = async () =>
    pilha.use(await abrirDiarioDeTeste(() => abrirPostgres(url, 'fiscal', ESQUEMA_COMUM)))
  const destinos = [novoDestino(), novoDestino()] as const
  const diarios = [await instancia(), await instancia()] as const
  for (const [i, diario] of diarios.entries()) {
    pilha.use(iniciarRelay({ ...diario.fonte, publicar: destinos[i]!.publicar }))
  }
  const gravar = async (diario: DiarioDeTeste) => {
    for (const _ of umA(30)) await diario.gravar(5)
  }
  await Promise.all(diarios.map(gravar))
  await diarios[0].cursorEm(300)
  const publicados = destinos.flatMap(({ lotes }) => lotes.flat())
  assert.deepEqual(
    [...new Set(publicados)].sort((a, b) => a - b),
    umA(300),
  )
  for (const { lotes } of destinos) {
    assert.deepEqual(
      lotes.flat(),
      lotes.flat().toSorted((a, b) => a - b),
      'em ordem em cada uma',
    )
  }
  assert.deepEqual(await diarios[1].retidos(), [recusado])
})

test('a máquina que reiniciou recomeça do que é firme', async () => {
  const url = await servidor.novaBase()
  const abrir = () => abrirPostgres(url, 'fiscal', ESQUEMA_COMUM)
  await using diario = await abrirDiarioDeTeste(abrir)
  await diario.gravar(5)
  for (const boot of ['a', 'b']) {
    const broker = novoDestino()
    await using _relay = iniciarRelay({ ...diario.fonte, boot, publicar: broker.publicar })
    const fim = await diario.gravar(1)
    await diario.cursorEm(fim)
    assert.deepEqual(broker.lotes.flat(), umA(fim))
  }
})
