// What Prometheus is told of the way by Kafka: what is known now, and each thing once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Registry } from 'prom-client'
import { ate } from '../../../testes/ate.ts'
import { EVENTOS } from '../../../testes/eventos.ts'
import type { Resultado } from '../../contratos/envelope.ts'
import type { EventoGravado, TipoEvento } from '../../contratos/eventos.ts'
import { type Atraso, atrasadas, porGrupo } from './atraso.ts'
import type { Metadados } from './cabecalhos.ts'
import type { Recebida } from './inbound.ts'
import { criarMedidas, type Fontes } from './medidas.ts'

const FEITO = '2026-01-02T03:04:05.000Z'
const FIM = '2026-01-02T03:04:07.000Z'
const SEM_FONTES: Fontes = { publicacao: async () => undefined }

/** The samples, without the prefix that all have. */
function cena(fontes: Partial<Fontes> = {}) {
  const metricas = new Registry()
  const medidas = criarMedidas(metricas, { ...SEM_FONTES, ...fontes })
  const amostras = async () => {
    const linhas = (await metricas.metrics()).split('\n').filter((linha) => /^quat/.test(linha))
    return linhas.map((linha) => linha.replace('quatrovias_', ''))
  }
  return { medidas, amostras }
}

const mensagem = { topico: 'estoque_separado' } as Recebida
const metadados = (outros: Partial<Metadados> = {}): Metadados => ({
  ...{ nossa: true, traceparent: '', retomada: false, aconteceuMs: undefined },
  ...outros,
})
const decidido = (tipo: TipoEvento, repetido = false): Resultado =>
  ({
    ok: true,
    repetido,
    gravado: { instante: FIM, evento: EVENTOS[tipo] } as EventoGravado,
  }) as Resultado

test('o que não se sabe agora não se diz, nem como já foi', async () => {
  const publicacao = { pendentes: 3, idadeMs: 1_500, retidos: 1 }
  const atraso: Atraso = { grupo: 'g', topico: 't', particao: 2, mensagens: 7 }
  let sabe = true
  const { amostras } = cena({
    publicacao: async () => (sabe ? publicacao : undefined),
    atrasos: async () => (sabe ? [atraso] : undefined),
    mortasPendentes: async () => (sabe ? 4 : undefined),
    abertoMaisVelhoMs: async () => (sabe ? 2_500 : undefined),
  })
  assert.deepEqual(await amostras(), [
    ...['saida_pendentes 3', 'saida_idade_segundos 1.5', 'eventos_retidos 1'],
    ...['kafka_atraso{grupo="g",topico="t",particao="2"} 7', 'mortas_pendentes 4'],
    'pedido_aberto_idade_segundos 2.5',
  ])
  sabe = false
  assert.deepEqual(await amostras(), [])
})

test('uma morta conta pelo seu código', async () => {
  const { medidas, amostras } = cena()
  for (const codigo of ['defeito', 'mensagem_invalida', 'defeito']) medidas.morreu(codigo)
  const contadas = [
    'mortas_total{codigo="defeito"} 2',
    'mortas_total{codigo="mensagem_invalida"} 1',
  ]
  assert.deepEqual(await amostras(), contadas)
})

test('a idade é medida do fato; sem instante, ou numa retomada, não há o que medir', async () => {
  const { medidas, amostras } = cena()
  const idades = async () => (await amostras()).filter((uma) => /idade_segundos_count/.test(uma))
  medidas.decidiu(mensagem, metadados(), [])
  medidas.decidiu(mensagem, metadados({ aconteceuMs: 0, retomada: true }), [])
  assert.deepEqual(await idades(), [])
  medidas.decidiu(mensagem, metadados({ aconteceuMs: Date.now() - 3_000 }), [])
  assert.deepEqual(await idades(), ['kafka_idade_segundos_count{topico="estoque_separado"} 1'])
  const [soma = ''] = (await amostras()).filter((uma) => /idade_segundos_sum/.test(uma))
  const segundos = Number(soma.split(' ').at(-1))
  assert.ok(segundos >= 3 && segundos < 30, soma)
})

test('o pedido é medido no fim, uma vez, e uma leitura que falha não derruba nada', async () => {
  let lidas = 0
  const { medidas, amostras } = cena({
    async criadoEm() {
      if (lidas++ === 0) throw new Error('banco fora')
      return FEITO
    },
  })
  const somas = async () => (await amostras()).filter((uma) => /pedido_segundos_sum/.test(uma))
  medidas.decidiu(mensagem, metadados(), [decidido('PedidoConcluido')])
  medidas.decidiu(mensagem, metadados(), [
    ...[decidido('PedidoConcluido'), decidido('PedidoConcluido', true)],
    ...[decidido('PedidoCancelado'), decidido('StatusRegistrado')],
  ])
  await ate(async () => (await somas()).length === 2, 10_000, 'as duas medidas')
  assert.deepEqual(await somas(), [
    'pedido_segundos_sum{status="enviado"} 2',
    'pedido_segundos_sum{status="cancelado"} 2',
  ])
  assert.equal(lidas, 3)
})

test('o atraso de um grupo é a soma dos seus', () => {
  const um = { topico: 't', particao: 0 }
  const atrasos = [
    { ...um, grupo: 'a', mensagens: 2 },
    { ...um, grupo: 'b', mensagens: 0 },
    { ...um, grupo: 'a', mensagens: 3 },
  ]
  assert.deepEqual(porGrupo(atrasos), { a: 5, b: 0 })
})

test('das partições só as atrasadas se mostram, a pior primeiro', () => {
  const um = { grupo: 'a', topico: 't' }
  const [duas, nenhuma, cinco] = [2, 0, 5].map((mensagens, particao) => ({
    ...um,
    ...{ particao, mensagens },
  }))
  assert.deepEqual(atrasadas([duas!, nenhuma!, cinco!]), [cinco, duas])
})
