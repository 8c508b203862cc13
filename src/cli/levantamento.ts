// What runs in a run-time directory, gathered from the lock, estado.json and the processes.
import { cabecalhosDaCredencial } from '../arquiteturas/credencial.ts'
import { SERVICOS } from '../contratos/ids.ts'
import { type Estado, lerEstado } from '../infra/estado.ts'
import { brokerEm } from '../infra/kafka/processo.ts'
import { responde as kafkaResponde } from '../infra/kafka/sonda.ts'
import { servidorEm } from '../infra/postgres/processo.ts'
import { responde as postgresResponde } from '../infra/postgres/sonda.ts'
import { type SituacaoDoKafka, situacaoDoKafka } from '../infra/situacao_do_kafka.ts'
import { vive } from '../infra/supervisao/identidade.ts'
import { lerTrava } from '../infra/supervisao/trava.ts'
import { type Medida, medir, medirComFilhos } from './medida_do_processo.ts'

/** Longer than the gateway itself waits for a service that it asks. */
const ESPERA_MS = 2_000

export interface ProcessoVisto extends Medida {
  readonly nome: string
  /** Null while it starts, or for a part that serves no HTTP. */
  readonly endereco: string | null
  /** Null between two lives. */
  readonly pid: number | null
  readonly pronto: boolean
}
export interface Levantamento {
  readonly diretorio: string
  readonly supervisor: Medida & { readonly pid: number }
  readonly processos: readonly ProcessoVisto[]
  /** Null when pedidos does not answer. */
  readonly pedidos: { readonly abertos: number; readonly retidos: number } | null
  /** Null when closed, or when no service answers. */
  readonly kafka: SituacaoDoKafka | null
  /** All together, each process once. */
  readonly memoria_mb: number
}
/** Children that outlived a killed supervisor. */
export interface Sobras {
  readonly sobras: number
}

export async function levantar(diretorio: string): Promise<Levantamento | Sobras> {
  const trava = lerTrava(diretorio)
  const filhos = (trava?.filhos ?? []).filter(vive)
  if (!trava?.emExecucao) return { sobras: filhos.length }
  const estado = lerEstado(diretorio)
  const enderecos = enderecosDo(estado)
  const { pid } = trava.supervisor
  const nossos = { kafka: brokerEm(diretorio), postgres: servidorEm(diretorio) }
  const pids = new Map(filhos.map((filho) => [filho.nome, filho.pid]))
  // What weighs is the server; the process that looks after it counts in the sum.
  for (const [nome, servidor] of Object.entries(nossos)) if (servidor) pids.set(nome, servidor.pid)
  // With --junto all of them are the one process that holds the lock.
  const junto = estado && Object.values(estado.servicos).every((servico) => servico.pid === pid)
  const pidDe = (nome: string) => pids.get(nome) ?? (junto ? pid : undefined)
  const conhecidos = estado ? Object.keys({ ...estado.servicos, ...estado.assinantes }) : SERVICOS
  const nomes = new Set<string>([...conhecidos, 'gateway', ...pids.keys()])
  const vistos = [...nomes].map((nome) => ver(nome, enderecos.get(nome), pidDe(nome)))
  const processos = await Promise.all(vistos)
  const supervisor = { pid, ...(await medir(pid)) }
  const guarda = filhos.filter(({ nome }) => Object.hasOwn(SONDAS, nome))
  const pesosDaGuarda = guarda.map(async (um) => ({ pid: um.pid, ...(await medir(um.pid)) }))
  const todos = [supervisor, ...(await Promise.all(pesosDaGuarda)), ...processos]
  const pesos = new Map(todos.map((um) => [um.pid, um.memoria_mb ?? 0]))
  const memoria = [...pesos.values()].reduce((soma, peso) => soma + peso, 0)
  const [pedidos, kafka] = await Promise.all([
    emAberto(enderecos.get('pedidos')),
    verKafka(enderecos),
  ])
  const memoria_mb = Math.round(memoria * 10) / 10
  return { diretorio, supervisor, processos, pedidos, kafka, memoria_mb }
}

function enderecosDo(estado: Estado | undefined): ReadonlyMap<string, string> {
  if (!estado) return new Map()
  const servicos = Object.entries({ ...estado.servicos, ...estado.assinantes }).map(
    ([nome, { rest }]) => [nome, rest] as const,
  )
  const nossos = [
    ['kafka', estado.kafka] as const,
    ['postgres', estado.postgres && new URL(estado.postgres).host] as const,
  ].flatMap(([nome, onde]) => (onde === undefined ? [] : [[nome, onde] as const]))
  return new Map([...servicos, ['gateway', estado.gateway], ...nossos])
}

/** Of what speaks no HTTP, at a port of this machine. */
const SONDAS: Readonly<Record<string, (porta: number) => Promise<boolean>>> = {
  kafka: kafkaResponde,
  postgres: postgresResponde,
}

async function ver(
  nome: string,
  endereco: string | undefined,
  pid: number | undefined,
): Promise<ProcessoVisto> {
  const medida = pid === undefined ? { memoria_mb: null, desde: null } : await medirComFilhos(pid)
  const sonda = SONDAS[nome]
  const pronto = sonda
    ? endereco !== undefined && (await sonda(Number(endereco.split(':').at(-1))))
    : (await perguntar(endereco, '/readyz')) !== undefined
  return { nome, endereco: endereco ?? null, pid: pid ?? null, pronto, ...medida }
}

async function emAberto(pedidos: string | undefined): Promise<Levantamento['pedidos']> {
  const { QUATROVIAS_CREDENCIAL } = process.env
  const { abertos, retidos } = {
    ...(await perguntar(pedidos, '/interno/situacao', QUATROVIAS_CREDENCIAL)),
  }
  return typeof abertos === 'number' && typeof retidos === 'number' ? { abertos, retidos } : null
}

async function verKafka(enderecos: ReadonlyMap<string, string>): Promise<Levantamento['kafka']> {
  const { QUATROVIAS_CREDENCIAL } = process.env
  const visto = await situacaoDoKafka((servico, caminho, esperaMs) =>
    perguntar(enderecos.get(servico), caminho, QUATROVIAS_CREDENCIAL, esperaMs),
  )
  return visto ?? null
}

/** Undefined for anything but a success in time. */
async function perguntar(
  endereco: string | undefined,
  caminho: string,
  credencial?: string,
  esperaMs = ESPERA_MS,
): Promise<Record<string, unknown> | undefined> {
  if (endereco === undefined) return undefined
  try {
    const signal = AbortSignal.timeout(esperaMs)
    const headers = cabecalhosDaCredencial(credencial)
    const resposta = await fetch(endereco + caminho, { signal, headers })
    const corpo = (await resposta.json()) as Record<string, unknown>
    return resposta.ok ? corpo : undefined
  } catch {
    return undefined
  }
}
