// Every environment variable the product reads, in one table: docs/configuracao.md is held equal
// to it by a test. A value that makes no sense ends the process with code 2 and names the variable.
import { resolve } from 'node:path'
import * as z from 'zod'
import { MODOS_GRPC, type ModoGrpc } from '../arquiteturas/arquitetura.ts'
import type { ConexaoKafka } from '../arquiteturas/kafka/conexao.ts'
import { PRAZO_DA_CADEIA_MS } from '../arquiteturas/politica.ts'
import {
  ARQUITETURAS,
  type NomeArquitetura,
  type NomeAssinante,
  type NomeServico,
  type Substituivel,
} from '../contratos/ids.ts'
import { ErroDeInicio } from '../persistencia/database.ts'
import { REGRAS_PADRAO, type Regras } from '../servicos/antifraude/domain.ts'
import { PERFIS, type Perfil } from '../servicos/simulacao.ts'
import { lerAssinantes } from './assinantes.ts'
import { lerKafka } from './configuracao_do_kafka.ts'
import { credencial, enderecoIp, exigida, osDois } from './esquemas_da_configuracao.ts'
import { arquiteturasSem, lerAusentes, VARIAVEIS_DOS_AUSENTES } from './servicos_ausentes.ts'
import { validarEmPortugues } from './validacao.ts'
import {
  type ConfiguracaoDasNotificacoes,
  lerNotificacoes,
  VARIAVEIS_DAS_NOTIFICACOES,
} from './variaveis_das_notificacoes.ts'
import { urlDasVendas, urlDoPostgres, VARIAVEIS_DAS_VENDAS } from './variaveis_das_vendas.ts'
import { type PortaDoGateway, VARIAVEIS_DO_GATEWAY } from './variaveis_do_gateway.ts'
import { VARIAVEIS_DO_KAFKA } from './variaveis_do_kafka.ts'
import { lerMonitoramento, VARIAVEIS_DO_MONITORAMENTO } from './variaveis_do_monitoramento.ts'
import { VARIAVEIS_DOS_SERVICOS } from './variaveis_dos_servicos.ts'

export interface Variavel {
  readonly nome: string
  readonly padrao: string
  readonly descricao: string
  readonly esquema: z.ZodType
  /** Holds a password: its value is never shown. */
  readonly segredo?: true
}

const inteiro = z.coerce.number().int().min(0)
const simOuNao = z.enum(['sim', 'nao'])
const publicas = ARQUITETURAS.filter((a) => a !== 'memoria')

const variavel = (
  nome: string,
  padrao: string,
  descricao: string,
  esquema: z.ZodType,
): Variavel => ({ nome, padrao, descricao, esquema })

const DESCRICAO_DO_POSTGRES = [
  'PostgreSQL dos serviços, um esquema cada: `postgres://usuario:senha@maquina/base`;',
  'vazia: um SQLite cada. O provedor e as contas do gateway são sempre SQLite',
].join(' ')

const DESCRICAO_DA_CREDENCIAL = [
  'Segredo que os processos dividem, de 32 a 256 caracteres visíveis: com ele, os serviços só',
  'atendem quem o diz',
].join(' ')

