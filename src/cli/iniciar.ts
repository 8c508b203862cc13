// `npm start`: the seven services, the gateway, our own broker and what subscribes to its topics,
// each a process of its own under the supervisor, or all in this one with --junto.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assinantesDe } from '../infra/assinantes.ts'
import { type Configuracao, lerConfiguracao } from '../infra/configuracao.ts'
import { ambienteDoBrokerProprio } from '../infra/configuracao_do_kafka.ts'
import {
  ambienteDasPortas,
  comOsAlheios,
  doGateway,
  type Enderecos,
  enderecosDas,
  escolherPortas,
  type Portas,
} from '../infra/enderecos.ts'
import { apagarEstado, type Estado, gravarEstado } from '../infra/estado.ts'
import { ambienteDoPostgresProprio } from '../infra/postgres/senha.ts'
import { argumentosDe } from '../infra/processos.ts'
import { servicosPresentes } from '../infra/servicos_ausentes.ts'
import { comoFilho } from '../infra/supervisao/processo_filho.ts'
import type { SituacaoDoProcesso } from '../infra/supervisao/situacao.ts'
import { supervisionar } from '../infra/supervisao/supervisor.ts'
import { type Trava, travar } from '../infra/supervisao/trava.ts'
import { PERFIS } from '../servicos/simulacao.ts'
import { adminCriadoDesde, apresentar } from './apresentacao.ts'
import { criarComando, lerOpcoes, umDe } from './comando.ts'
import { estadoDe } from './estado_do_inicio.ts'
import { decidirKafka } from './kafka_do_inicio.ts'
import { decidirPostgres } from './postgres_do_inicio.ts'

const NOMES_DOS_PERFIS = Object.keys(PERFIS)
const EXEMPLOS = `Exemplos:
  npm start
  npm start -- --perfil instantanea
  npm start -- --junto
  npm start -- --sem estoque        outro serviço faz o seu lugar nos tópicos do Kafka

As demais opções são variáveis de ambiente: docs/configuracao.md`

export async function comandoIniciar(argumentos: string[]): Promise<number> {
  const descricao = 'Inicia os sete serviços e o gateway, e fica no ar até Ctrl-C.'
  const comando = criarComando('npm start --', descricao, EXEMPLOS)
    .option('--junto', 'tudo em um só processo')
    .option(
      '--perfil <perfil>',
      `simulação dos serviços: ${NOMES_DOS_PERFIS.join(', ')}`,
      umDe(NOMES_DOS_PERFIS),
    )
    .option('--sem <serviço>', 'deixa este para outro fazer, pelo Kafka; repetível', juntarNomes)
  const opcoes = lerOpcoes<{ junto?: true; perfil?: string; sem?: string }>(comando, argumentos)
  if (typeof opcoes === 'number') return opcoes
  const { junto, perfil, sem } = opcoes
  if (perfil) process.env.QUATROVIAS_PERFIL = perfil
  if (sem) process.env.QUATROVIAS_SEM = sem
  const lida = lerConfiguracao()
  avisarDosAusentes(lida)
  await using trava = await travar(lida.diretorio)
  await gerarDadosSeFaltam(lida)
  const pedida = Boolean(process.env.QUATROVIAS_ARQUITETURAS) || lida.ausentes.length > 0
  const comKafka = await decidirKafka(lida, pedida, console.log)
  const nomeados = Boolean(process.env.QUATROVIAS_ASSINANTES)
  if (nomeados) avisarSemTopicos(comKafka.configuracao)
  const decidido = await decidirPostgres(comKafka.configuracao, nomeados, console.log)
  const { configuracao, postgresProprio } = decidido
  const portas = await escolherPortas(configuracao, comKafka.brokerProprio, postgresProprio)
  await (junto ? tudoJunto(configuracao, portas) : separados(configuracao, portas, trava))
  return 0
}

