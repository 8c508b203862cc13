// The outbox on a real file: what comes twice is there once, and what is due comes in its order.
import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { StatusPedido } from '../../contratos/eventos.ts'
import { comoClienteId, comoPedidoId, type Instante } from '../../contratos/ids.ts'
import { abrirOutbox, type Marca, type Outbox } from './outbox.ts'

const T0 = Date.parse('2026-01-02T03:00:00.000Z')
const em = (ms: number) => new Date(T0 + ms).toISOString() as Instante
const CANAIS = ['registro', 'smtp'] as const

const mudanca = (pedido: number, status: StatusPedido) => ({
  ...{ pedido_id: comoPedidoId(pedido), cliente_id: comoClienteId(3), status, instante: em(0) },
})
const fim = (id: number, ms = 0): Marca => ({
  ...{ id, devida_em: em(0), em: em(ms), erro: null, fim: 'enviado' },
})

async function comOutbox(corpo: (outbox: Outbox, arquivo: string) => Promise<void>) {
  using pasta = mkdtempDisposableSync(join(tmpdir(), 'quatrovias-outbox-'))
  const arquivo = join(pasta.path, 'notificacoes.db')
  await using outbox = abrirOutbox(arquivo)
  await corpo(outbox, arquivo)
}
const lista = (outbox: Outbox) => outbox.listar({ limite: 100 })

test('uma mudança é uma linha por canal, e repetida não muda nada, nem depois de sair', () =>
  comOutbox(async (outbox) => {
    assert.equal(await outbox.receber(mudanca(1, 'enviado'), CANAIS, em(0)), true)
    assert.equal(await outbox.receber(mudanca(1, 'enviado'), CANAIS, em(1)), false)
    const [primeira] = await outbox.devidas('smtp', em(2), 10)
    await outbox.marcar(fim(primeira?.id ?? 0))
    assert.equal(await outbox.receber(mudanca(1, 'enviado'), CANAIS, em(3)), false)
    const linhas = (await lista(outbox)).map(({ canal, estado }) => [canal, estado])
    assert.deepEqual(linhas.toSorted(), [
      ['registro', 'pendente'],
      ['smtp', 'enviado'],
    ])
  }))

test('de cada pedido só a primeira é devida, e os pedidos vêm do mais antigo', () =>
  comOutbox(async (outbox) => {
    await outbox.receber(mudanca(2, 'pendente'), CANAIS, em(0))
    await outbox.receber(mudanca(1, 'pendente'), CANAIS, em(1))
    await outbox.receber(mudanca(2, 'enviado'), CANAIS, em(2))
    const devidas = async () =>
      (await outbox.devidas('smtp', em(9), 10)).map(({ pedido_id, status }) => [pedido_id, status])
    assert.deepEqual(await devidas(), [
      [2, 'pendente'],
      [1, 'pendente'],
    ])
    assert.equal((await outbox.devidas('smtp', em(9), 1)).length, 1)
    const [primeira] = await outbox.devidas('smtp', em(9), 1)
    await outbox.marcar(fim(primeira?.id ?? 0))
    assert.deepEqual(await devidas(), [
      [1, 'pendente'],
      [2, 'enviado'],
    ])
  }))

test('a que falhou espera, e as do seu pedido atrás dela; as de outro não', () =>
  comOutbox(async (outbox) => {
    await outbox.receber(mudanca(1, 'pendente'), CANAIS, em(0))
    await outbox.receber(mudanca(2, 'pendente'), CANAIS, em(0))
    const [primeira] = await outbox.devidas('smtp', em(0), 1)
    const proxima_em = em(1_000)
    const quando = { devida_em: em(0), em: em(0), falha_desde: em(0), proxima_em }
    await outbox.marcar({ id: primeira?.id ?? 0, erro: 'fora', ...quando })
    await outbox.receber(mudanca(1, 'enviado'), CANAIS, em(5))
    const pedidos = async (ms: number) =>
      (await outbox.devidas('smtp', em(ms), 10)).map(({ pedido_id }) => pedido_id)
    assert.deepEqual(await pedidos(999), [2])
    assert.equal(await outbox.proxima('smtp', em(5)), em(1_000))
    assert.deepEqual(await pedidos(1_000), [2, 1])
    assert.equal(await outbox.proxima('smtp', em(1_000)), undefined)
    const [, outra] = await outbox.devidas('smtp', em(1_000), 10)
    assert.deepEqual([outra?.tentativas, outra?.falha_desde], [1, em(0)])
    assert.equal((await outbox.devidas('registro', em(5), 10)).length, 2)
  }))

