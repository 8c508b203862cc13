// Dead letters sent again to a broker that does what the test wants, from a real database.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ate } from '../../testes/ate.ts'
import { abrirBancoDeTeste } from '../../testes/banco.ts'
import { comPedidos, doPedido, umaMorta } from '../../testes/mortas.features.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { agora } from '../contratos/ids.ts'
import type { Recusado } from '../persistencia/cursor.ts'
import type { Morta } from '../servicos/pedidos/mortas.ts'
import type { MortaAReenviar } from '../servicos/pedidos/mortas_guardadas.ts'
import { criarReenviador, reenviarSempre } from './reenvio.ts'

const ESQUEMA = readFileSync(new URL('../servicos/pedidos/schema.sql', import.meta.url), 'utf8')
const LIMITE_MS = 5_000
const semResposta = () => new ErroDeNegocio('servico_indisponivel', 'O Kafka não respondeu.')

async function abrir(...guardadas: Morta[]) {
  const db = await abrirBancoDeTeste(ESQUEMA)
  const { mortas, guardarMorta, retidos } = await comPedidos(db)
  for (const morta of guardadas) await guardarMorta(morta)
  const lotes: MortaAReenviar[][] = []
  const broker = {
    responder: async (_lote: readonly MortaAReenviar[]): Promise<readonly Recusado[]> => [],
    async enviar(lote: readonly MortaAReenviar[]) {
      lotes.push([...lote])
      return broker.responder(lote)
    },
  }
  return {
    ...{ broker, lotes, mortas, guardarMorta },
    reenviador: criarReenviador(mortas, broker.enviar),
    enviadas: () => lotes.flat().map(({ id }) => id),
    presos: async () => (await retidos(10)).map(({ pedido_id }) => pedido_id),
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}
const varias = (quantas: number, outra: Partial<Morta> = {}) =>
  Array.from({ length: quantas }, () => umaMorta(outra))

test('uma só é marcada depois de enviada, e então o pedido é solto', async () => {
  await using aberto = await abrir(umaMorta())
  const { broker, reenviador, mortas } = aberto
  broker.responder = async () => {
    throw semResposta()
  }
  await assert.rejects(reenviador.uma(1), { codigo: 'servico_indisponivel' })
  assert.equal((await mortas.ver(1))?.reenviada_em, null)
  assert.deepEqual(await aberto.presos(), [1_001])
  broker.responder = async () => {
    assert.equal((await mortas.ver(1))?.reenviada_em, null, 'marcada antes de chegar')
    return []
  }
  const marcada = await reenviador.uma(1)
  assert.ok(marcada.reenviada_em)
  assert.ok(!('valor' in marcada))
  assert.deepEqual(await aberto.presos(), [])
})

test('a que não existe, a sem valor e a que o Kafka recusa têm cada uma o seu erro', async () => {
  const sem = umaMorta({ valor_omitido: true, valor: undefined, offset: '77' })
  await using aberto = await abrir(sem, umaMorta(), umaMorta({ topico: 'de_outros' }))
  const { broker, reenviador, mortas } = aberto
  broker.responder = async () => [{ id: 2, codigo: 'X', mensagem: 'MESSAGE_TOO_LARGE' }]
  await assert.rejects(reenviador.uma(9), { codigo: 'morta_desconhecida' })
  await assert.rejects(reenviador.uma(1), {
    codigo: 'reenvio_impossivel',
    message: 'O valor não coube; o original está em pagamentos_processados, partição 2, offset 77.',
  })
  assert.deepEqual(aberto.enviadas(), [])
  await assert.rejects(reenviador.uma(2), { codigo: 'reenvio_impossivel' })
  assert.equal((await mortas.ver(2))?.recusa, 'MESSAGE_TOO_LARGE')
  broker.responder = async () => []
  await assert.rejects(reenviador.uma(3), { codigo: 'reenvio_impossivel' })
  assert.deepEqual(aberto.enviadas(), [2], 'nada vai a um tópico alheio')
  assert.deepEqual(await aberto.presos(), [1_001])
})

test('várias vão das mais antigas, até o limite, e a recusada não segura as outras', async () => {
  await using aberto = await abrir(...varias(120), umaMorta({ grupo: 'fiscal-group' }))
  const { broker, reenviador } = aberto
  broker.responder = async (lote) =>
    lote.filter(({ id }) => id === 3).map(({ id }) => ({ id, codigo: 'X', mensagem: 'grande' }))
  const filtro = { grupo: 'estoque-group' }
  const primeira = await reenviador.varias(filtro, 70)
  assert.deepEqual(primeira, { reenviadas: 69, recusadas: 1, restam: 51 })
  assert.deepEqual(
    aberto.enviadas(),
    Array.from({ length: 70 }, (_, i) => i + 1),
  )
  broker.responder = async () => []
  const segunda = await reenviador.varias(filtro, 1_000)
  assert.deepEqual(segunda, { reenviadas: 50, recusadas: 0, restam: 1 })
  assert.ok(aberto.lotes.every(({ length }) => length <= 50))
})

test('a que morreu em dois grupos vai uma vez só', async () => {
  const lugar = { particao: 0, offset: '9' }
  const [uma, outra] = [umaMorta(lugar), umaMorta({ ...lugar, grupo: 'pedidos-group' })]
  await using aberto = await abrir(uma, umaMorta(), outra)
  const feito = await aberto.reenviador.varias({}, 10)
  assert.deepEqual(feito, { reenviadas: 3, recusadas: 0, restam: 0 })
  assert.deepEqual(aberto.enviadas(), [1, 2])
})

test('o que foi antes da queda do Kafka fica marcado', async () => {
  await using aberto = await abrir(...varias(60))
  const { broker, reenviador, mortas } = aberto
  broker.responder = async () => {
    if (aberto.lotes.length > 1) throw semResposta()
    return []
  }
  await assert.rejects(reenviador.varias({}, 1_000), { codigo: 'servico_indisponivel' })
  assert.equal(await mortas.contar({ pendentes: true }), 10)
})

test('sem o Kafka aberto, nada se envia e nada se marca', async () => {
  await using aberto = await abrir(umaMorta({ passageira: true }))
  const fechado = criarReenviador(aberto.mortas, undefined)
  const fechada = { codigo: 'arquitetura_fechada' }
  await assert.rejects(fechado.uma(1), fechada)
  await assert.rejects(fechado.varias({}, 1), fechada)
  await assert.rejects(fechado.passageiras(agora()), fechada)
  assert.equal(await aberto.mortas.contar({ pendentes: true }), 1)
})

test('a passageira vai sozinha depois do seu tempo, e a definitiva não', async () => {
  await using aberto = await abrir(
    umaMorta({ instante: new Date(Date.now() - 60_000).toISOString() }),
    doPedido(1_002, { passageira: true, instante: agora() }),
    doPedido(1_002, { passageira: true, instante: new Date(Date.now() + 60_000).toISOString() }),
  )
  const { broker, mortas, reenviador } = aberto
  const falhas: string[] = []
  broker.responder = async () => {
    if (aberto.lotes.length <= 3) throw semResposta()
    return []
  }
  const fim = new AbortController()
  const opcoes = { aposMs: 50, rodadaMs: 5 }
  const aoFalhar = (erro: Error) => void falhas.push(erro.message)
  const laco = reenviarSempre(reenviador, { ...opcoes, aoFalhar }, fim.signal)
  const foi = async () => (await mortas.ver(2))?.reenviada_em
  const enviada = await ate(foi, LIMITE_MS, 'a passageira foi reenviada')
  fim.abort()
  await laco
  const morreu = (await mortas.ver(2))?.instante ?? ''
  assert.ok(Date.parse(enviada) - Date.parse(morreu) >= 50, 'foi cedo demais')
  assert.deepEqual(falhas, ['O Kafka não respondeu.'], 'uma vez em cada queda')
  assert.deepEqual([...new Set(aberto.enviadas())], [2])
})
