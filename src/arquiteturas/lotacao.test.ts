// With too much waiting to be published, who is turned away: new orders that the log would carry.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Comando, causaDe } from '../contratos/comandos.ts'
import { envelopar, rastreio } from '../contratos/envelope.ts'
import {
  comoClienteId,
  comoPedidoId,
  comoProdutoId,
  type NomeArquitetura,
} from '../contratos/ids.ts'
import type { Leitura } from '../persistencia/database.ts'
import type { Aberta } from './arquitetura.ts'
import { recusarSeLotada } from './lotacao.ts'

const novo = (chave: string): Comando => ({
  ...{ tipo: 'CriarPedido', chave, cliente_id: comoClienteId(1), metodo: 'pix' },
  itens: [{ produto_id: comoProdutoId(1), quantidade: 1 }],
})
const JA_ACEITO = novo('antes')
const CANCELAR: Comando = {
  ...{ tipo: 'SolicitarCancelamento', pedido_id: comoPedidoId(1_001), motivo: 'teste' },
}

function cena(cheia: boolean) {
  let buscas = 0
  const nunca = async () => assert.fail('só a porta')
  const fora = { servir: nunca, [Symbol.asyncDispose]: async () => undefined }
  const semDiario = { republicar: nunca, reenviar: nunca }
  const saidas = new Map<NomeArquitetura, Aberta>([
    ['kafka', { ...fora, ...semDiario, nome: 'kafka', lotada: async () => cheia }],
    ['rest', { ...fora, nome: 'rest', enviar: nunca }],
  ])
  const leitura: Leitura = {
    todos: nunca,
    dasChaves: nunca,
    async um<T>(_: string, [causa]: readonly unknown[] = []) {
      buscas++
      return causa === causaDe(JA_ACEITO) ? ({ id: 1, dados: '{}' } as T) : undefined
    },
  }
  const atender = recusarSeLotada(async () => ({ passos: [] }), saidas, leitura)
  return {
    buscas: () => buscas,
    async pedir(comando: Comando, arquitetura: NomeArquitetura = 'kafka') {
      const envelope = envelopar(comando, { arquitetura, traceparent: rastreio() })
      const { falha } = await atender(envelope, true)
      return falha?.codigo ?? 'atendido'
    },
  }
}

test('com demais à espera, um pedido novo volta mais tarde', async () => {
  assert.equal(await cena(true).pedir(novo('agora')), 'sobrecarregado')
})

test('o já aceito é dito de novo, e o que não é pedido novo não espera', async () => {
  const { pedir } = cena(true)
  assert.deepEqual([await pedir(JA_ACEITO), await pedir(CANCELAR)], ['atendido', 'atendido'])
})

test('os das outras arquiteturas andam sozinhos, e a fechada é de outro tratar', async () => {
  const { pedir } = cena(true)
  assert.deepEqual(
    [await pedir(novo('agora'), 'rest'), await pedir(novo('agora'), 'grpc')],
    ['atendido', 'atendido'],
  )
})

test('abaixo do limite o diário não é lido', async () => {
  const { pedir, buscas } = cena(false)
  assert.deepEqual([await pedir(novo('agora')), buscas()], ['atendido', 0])
})