const juntarNomes = (nome: string, antes?: string): string =>
  antes === undefined ? nome : `${antes},${nome}`

function avisarDosAusentes({ ausentes, arquiteturas }: Configuracao): void {
  if (ausentes.length === 0) return
  const porOnde = arquiteturas.join(', ')
  console.log(`Sem ${ausentes.join(', ')}: pedidos só por ${porOnde}, e outro faz o que falta.`)
}

/** Of subscribers that somebody asked for by name. */
function avisarSemTopicos({ arquiteturas, assinantes }: Configuracao): void {
  if (arquiteturas.includes('kafka') || assinantes.length === 0) return
  console.log(
    `Sem ${assinantes.join(', ')}: leem dos tópicos, e a arquitetura kafka não está aberta`,
  )
}

async function gerarDadosSeFaltam({ ecommerce }: Configuracao): Promise<void> {
  if (existsSync(ecommerce)) return
  console.log(`Gerando os dados sintéticos em ${ecommerce}…`)
  const { gerarDados } = await import('../dados/gerador.ts')
  await gerarDados({ saida: ecommerce })
}

/**
 * The first time, one process compiles everything into the cache before eight do: each of them then
 * starts in a third of the time and, never loading the TypeScript stripper, in 25 MB less.
 */
function aquecer(ambiente: { readonly NODE_COMPILE_CACHE: string }): void {
  if (existsSync(ambiente.NODE_COMPILE_CACHE)) return
  const env = { ...process.env, ...ambiente }
  spawnSync(process.execPath, [fileURLToPath(new URL('./aquecer.ts', import.meta.url))], { env })
}

/** One process each; resolves when all have ended. */
async function separados(configuracao: Configuracao, portas: Portas, trava: Trava): Promise<void> {
  const { diretorio } = configuracao
  const ambiente = {
    ...ambienteDasPortas(portas),
    ...ambienteDosNossos(portas, diretorio),
    QUATROVIAS_ARQUITETURAS: configuracao.arquiteturas.join(','),
    QUATROVIAS_DIR: diretorio,
    ECOMMERCE_DB: configuracao.ecommerce,
    NODE_COMPILE_CACHE: join(diretorio, 'cache'),
  }
  aquecer(ambiente)
  // Stopped in the reverse order: the gateway, then the root while those it calls still answer, and
  // last the broker, once nobody has anything to say through it.
  const broker = portas.kafka === undefined ? [] : ['kafka']
  const noCaminho = [...broker, ...servicosPresentes(configuracao).toReversed(), 'gateway']
  const postgres = portas.postgres === undefined ? [] : ['postgres']
  const foraDele = [...postgres, ...assinantesDe(configuracao)]
  const processo = (nome: string) => ({ nome, argumentos: argumentosDe(nome), ambiente })
  const processos = [
    ...noCaminho.map(processo),
    ...foraDele.map((nome) => ({ ...processo(nome), depois: true as const })),
  ]
  let apresentado = false
  const aoMudar = (mudou: SituacaoDoProcesso, todos: readonly SituacaoDoProcesso[]) => {
    if (!apresentado) return
    gravarEstado(diretorio, estadoDe(configuracao, portas, todos))
    if (mudou.estado === 'parado') return
    console.log(`${mudou.nome}: ${mudou.estado}${motivoDe(mudou)}`)
  }
  const aoFalhar = ({ message }: Error) => console.log(message)
  const opcoes = { diretorio, trava, aoMudar, aoFalhar }
  await using supervisor = await supervisionar(processos, opcoes)
  await mostrar(configuracao, estadoDe(configuracao, portas, supervisor.processos()))
  apresentado = true
  await supervisor.terminou
  apagarEstado(diretorio)
}

/** Where the broker and the PostgreSQL of our own are, as the environment would say it. */
const ambienteDosNossos = ({ kafka, postgres }: Portas, diretorio: string) => ({
  ...(kafka !== undefined && ambienteDoBrokerProprio(kafka)),
  ...(postgres !== undefined && ambienteDoPostgresProprio(diretorio, postgres)),
})