export const VARIAVEIS: readonly Variavel[] = [
  variavel(
    'QUATROVIAS_DIR',
    '.quatrovias',
    'Diretório de dados, registros e estado',
    z.string().min(1),
  ),
  variavel(
    'QUATROVIAS_ARQUITETURAS',
    publicas.join(','),
    'Arquiteturas abertas, separadas por vírgula',
    z.string().regex(new RegExp(`^(${publicas.join('|')})(,(${publicas.join('|')}))*$`)),
  ),
  ...VARIAVEIS_DOS_AUSENTES,
  variavel(
    'QUATROVIAS_PERFIL',
    'realista',
    'Simulação: `realista` (atrasos e falhas) ou `instantanea`',
    z.enum(Object.keys(PERFIS) as [Perfil, ...Perfil[]]),
  ),
  variavel('QUATROVIAS_SEMENTE', '1', 'Semente dos sorteios da simulação', inteiro),
  variavel(
    'QUATROVIAS_PRAZO_MS',
    String(PRAZO_DA_CADEIA_MS),
    'Prazo da cadeia síncrona de um pedido, em milissegundos',
    z.coerce.number().int().min(1_000).max(120_000),
  ),
  variavel(
    'QUATROVIAS_GRPC',
    MODOS_GRPC[0],
    'Entre os nossos serviços por gRPC: `fluxo` (um stream por par) ou `unario`',
    z.enum(MODOS_GRPC),
  ),
  variavel(
    'QUATROVIAS_REGISTRO',
    'info',
    'Nível do registro de operações: `info`, `warn`, `error` ou `silent`',
    z.enum(['info', 'warn', 'error', 'silent']),
  ),
  variavel(
    'QUATROVIAS_TESTE',
    'nao',
    '`sim` aceita pontos de queda armados por HTTP; só para testes e laboratório',
    simOuNao,
  ),
  variavel(
    'QUATROVIAS_ENDERECO',
    '127.0.0.1',
    'Endereço em que os serviços escutam, HTTP e gRPC; fora desta máquina, exige a credencial',
    enderecoIp,
  ),
  {
    ...variavel('QUATROVIAS_CREDENCIAL', '', DESCRICAO_DA_CREDENCIAL, credencial),
    segredo: true,
  },
  variavel(
    'ECOMMERCE_DB',
    'ecommerce.db',
    'Dados sintéticos com que os bancos começam',
    z.string().min(1),
  ),
  {
    ...variavel('DATABASE_URL', '', DESCRICAO_DO_POSTGRES, urlDoPostgres),
    segredo: true,
  },
  ...VARIAVEIS_DO_KAFKA,
  ...VARIAVEIS_DAS_VENDAS,
  variavel(
    'ANTIFRAUDE_VALOR_MAXIMO_CENTAVOS',
    String(REGRAS_PADRAO.valorMaximoCentavos),
    'Pedidos acima deste valor são recusados; 0 desliga',
    inteiro,
  ),
  variavel(
    'ANTIFRAUDE_PEDIDOS_NA_JANELA',
    String(REGRAS_PADRAO.pedidosNaJanela),
    'Pedidos de um cliente dentro da janela antes da recusa; 0 desliga',
    inteiro,
  ),
  variavel(
    'ANTIFRAUDE_JANELA_S',
    String(REGRAS_PADRAO.janelaMs / 1_000),
    'Tamanho da janela, em segundos',
    z.coerce.number().int().min(1),
  ),
  variavel(
    'ANTIFRAUDE_REGRA_DIDATICA',
    'nao',
    '`sim` recusa todo pedido de número divisível por três',
    simOuNao,
  ),
  ...VARIAVEIS_DO_GATEWAY,
  ...VARIAVEIS_DOS_SERVICOS,
  ...VARIAVEIS_DO_MONITORAMENTO,
  ...VARIAVEIS_DAS_NOTIFICACOES,
]

/** Who else listens. */
type Outro = PortaDoGateway | 'kafka' | 'postgres'

export interface Configuracao {
  readonly diretorio: string
  readonly arquiteturas: readonly NomeArquitetura[]
  /** Services of ours that do not run: somebody else's take their place on the topics. */
  readonly ausentes: readonly Substituivel[]
  /** How long an order by kafka waits for one of them. */
  readonly esperaDoAusenteMs: number
  /** What is started on the topics, where Kafka is open. */
  readonly assinantes: readonly NomeAssinante[]
  readonly perfil: Perfil
  readonly semente: number
  readonly prazoDaCadeiaMs: number
  readonly modoGrpc: ModoGrpc
  readonly nivelDoRegistro: string
  readonly teste: boolean
  /** Where the services listen. */
  readonly endereco: string
  /** What the processes say to each other, where it is asked for. */
  readonly credencial: string | undefined
  readonly ecommerce: string
  /** URL of the PostgreSQL in place of the SQLite files, password included. */
  readonly postgres: string | undefined
  /** The same of the sales' own; undefined: one that the product starts. */
  readonly postgresDasVendas: string | undefined
  /** Undefined where no broker is named. */
  readonly kafka: ConexaoKafka | undefined
  readonly notificacoes: ConfiguracaoDasNotificacoes
  readonly regrasDeAntifraude: Regras
  /** Requests in a window, at the gateway; 0: without limit. */
  readonly limites: {
    readonly porEndereco: number
    readonly porCliente: number
    readonly deEntrada: number
  }
  readonly monitoramento: ReturnType<typeof lerMonitoramento>
  readonly proxiesConfiaveis: readonly string[]
  /** Where HTTPS listens. */
  readonly enderecoTls: string
  /** Paths to the certificate and the key; undefined: of our own making. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined
  /** Undefined where nobody asked for one: the default, or another free one. */
  porta(quem: NomeServico | NomeAssinante | Outro): number | undefined
  url(quem: NomeServico | NomeAssinante | 'gateway_interno'): string | undefined
  portaGrpc(servico: NomeServico): number | undefined
  /** `host:port` */
  grpc(servico: NomeServico): string | undefined
}

