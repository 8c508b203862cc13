// The subscriber `notificacoes` as a process of its own, between a real broker, a real gateway and
// a real mail server, each of which can be away for a while.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { ProduceAcks, Producer } from '@platformatic/kafka'
import { opcoesDoCliente } from '../src/arquiteturas/kafka/conexao.ts'
import type { StatusPedido } from '../src/contratos/eventos.ts'
import { SERVICOS } from '../src/contratos/ids.ts'
import type { EstadoDaNotificacao, Notificacao } from '../src/contratos/notificacoes.ts'
import type { Papel } from '../src/gateway/acesso/direitos.ts'
import { abrirGateway, type GatewayAberto } from '../src/gateway/gateway.ts'
import { credenciaisDe, lugarVazio, NINGUEM, requisitar } from '../src/gateway/gateway_de_teste.ts'
import type { EnderecosDoGateway } from '../src/gateway/servicos.ts'
import type { Configuracao } from '../src/infra/configuracao.ts'
import { reservar } from '../src/infra/enderecos.ts'
import { argumentosDe } from '../src/infra/processos.ts'
import { ate } from './ate.ts'
import { abrirCorreio } from './correio.ts'
import { abrirBrokerDeTeste } from './kafka.ts'

const PRONTO_MS = 20_000
const TOPICO = 'notificacoes'
const INSTANTE = new Date().toISOString()

export interface Mudanca {
  readonly pedido: number | string
  readonly cliente: number
  readonly status: StatusPedido
}

export async function abrirCenaDasNotificacoes() {
  await using pilha = new AsyncDisposableStack()
  const broker = pilha.use(await abrirBrokerDeTeste())
  const correio = pilha.use(await abrirCorreio())
  const { configuracao } = pilha.use(lugarVazio())
  const porta = await portaLivre()
  const interna = await portaLivre()
  const assinante = `http://127.0.0.1:${porta}`
  const gateway = pilha.use(criarGateway(configuracao, assinante, interna))
  await gateway.abrir()
  const produtor = new Producer<Buffer, Buffer, Buffer, Buffer>(
    opcoesDoCliente(broker.conexao, 'teste'),
  )
  pilha.defer(() => produtor.close())
  const processo = pilha.use(
    criarProcesso({
      KAFKA_BROKERS: broker.endereco,
      QUATROVIAS_DIR: configuracao.diretorio,
      NOTIFICACOES_PORTA: String(porta),
      GATEWAY_INTERNO_URL: `http://127.0.0.1:${interna}`,
      SMTP_URL: correio.url,
    }),
  )
  await processo.iniciar()
  const mandar = async (pedido: number | string, valor: string) => {
    const messages = [
      { topic: TOPICO, key: Buffer.from(String(pedido)), value: Buffer.from(valor) },
    ]
    await produtor.send({ acks: ProduceAcks.ALL, messages })
  }
  const pasta = join(configuracao.diretorio, 'correio')
  const aberto = pilha.move()
  return {
    ...{ broker, correio, gateway, processo, mandar, diretorio: configuracao.diretorio },
    async publicar(mudancas: readonly Mudanca[]) {
      for (const { pedido, cliente, status } of mudancas) {
        const valor = { pedido_id: pedido, cliente_id: cliente, status, instante: INSTANTE }
        await mandar(pedido, JSON.stringify({ ...valor, mensagem: `Pedido ${pedido}: …` }))
      }
    },
    /** Asked of the subscriber itself: the gateway may be away. */
    async listar(pedido: number, estado?: EstadoDaNotificacao): Promise<Notificacao[]> {
      const busca = `pedido_id=${pedido}&limite=100${estado ? `&estado=${estado}` : ''}`
      const resposta = await fetch(`${assinante}/interno/notificacoes?${busca}`)
      return (await resposta.json()) as Notificacao[]
    },
    metricas: async () => (await fetch(`${assinante}/metrics`)).text(),
    arquivos: async () => (await readdir(pasta)).toSorted(),
    arquivo: (nome: string) => readFile(join(pasta, nome), 'utf8'),
    [Symbol.asyncDispose]: () => aberto.disposeAsync(),
  }
}
export type CenaDasNotificacoes = Awaited<ReturnType<typeof abrirCenaDasNotificacoes>>

async function portaLivre(): Promise<number> {
  await using reservada = await reservar(0, '127.0.0.1')
  if (!reservada) throw new Error('não há porta livre')
  return (reservada.address() as AddressInfo).port
}

/** Where each of its lives finds the subscriber, and is found by it. */
function criarGateway(configuracao: Configuracao, assinante: string, interna: number) {
  const doCaminho = Object.fromEntries(SERVICOS.map((nome) => [nome, NINGUEM]))
  const enderecos = { ...doCaminho, notificacoes: assinante } as unknown as EnderecosDoGateway
  let aberto: GatewayAberto | undefined
  const pedir = (metodo: string, caminho: string, requisicao: object) =>
    requisitar(aberto?.url ?? NINGUEM, metodo, caminho, requisicao)
  const fechar = async () => {
    await aberto?.[Symbol.asyncDispose]()
    aberto = undefined
  }
  const como = async (papel: Papel, metodo: string, caminho: string, corpo?: object) => {
    const { json } = await pedir('POST', '/auth/login', {
      corpo: credenciaisDe(configuracao)[papel],
    })
    return pedir(metodo, caminho, { token: String(json.token), corpo })
  }
  return {
    fechar,
    /** A request of whoever has this role. */
    como,
    async abrir() {
      aberto = await abrirGateway(configuracao, enderecos, 0, undefined, interna)
    },
    /** Signs somebody up; answers the client's number. */
    async cadastrar(nome: string, email: string): Promise<number> {
      const corpo = { nome, email, senha: 'uma senha bem comprida' }
      const { json } = await pedir('POST', '/auth/cadastro', { corpo })
      return Number(json.cliente_id)
    },
    [Symbol.asyncDispose]: fechar,
  }
}

/** With all that it ever said. */
function criarProcesso(ambiente: Record<string, string>) {
  let filho: ChildProcess | undefined
  let dito = ''
  const matar = async (): Promise<void> => {
    if (!filho || filho.exitCode !== null || filho.signalCode !== null) return
    const saiu = once(filho, 'exit')
    filho.kill('SIGKILL')
    await saiu
  }
  return {
    dito: () => dito,
    matar,
    async iniciar(): Promise<void> {
      const antes = dito.length
      filho = spawn(process.execPath, argumentosDe('notificacoes'), {
        env: { PATH: process.env.PATH, ...ambiente },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      for (const saida of [filho.stdout, filho.stderr]) {
        saida?.setEncoding('utf8').on('data', (parte: string) => {
          dito += parte
        })
      }
      await ate(() => dito.slice(antes).includes('pronto em'), PRONTO_MS, 'notificacoes pronto')
    },
    [Symbol.asyncDispose]: matar,
  }
}
