// Who waits too long for somebody else's service, and whose fault the waiting is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ate } from '../../../testes/ate.ts'
import type { Comando } from '../../contratos/comandos.ts'
import { type Resultado, rastreio, type Servico } from '../../contratos/envelope.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { comoPedidoId, type Substituivel } from '../../contratos/ids.ts'
import { desistirSempre } from './espera.ts'

const LIMITE_MS = 10_000

function cena(ausentes: readonly Substituivel[]) {
  const c = {
    ...{ atrasadaMs: 0, rodadas: 0, falha: undefined as ErroDeNegocio | undefined },
    lido: true,
    ...{ comandos: [] as Comando[], vistos: [] as string[], queixas: 0 },
  }
  const servico: Servico = {
    async handle(lote) {
      c.comandos.push(...lote.map(({ comando }) => comando))
      return lote.map((): Resultado => ({ ok: true, gravado: undefined as never, repetido: false }))
    },
  }
  const ausencias = {
    ...{ ausentes, esperaMs: 100, pedido: async () => undefined },
    async esperando(status: string) {
      c.vistos.push(status)
      if (c.falha) throw c.falha
      return [{ id: comoPedidoId(1_001), traceparent: rastreio() }]
    },
  }
  const fim = new AbortController()
  const publicacaoAtrasadaMs = async () => {
    c.rodadas++
    return c.atrasadaMs
  }
  const aoFalhar = () => void c.queixas++
  const leituraEmDia = async () => c.lido
  const partes = { servico, ausencias, publicacaoAtrasadaMs, leituraEmDia, aoFalhar }
  const rodando = desistirSempre(partes, fim.signal)
  return Object.assign(c, {
    async [Symbol.asyncDispose]() {
      fim.abort()
      await rodando
    },
  })
}

test('o que nós não publicamos a tempo não conta; depois, o pedido é cancelado', async () => {
  await using c = cena(['estoque'])
  c.atrasadaMs = 60_000
  await ate(() => c.rodadas >= 2, LIMITE_MS, 'duas rodadas')
  assert.deepEqual(c.comandos, [])
  c.atrasadaMs = 0
  await ate(() => c.comandos.length > 0, LIMITE_MS, 'cancelado')
  const [comando] = c.comandos
  const motivo = 'servico_ausente'
  assert.deepEqual(comando, { tipo: 'SolicitarCancelamento', pedido_id: 1_001, motivo })
})

test('o que o outro disse e nós não lemos não conta; lido, o pedido é cancelado', async () => {
  await using c = cena(['logistica'])
  c.lido = false
  await ate(() => c.rodadas >= 2, LIMITE_MS, 'duas rodadas')
  assert.deepEqual([c.comandos, c.vistos], [[], []])
  c.lido = true
  await ate(() => c.comandos.length > 0, LIMITE_MS, 'cancelado')
})

test('cada status é olhado uma vez, e uma falha, dita uma vez, não encerra o olhar', async () => {
  await using c = cena(['antifraude', 'pagamentos', 'logistica'])
  c.falha = new ErroDeNegocio('banco_ocupado')
  await ate(() => c.vistos.length >= 2, LIMITE_MS, 'duas tentativas')
  assert.equal(c.queixas, 1)
  c.falha = undefined
  c.vistos.length = 0
  await ate(() => c.comandos.length >= 2, LIMITE_MS, 'os dois status')
  assert.deepEqual(c.vistos.slice(0, 2), ['pendente', 'nf_emitida'])
})
