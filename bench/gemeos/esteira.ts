// Starts the bare twin of our services over Kafka, each a process, and runs orders through it: as
// many messages, readers and rows for each order as ours, in the same shape.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ConexaoKafka } from '../../src/arquiteturas/kafka/conexao.ts'
import { criarSaida, doFluxo } from '../../src/arquiteturas/kafka/outbound.ts'
import { comAdmin, criarTopicos } from '../../src/arquiteturas/kafka/topicos.ts'
import { pedidoGravado } from '../pedido_gravado.ts'
import type { Etapa, Feito, Ordem } from './etapa_kafka.ts'

const PROGRAMA = fileURLToPath(new URL('./etapa_kafka.ts', import.meta.url))
/** Between antifraude, pagamentos, estoque, fiscal, logistica: from the order's to the envoy's. */
const DE_PASSO = ['criados', 'validos', 'pagos', 'separados', 'notas', 'envios']
const AVISOS = 'avisos'
const DO_FIM = [AVISOS, 'concluidos', 'vendas']
const LOTE = 500

export interface Esteira extends AsyncDisposable {
  readonly topicos: readonly string[]
  /** All in the first topic before the first stage begins; answers orders per second. */
  correr(pedidos: number): Promise<{ porSegundo: number }>
  /** One order through all stages; of those under way the first to begin counts as first to end. */
  passar(): Promise<true>
}

export async function abrirEsteira(conexao: ConexaoKafka): Promise<Esteira> {
  await using pilha = new AsyncDisposableStack()
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-gemeo-'))
  pilha.defer(() => rm(diretorio, { recursive: true, force: true }))
  const nua = (nome: string): string => `nua-${nome}`
  const topicos = [...DE_PASSO, ...DO_FIM].map(nua)
  await comAdmin(conexao, (admin) => criarTopicos(admin, conexao, topicos))
  const passos = DE_PASSO.slice(1).map((saida, i) => ({ [DE_PASSO[i]!]: [saida] }))
  // pedidos: each step that it writes down is told, and the last one thrice.
  const registros = DE_PASSO.slice(2).map((lido) => [lido, lido === 'envios' ? DO_FIM : [AVISOS]])
  const todas: Record<string, readonly string[]>[] = [...passos, Object.fromEntries(registros)]
  const etapas: ChildProcess[] = []
  pilha.defer(async () => {
    for (const etapa of etapas) {
      etapa.disconnect()
      if (etapa.exitCode === null) await once(etapa, 'exit')
    }
  })
  for (const [i, rotas] of todas.entries()) {
    const nuas = Object.entries(rotas).map(([lido, saidas]) => [nua(lido), saidas.map(nua)])
    const etapa = { nome: nua(`etapa-${i}`), conexao, banco: join(diretorio, `${i}.db`) }
    const argumento = { ...etapa, rotas: Object.fromEntries(nuas) } satisfies Etapa
    etapas.push(fork(PROGRAMA, [JSON.stringify(argumento)]))
  }
  await Promise.all(etapas.map((etapa) => once(etapa, 'message')))
  // What comes while nobody listens Node keeps for whoever listens next: another run's beginning.
  for (const etapa of etapas) etapa.on('message', () => undefined)
  const [primeira, ultima] = [etapas[0]!, etapas.at(-1)!]
  const saida = pilha.use(criarSaida(conexao, 'nua'))
  const mandar = (pedidos: readonly number[]) => {
    const mensagens = pedidos.map((id) => doFluxo('pedidos', pedidoGravado(id))!)
    const paraOs = (nome: string) => mensagens.map((m) => ({ ...m, topico: nua(nome) }))
    return saida.mandar([...paraOs('criados'), ...paraOs(AVISOS)])
  }
  let passados = 0
  const aCaminho: (() => void)[] = []
  ultima.on('message', ({ doUltimo }: Feito) => {
    for (const chegou of aCaminho.splice(0, doUltimo)) chegou()
  })
  const aberta = pilha.move()
  return {
    topicos,
    async correr(pedidos) {
      primeira.send('segurar' satisfies Ordem)
      for (let n = 0; n < pedidos; n += LOTE) {
        await mandar(Array.from({ length: Math.min(LOTE, pedidos - n) }, (_, i) => n + i + 1))
      }
      const medida = medir(primeira, ultima, pedidos)
      primeira.send('soltar' satisfies Ordem)
      return await medida
    },
    async passar() {
      passados += 1
      const fim = Promise.withResolvers<void>()
      aCaminho.push(fim.resolve)
      await mandar([passados])
      await fim.promise
      return true
    },
    [Symbol.asyncDispose]: () => aberta.disposeAsync(),
  }
}

/** From the first batch of the first stage to the end of the last order in the last one. */
async function medir(primeira: ChildProcess, ultima: ChildProcess, pedidos: number) {
  const comeco = once(primeira, 'message') as Promise<[Feito]>
  const fim = Promise.withResolvers<number>()
  let prontos = 0
  const contar = ({ doUltimo, feitoMs }: Feito) => {
    prontos += doUltimo
    if (prontos >= pedidos) fim.resolve(feitoMs)
  }
  ultima.on('message', contar)
  const feitoMs = await fim.promise
  ultima.off('message', contar)
  const [{ tomadoMs }] = await comeco
  return { porSegundo: (pedidos * 1_000) / (feitoMs - tomadoMs) }
}
