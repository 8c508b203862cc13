// A log published by the relay, beside the bare client sending the same messages in batches of the
// same size, in turns and in one process.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compatibilityPartitioner, ProduceAcks, Producer } from '@platformatic/kafka'
import { type ConexaoKafka, opcoesDoCliente } from '../src/arquiteturas/kafka/conexao.ts'
import { criarSaida, doFluxo } from '../src/arquiteturas/kafka/outbound.ts'
import { comAdmin, criarTopicos } from '../src/arquiteturas/kafka/topicos.ts'
import type { EventoGravado } from '../src/contratos/eventos.ts'
import { esquemaDe } from '../src/infra/banco_do_servico.ts'
import { lerConfiguracao } from '../src/infra/configuracao.ts'
import { topologia } from '../src/infra/topologia.ts'
import type { Database } from '../src/persistencia/database.ts'
import { acrescentar, eventosApos, ultimoId } from '../src/persistencia/diario.ts'
import { iniciarRelay, MAIOR_LOTE } from '../src/persistencia/relay.ts'
import { abrirSqlite } from '../src/persistencia/sqlite.ts'
import { pedidoGravado } from './pedido_gravado.ts'

const TOPICOS = { relay: 'bench-relay', nu: 'bench-nu' }

interface Vazao {
  readonly porSegundo: number
}

/** Messages per second, round by round. */
export async function medirRelay(
  conexao: ConexaoKafka,
  { eventos = 200_000, rodadas = 3 } = {},
): Promise<{ relay: Vazao[]; nu: Vazao[] }> {
  await using pilha = new AsyncDisposableStack()
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-relay-'))
  pilha.defer(() => rm(diretorio, { recursive: true, force: true }))
  await comAdmin(conexao, (admin) => criarTopicos(admin, conexao, Object.values(TOPICOS)))
  const modulo = topologia.pedidos.modulo(lerConfiguracao({}))
  const db = pilha.use(abrirSqlite(join(diretorio, 'pedidos.db'), esquemaDe(modulo)))
  const gravar = async (ate: number) => {
    for (let id = await ultimoId(db.leitura); id < ate; id += MAIOR_LOTE) {
      const lote = Array.from({ length: Math.min(MAIOR_LOTE, ate - id) }, (_, i) => id + i + 1)
      await db.transacao((tx) => acrescentar(tx, lote.map(pedidoGravado)))
    }
  }
  // A tenth of it first, so that both are compiled when they are timed.
  await gravar(Math.ceil(eventos / 10))
  await peloRelay(db, conexao, 'aquecimento')
  await nu(db, conexao)
  await gravar(eventos)
  const medidas = { relay: [] as Vazao[], nu: [] as Vazao[] }
  for (let i = 0; i < rodadas; i++) {
    medidas.nu.push(await nu(db, conexao))
    medidas.relay.push(await peloRelay(db, conexao, `rodada-${i}`))
  }
  return medidas
}

async function peloRelay(db: Database, conexao: ConexaoKafka, destino: string): Promise<Vazao> {
  const ultimo = await ultimoId(db.leitura)
  await using saida = criarSaida(comTopico(conexao, TOPICOS.relay), 'bench')
  const noFim = Promise.withResolvers<void>()
  const inicio = performance.now()
  await using _relay = iniciarRelay<EventoGravado>({
    ...{ db, destino },
    async ler(apos, limite) {
      // Asked for what comes after the last: the cursor was moved past it.
      if (apos === ultimo) noFim.resolve()
      return eventosApos(db.leitura, apos, limite)
    },
    ultimoId: () => ultimoId(db.leitura),
    publicar: (lote) => saida.publicar(lote.map(linhaDe)),
    aoGravar: () => ({ [Symbol.dispose]: () => undefined }),
    aoFalhar: noFim.reject,
  })
  await noFim.promise
  return { porSegundo: (ultimo * 1_000) / (performance.now() - inicio) }
}

const linhaDe = (gravado: EventoGravado) => ({
  id: gravado.id,
  mensagem: doFluxo('pedidos', gravado)!,
})

const comTopico = (conexao: ConexaoKafka, topico: string): ConexaoKafka => ({
  ...conexao,
  renomeados: { pedidos_criados: topico },
})

/** Only what the client does is timed: the messages are made ready in between. */
async function nu(db: Database, conexao: ConexaoKafka): Promise<Vazao> {
  const produtor = new Producer<Buffer, Buffer, Buffer, Buffer>({
    ...opcoesDoCliente(conexao, 'bench-nu'),
    partitioner: compatibilityPartitioner,
  })
  let mandadas = 0
  let ms = 0
  for (let apos = 0; ; apos += MAIOR_LOTE) {
    const lote = await eventosApos(db.leitura, apos, MAIOR_LOTE)
    if (lote.length === 0) break
    const messages = lote.map((gravado) => {
      const { chave, valor, cabecalhos } = doFluxo('pedidos', gravado)!
      return { topic: TOPICOS.nu, headers: cabecalhos, key: chave!, value: valor! }
    })
    const inicio = performance.now()
    await produtor.send({ acks: ProduceAcks.ALL, messages })
    ms += performance.now() - inicio
    mandadas += messages.length
  }
  await produtor.close()
  return { porSegundo: (mandadas * 1_000) / ms }
}
