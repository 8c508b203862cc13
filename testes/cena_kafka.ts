// A system of real processes over a broker of its own, with orders flowing through it, for tests
// that hurt it: who places them insists as a client does, and waits for their ends.
import assert from 'node:assert/strict'
import { request } from 'undici'
import { type NomeArquitetura, type NomeServico, SERVICOS } from '../src/contratos/ids.ts'
import { abrirBancada, type Bancada, type OpcoesDaBancada } from '../src/laboratorio/bancada.ts'
import { ate } from './ate.ts'
import { mudar, pedir } from './cliente_insistente.ts'
import { emBalanco } from './contrato/balanco.ts'
import { UNIDADES } from './contrato/sistema.ts'

const RESPOSTA_MS = 10_000
/** Also for what just lost a service, a broker or a member of a group. */
const CORRER_MS = 20_000
const SEMPRE = Number.POSITIVE_INFINITY
const AO_MESMO_TEMPO = 20
/** Open at a time in a flow, and ended before it counts as one. */
const EM_CURSO = 12

/** Orders placed one after another, a few always under way, until somebody stops it. */
export interface Fluxo {
  /** Some have ended and others are under way, at this moment: the one to do harm in. */
  correndo(): Promise<void>
  /** Places no more; answers the numbers of all. */
  parar(): Promise<number[]>
}

export interface Cena extends AsyncDisposable {
  readonly bancada: Bancada
  /** Places so many orders, each until it is accepted, and answers their numbers. */
  encomendar(quantos: number, arquitetura?: NomeArquitetura): Promise<number[]>
  fluxo(): Fluxo
  /** Every order placed has come to its end, within the limit. */
  tudoTermina(limiteMs: number): Promise<void>
  status(pedido: number): Promise<string>
  /** These are as many orders as there are numbers, and each of them has this status. */
  terminaram(pedidos: readonly number[], status?: string): Promise<void>
  abertos(): Promise<number>
  /** Everything published and everything read confirmed, in all the services. */
  emRepouso(limiteMs: number): Promise<void>
  mudar(servico: NomeServico, caminho: string, corpo: object): Promise<void>
}

export async function abrirCena(
  broker: string,
  { ambiente, ...opcoes }: OpcoesDaBancada = {},
): Promise<Cena> {
  const bancada = await abrirBancada({
    unidades: UNIDADES,
    ambiente: { QUATROVIAS_ARQUITETURAS: 'kafka,rest', KAFKA_BROKERS: broker, ...ambiente },
    ...opcoes,
  })
  const { enderecos } = bancada
  let encomendados = 0
  const fluxos: Fluxo[] = []

  async function encomendar(quantos: number, arquitetura: NomeArquitetura = 'kafka') {
    const primeira = encomendados
    encomendados += quantos
    const chaves = Array.from({ length: quantos }, (_, i) => `pedido-${primeira + i}`)
    const pedidos: number[] = []
    const um = async () => {
      for (let chave = chaves.shift(); chave; chave = chaves.shift()) {
        const feito = await ate(
          () => pedir(enderecos.pedidos, arquitetura, chave!),
          RESPOSTA_MS,
          chave,
        )
        pedidos.push(feito.id)
      }
    }
    await Promise.all(Array.from({ length: AO_MESMO_TEMPO }, um))
    return pedidos
  }
  async function abertos(): Promise<number> {
    const { abertos } = (await ler(enderecos.pedidos, '/interno/situacao')) as { abertos: number }
    return abertos
  }
  async function status(pedido: number): Promise<string> {
    // It may just be between two lives.
    const ver = () => ler(enderecos.pedidos, `/pedidos/${pedido}`).catch(() => undefined)
    const visto = await ate(ver, RESPOSTA_MS, `pedido ${pedido}`)
    return (visto as { status: string }).status
  }
  return {
    bancada,
    encomendar,
    fluxo() {
      const fluxo = criarFluxo(encomendar, abertos)
      fluxos.push(fluxo)
      return fluxo
    },
    abertos,
    async tudoTermina(limiteMs) {
      await ate(async () => (await abertos().catch(() => 1)) === 0, limiteMs, 'tudo termina')
    },
    async emRepouso(limiteMs) {
      const emTodos = () => parados(enderecos).catch(() => false)
      await ate(emTodos, limiteMs, 'tudo publicado, lido e confirmado')
    },
    status,
    async terminaram(pedidos, esperado = 'enviado') {
      assert.equal(new Set(pedidos).size, pedidos.length)
      for (const pedido of pedidos) assert.equal(await status(pedido), esperado)
    },
    mudar: (servico, caminho, corpo) => mudar(enderecos[servico], caminho, corpo, RESPOSTA_MS),
    async [Symbol.asyncDispose]() {
      // One that a failed test left going would keep its file from ending.
      for (const fluxo of fluxos) fluxo.parar().catch(() => undefined)
      await bancada[Symbol.asyncDispose]()
    },
  }
}

function criarFluxo(
  encomendar: (quantos: number) => Promise<number[]>,
  abertos: () => Promise<number>,
): Fluxo {
  const pedidos: number[] = []
  let parado = false
  const vagas = async () => EM_CURSO - (await abertos().catch(() => EM_CURSO))
  const correr = async () => {
    while (!parado) {
      const quantos = await ate(async () => parado || Math.max(0, await vagas()), SEMPRE, 'vaga')
      if (quantos !== true) pedidos.push(...(await encomendar(quantos)))
    }
    return pedidos
  }
  const correndo = correr()
  correndo.catch(() => undefined)
  return {
    async correndo() {
      const primeiros = pedidos.length
      const anda = async () => {
        const aCaminho = await abertos().catch(() => 0)
        return aCaminho > 0 && pedidos.length - primeiros - aCaminho >= EM_CURSO
      }
      await ate(anda, CORRER_MS, 'pedidos que terminam, e outros a caminho')
    },
    async parar() {
      parado = true
      return await correndo
    },
  }
}

async function parados(enderecos: Bancada['enderecos']): Promise<boolean> {
  const perguntar = (nome: NomeServico) => ler(enderecos[nome], '/interno/kafka')
  return (await Promise.all(SERVICOS.map(perguntar))).every(estaParado)
}

/** Of one service: nothing in its log still to be published, nothing in its topics to be read. */
function estaParado(situacao: unknown): boolean {
  const { publicacao, leitura } = situacao as {
    publicacao?: { pendentes: number }
    leitura: Record<string, number[]> | null
  }
  // Null: it did not say so in time, and what it has to read may be anything.
  const atrasos = leitura && Object.values(leitura).flat()
  return publicacao?.pendentes === 0 && atrasos !== null && atrasos.every((n) => n === 0)
}

export async function ler(base: string, caminho: string): Promise<unknown> {
  const { statusCode, body } = await request(base + caminho)
  const corpo = await body.json()
  assert.equal(statusCode, 200, JSON.stringify(corpo))
  return corpo
}

export const livrosFecham = ({ bancada }: Cena): Promise<void> => emBalanco(bancada)