const motivoDe = ({ estado, ultimaSaida }: SituacaoDoProcesso): string =>
  estado === 'reiniciando' && ultimaSaida ? ` (${ultimaSaida})` : ''

/** The same code in one process: for a small machine, a debugger, or a first look. */
async function tudoJunto(decidida: Configuracao, portas: Portas): Promise<void> {
  const { abrirServico } = await import('../infra/servico_aberto.ts')
  const { abrirGateway } = await import('../gateway/gateway.ts')
  await comoFilho(async () => {
    const pilha = new AsyncDisposableStack()
    const configuracao = await comBroker(decidida, portas, pilha)
    const enderecos = comOsAlheios(enderecosDas(portas), configuracao)
    for (const nome of servicosPresentes(configuracao).toReversed()) {
      pilha.use(await abrirServico(nome, configuracao, enderecos, portas.servicos[nome]))
    }
    const { gateway, gatewayHttps, gatewayInterno } = portas
    const lugares = [gateway, gatewayHttps, gatewayInterno] as const
    pilha.use(await abrirGateway(configuracao, doGateway(enderecos), ...lugares))
    await abrirForaDoCaminho(configuracao, portas, enderecos, pilha)
    await mostrar(configuracao, estadoDe(configuracao, portas, []))
    const parar = async () => {
      await pilha.disposeAsync()
      apagarEstado(configuracao.diretorio)
    }
    return { info: {}, parar }
  })
  // The process now lives by its servers; comoFilho ends it.
  await new Promise<never>(() => undefined)
}

/** With --junto too, the checkout lives without what lives on the topics. */
async function abrirForaDoCaminho(
  configuracao: Configuracao,
  portas: Portas,
  enderecos: Enderecos,
  pilha: AsyncDisposableStack,
): Promise<void> {
  const { abrirAssinante } = await import('../assinantes/aberto.ts')
  const ouSem = async (nome: string, abrir: () => Promise<AsyncDisposable>) => {
    try {
      pilha.use(await abrir())
    } catch (erro) {
      console.error(`Sem ${nome}: ${(erro as Error).message}`)
    }
  }
  if (portas.postgres !== undefined) {
    const { iniciarProprio } = await import('../infra/postgres/proprio.ts')
    await ouSem('postgres', () => iniciarProprio(configuracao))
  }
  for (const nome of assinantesDe(configuracao)) {
    const porta = portas.assinantes[nome]
    await ouSem(nome, () => abrirAssinante(nome, configuracao, porta, enderecos))
  }
}

/** Opens our own broker, where there is one, and says where it and our PostgreSQL are. */
async function comBroker(
  decidida: Configuracao,
  portas: Portas,
  pilha: AsyncDisposableStack,
): Promise<Configuracao> {
  const { arquiteturas, assinantes, diretorio } = decidida
  const ambiente = { ...process.env, ...ambienteDosNossos(portas, diretorio) }
  const configuracao = { ...lerConfiguracao(ambiente), arquiteturas, assinantes }
  if (portas.kafka !== undefined) {
    const { abrirBrokerProprio } = await import('../infra/kafka/proprio.ts')
    pilha.use(await abrirBrokerProprio(configuracao))
  }
  return configuracao
}

async function mostrar(configuracao: Configuracao, estado: Estado): Promise<void> {
  gravarEstado(configuracao.diretorio, estado)
  const credenciais = join(configuracao.diretorio, 'credenciais.json')
  // Only where a person reads: whatever is not a terminal may be a file that keeps it.
  const admin = process.stdout.isTTY
    ? adminCriadoDesde(performance.timeOrigin, credenciais)
    : undefined
  console.log(apresentar(estado, credenciais, configuracao.perfil, performance.now(), admin))
}