export function lerConfiguracao(ambiente: NodeJS.ProcessEnv = process.env): Configuracao {
  validarEmPortugues()
  const valores = new Map(VARIAVEIS.map((v) => [v.nome, lerVariavel(v, ambiente)]))
  const texto = (nome: string) => String(valores.get(nome))
  const numero = (nome: string) => Number(valores.get(nome))
  const explicita = (nome: string) => (ambiente[nome] ? valores.get(nome) : undefined)
  const url = (s: NomeServico | NomeAssinante | 'gateway_interno') =>
    explicita(`${s.toUpperCase()}_URL`) as string | undefined
  const grpc = (s: NomeServico) => explicita(`${s.toUpperCase()}_GRPC`) as string | undefined
  const ausentes = lerAusentes(texto('QUATROVIAS_SEM'))
  const pedidas = [...new Set(texto('QUATROVIAS_ARQUITETURAS').split(','))] as NomeArquitetura[]
  return {
    diretorio: resolve(texto('QUATROVIAS_DIR')),
    arquiteturas: arquiteturasSem(ausentes, pedidas, { rest: url, grpc }),
    ausentes,
    esperaDoAusenteMs: numero('QUATROVIAS_SEM_ESPERA_S') * 1_000,
    assinantes: lerAssinantes(texto('QUATROVIAS_ASSINANTES')),
    perfil: texto('QUATROVIAS_PERFIL') as Perfil,
    semente: numero('QUATROVIAS_SEMENTE'),
    prazoDaCadeiaMs: numero('QUATROVIAS_PRAZO_MS'),
    modoGrpc: texto('QUATROVIAS_GRPC') as ModoGrpc,
    nivelDoRegistro: texto('QUATROVIAS_REGISTRO'),
    teste: texto('QUATROVIAS_TESTE') === 'sim',
    endereco: texto('QUATROVIAS_ENDERECO'),
    credencial: exigida(texto('QUATROVIAS_ENDERECO'), texto('QUATROVIAS_CREDENCIAL')),
    ecommerce: resolve(texto('ECOMMERCE_DB')),
    postgres: texto('DATABASE_URL') || undefined,
    postgresDasVendas: urlDasVendas(ambiente),
    kafka: lerKafka(ambiente),
    notificacoes: lerNotificacoes(texto),
    regrasDeAntifraude: {
      valorMaximoCentavos: numero('ANTIFRAUDE_VALOR_MAXIMO_CENTAVOS'),
      pedidosNaJanela: numero('ANTIFRAUDE_PEDIDOS_NA_JANELA'),
      janelaMs: numero('ANTIFRAUDE_JANELA_S') * 1_000,
      didatica: texto('ANTIFRAUDE_REGRA_DIDATICA') === 'sim',
    },
    limites: {
      porEndereco: numero('GATEWAY_LIMITE_POR_ENDERECO'),
      porCliente: numero('GATEWAY_LIMITE_POR_CLIENTE'),
      deEntrada: numero('GATEWAY_LIMITE_DE_ENTRADA'),
    },
    monitoramento: lerMonitoramento(numero),
    proxiesConfiaveis: texto('GATEWAY_PROXIES_CONFIAVEIS').split(',').filter(Boolean),
    enderecoTls: texto('GATEWAY_TLS_ENDERECO'),
    tls: osDois(texto('TLS_CERT'), texto('TLS_KEY')),
    porta: (quem) => explicita(`${quem.toUpperCase()}_PORTA`) as number | undefined,
    url,
    portaGrpc: (s) => explicita(`${s.toUpperCase()}_GRPC_PORTA`) as number | undefined,
    grpc,
  }
}

/** Throws ErroDeInicio for a value that makes no sense by itself. */
export function lerVariavel(variavel: Variavel, ambiente: NodeJS.ProcessEnv): unknown {
  const { nome, padrao, esquema, segredo } = variavel
  const bruto = ambiente[nome] || padrao
  if (bruto === '') return ''
  const lido = esquema.safeParse(bruto)
  if (lido.success) return lido.data
  const dito = segredo ? nome : `${nome}=${bruto}`
  throw new ErroDeInicio(`${dito} não serve: ${lido.error.issues[0]?.message}`, 2)
}
