// A whole system on this machine for a test or a measurement: the real processes under the real
// supervisor, in a directory of its own, on free ports, gone when disposed.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type NomeServico, SERVICOS } from '../contratos/ids.ts'
import { gerarDados } from '../dados/gerador.ts'
import { abrirBanco } from '../infra/banco_do_servico.ts'
import { type Configuracao, lerConfiguracao } from '../infra/configuracao.ts'
import {
  ambienteDasPortas,
  type EnderecosHttp,
  enderecosDas,
  escolherPortas,
  QUAISQUER_PORTAS,
} from '../infra/enderecos.ts'
import { argumentosDe, CACHE } from '../infra/processos.ts'
import { supervisionar } from '../infra/supervisao/supervisor.ts'
import { topologia } from '../infra/topologia.ts'
import { conferir, type Relatorio } from './conferente.ts'

/** A killed service comes back at once: here it is the recovery that is watched, not the wait. */
const REINICIO_MS = 50

export interface OpcoesDaBancada {
  /** More environment for every process, e.g. QUATROVIAS_PRAZO_MS. */
  readonly ambiente?: Readonly<Record<string, string>>
  /** And more for a single one, over that. */
  readonly doServico?: Readonly<Partial<Record<NomeServico, Readonly<Record<string, string>>>>>
  readonly gateway?: boolean
  /** Free units of every product; default: what the synthetic data says. */
  readonly unidades?: number
  readonly produtos?: number
  /** Addresses that are somebody else's: a foreign service in place of ours. */
  readonly enderecos?: Partial<EnderecosHttp>
}

export interface Bancada extends AsyncDisposable {
  readonly diretorio: string
  readonly enderecos: EnderecosHttp
  /** `host:port` of each service, where gRPC is open. */
  readonly enderecosGrpc: EnderecosHttp
  readonly gateway: string
  pid(nome: NomeServico | 'gateway'): number | undefined
  reinicios(nome: NomeServico | 'gateway'): number
  conferir(): Promise<Relatorio>
}

export async function abrirBancada(opcoes: OpcoesDaBancada = {}): Promise<Bancada> {
  await using pilha = new AsyncDisposableStack()
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-'))
  pilha.defer(() => rm(diretorio, { recursive: true, force: true }))
  const ambiente: Record<string, string> = {
    QUATROVIAS_DIR: diretorio,
    QUATROVIAS_PERFIL: 'instantanea',
    QUATROVIAS_TESTE: 'sim',
    // Those that need nothing beside the services; kafka is for who brings a broker.
    QUATROVIAS_ARQUITETURAS: 'rest,grpc',
    ECOMMERCE_DB: join(diretorio, 'ecommerce.db'),
    NODE_COMPILE_CACHE: CACHE,
    ...opcoes.ambiente,
  }
  await gerarDados({ saida: ambiente.ECOMMERCE_DB!, produtos: opcoes.produtos ?? 30 })
  const configuracao = lerConfiguracao(ambiente)
  if (opcoes.unidades !== undefined) await encherEstoque(configuracao, opcoes.unidades)
  const portas = await escolherPortas(lerConfiguracao({ ...ambiente, ...QUAISQUER_PORTAS }))
  const { rest, grpc } = enderecosDas(portas)
  const enderecos = { ...rest, ...opcoes.enderecos }
  const urls = SERVICOS.map((nome) => [`${nome.toUpperCase()}_URL`, enderecos[nome]])
  const servicos = SERVICOS.toReversed()
  const nomes = opcoes.gateway ? [...servicos, 'gateway'] : servicos
  const supervisor = await supervisionar(
    nomes.map((nome) => ({
      nome,
      argumentos: argumentosDe(nome),
      ambiente: {
        ...{ ...ambiente, ...ambienteDasPortas(portas), ...Object.fromEntries(urls) },
        ...opcoes.doServico?.[nome as NomeServico],
      },
    })),
    { diretorio, esperaMaximaMs: REINICIO_MS },
  )
  pilha.use(supervisor)
  const achar = (nome: string) => supervisor.processos().find((p) => p.nome === nome)
  const aberta = pilha.move()
  return {
    diretorio,
    enderecos,
    enderecosGrpc: grpc,
    gateway: `http://127.0.0.1:${portas.gateway}`,
    pid: (nome) => achar(nome)?.pid,
    reinicios: (nome) => achar(nome)?.reinicios ?? 0,
    conferir: () => conferir(join(diretorio, 'dados'), configuracao),
    [Symbol.asyncDispose]: () => aberta.disposeAsync(),
  }
}

/** Before the service starts: the books begin with this many units of everything. */
export async function encherEstoque(configuracao: Configuracao, unidades: number): Promise<void> {
  const dados = join(configuracao.diretorio, 'dados')
  const modulo = topologia.estoque.modulo(configuracao)
  await using db = await abrirBanco(modulo, dados, configuracao)
  await db.transacao(async (tx) => {
    await tx.executar('update produtos_local set inicial = $1, livre = $1', [unidades])
  })
}