test('reenviar devolve à espera o que se pediu, em ordem, sem o que falhou', () =>
  comOutbox(async (outbox) => {
    for (const status of ['pendente', 'enviado'] as const) {
      await outbox.receber(mudanca(1, status), CANAIS, em(0))
    }
    for (const { id } of await lista(outbox)) {
      await outbox.marcar({ ...fim(id, 1), erro: 'não existe', fim: 'desistiu' })
    }
    const pedido_id = comoPedidoId(1)
    assert.equal(await outbox.reenviar({ pedido_id: comoPedidoId(9) }, em(2)), 0)
    assert.equal(await outbox.reenviar({ pedido_id, status: 'enviado', canal: 'smtp' }, em(2)), 1)
    assert.equal(await outbox.reenviar({ pedido_id, canal: 'smtp' }, em(2)), 2)
    const [devida, ...outras] = await outbox.devidas('smtp', em(2), 10)
    assert.deepEqual([devida?.status, devida?.tentativas, outras], ['pendente', 0, []])
    assert.equal((await outbox.devidas('registro', em(2), 10)).length, 0)
    assert.equal(await outbox.reenviar({ pedido_id }, em(2)), 4)
  }))

test('o reenvio pedido durante uma tentativa vale, termine ela como terminar', () =>
  comOutbox(async (outbox) => {
    await outbox.receber(mudanca(1, 'enviado'), ['smtp'], em(0))
    const [emVoo] = await outbox.devidas('smtp', em(0), 1)
    assert.equal(await outbox.reenviar({ pedido_id: comoPedidoId(1) }, em(1)), 1)
    const lida = { id: emVoo?.id ?? 0, devida_em: emVoo?.devida_em ?? em(0) }
    await outbox.marcar({ ...fim(lida.id, 2), ...lida })
    const falha = { em: em(2), erro: 'fora', falha_desde: em(2), proxima_em: em(3_000) }
    await outbox.marcar({ ...lida, ...falha })
    const [devida] = await outbox.devidas('smtp', em(2), 1)
    assert.deepEqual([devida?.id, devida?.tentativas, devida?.devida_em], [1, 0, em(1)])
    await outbox.marcar({ ...fim(1, 3), devida_em: em(1) })
    assert.equal((await lista(outbox))[0]?.estado, 'enviado')
  }))

test('a lista mostra página por página, por pedido e por estado', () =>
  comOutbox(async (outbox) => {
    for (const pedido of [1, 2, 3]) await outbox.receber(mudanca(pedido, 'enviado'), CANAIS, em(0))
    await outbox.marcar(fim(6))
    const ids = async (pagina: object) =>
      (await outbox.listar({ limite: 100, ...pagina })).map(({ id }) => id)
    assert.deepEqual(await ids({}), [6, 5, 4, 3, 2, 1])
    assert.deepEqual(await ids({ limite: 2, antes_de: 5 }), [4, 3])
    assert.deepEqual(await ids({ pedido_id: 2 }), [4, 3])
    assert.deepEqual(await ids({ estado: 'enviado' }), [6])
    assert.deepEqual(await ids({ estado: 'pendente', pedido_id: 3 }), [5])
  }))

test('o que espera é contado por canal, desde quando', () =>
  comOutbox(async (outbox) => {
    await outbox.receber(mudanca(1, 'enviado'), CANAIS, em(0))
    await outbox.receber(mudanca(2, 'enviado'), CANAIS, em(7))
    await outbox.marcar(fim(1))
    assert.deepEqual(
      (await outbox.esperas()).map((espera) => ({ ...espera })),
      [
        { canal: 'registro', pendentes: 1, desde: em(7) },
        { canal: 'smtp', pendentes: 2, desde: em(0) },
      ],
    )
  }))

test('a poda apaga o que terminou há tempo, e nunca o que espera', () =>
  comOutbox(async (outbox) => {
    for (const pedido of [1, 2]) await outbox.receber(mudanca(pedido, 'enviado'), ['smtp'], em(0))
    await outbox.receber(mudanca(3, 'enviado'), ['smtp'], em(0))
    await outbox.marcar(fim(1, 10))
    await outbox.marcar(fim(2, 20))
    assert.equal(await outbox.podar(em(20), async () => undefined), false)
    assert.deepEqual(
      (await lista(outbox)).map(({ id }) => id),
      [3, 2],
    )
  }))

test('o que a poda não consegue levar junto com a linha fica, e a linha também', () =>
  comOutbox(async (outbox) => {
    await outbox.receber(mudanca(1, 'enviado'), CANAIS, em(0))
    for (const { id } of await lista(outbox)) await outbox.marcar(fim(id))
    const falhar = async () => Promise.reject(new Error('sem permissão'))
    await assert.rejects(outbox.podar(em(1), falhar), { message: 'sem permissão' })
    assert.equal((await lista(outbox)).length, 2)
    const levadas: unknown[] = []
    await outbox.podar(em(1), async (linhas) => {
      for (const { pedido_id, status, canal } of linhas) levadas.push([pedido_id, status, canal])
    })
    assert.deepEqual(levadas.toSorted(), [
      [1, 'enviado', 'registro'],
      [1, 'enviado', 'smtp'],
    ])
    assert.deepEqual(await lista(outbox), [])
  }))
