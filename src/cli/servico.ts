// `servico NOME`: one service or subscriber, the gateway, or a broker or PostgreSQL of our own, in
// a process of its own: under the supervisor, or alone in a terminal, where its neighbours are
// found by <SERVICO>_URL.
import { ASSINANTES, type NomeAssinante, SERVICOS } from '../contratos/ids.ts'
import { type Configuracao, lerConfiguracao } from '../infra/configuracao.ts'
import { doGateway, enderecosPorConfiguracao, portaLivre } from '../infra/enderecos.ts'
import { devolverMemoriaEmRepouso } from '../infra/repouso.ts'
import { comoFilho, type Servindo } from '../infra/supervisao/processo_filho.ts'
import {
  PORTA_DO_ASSINANTE,
  PORTA_DO_GATEWAY,
  PORTA_HTTPS_DO_GATEWAY,
  PORTA_INTERNA_DO_GATEWAY,
  topologia,
} from '../infra/topologia.ts'
import { ErroDeInicio } from '../persistencia/database.ts'
import { criarComando, lerOpcoes } from './comando.ts'
import { kafkaDestaMaquina } from './kafka_do_inicio.ts'
import { postgresDestaMaquina } from './postgres_do_inicio.ts'

const NOMES = [...SERVICOS, ...ASSINANTES, 'gateway', 'kafka', 'postgres'] as const
type Nome = (typeof NOMES)[number]

const EXEMPLOS = `Os vizinhos são procurados nas portas de costume; <SERVICO>_URL diz outro lugar.

Exemplos:
  npm start -- servico estoque
  npm start -- servico kafka
  npm start -- servico postgres
  PAGAMENTOS_URL=http://127.0.0.1:9000 npm start -- servico pedidos`

export async function comandoServico(argumentos: string[]): Promise<number> {
  const descricao = 'Inicia um serviço ou assinante sozinho neste terminal.'
  const comando = criarComando('npm start -- servico', descricao, EXEMPLOS)
    .usage('<nome>')
    .argument('<nome>', `um de: ${NOMES.join(', ')}`)
  const opcoes = lerOpcoes(comando, argumentos)
  if (typeof opcoes === 'number') return opcoes
  const nome = NOMES.find((n) => n === comando.args[0])
  if (!nome)
    throw new ErroDeInicio(`não há serviço "${comando.args[0]}"; há: ${NOMES.join(', ')}`, 2)
  await comoFilho(() => iniciar(nome))
  return 0
}

async function iniciar(nome: Nome): Promise<Servindo> {
  const lida = lerConfiguracao()
  devolverMemoriaEmRepouso()
  if (nome === 'kafka') {
    const { abrirBrokerProprio } = await import('../infra/kafka/proprio.ts')
    return servindo(nome, await abrirBrokerProprio(lida))
  }
  if (nome === 'postgres') {
    const { abrirPostgresProprio } = await import('../infra/postgres/proprio.ts')
    return servindo(nome, await abrirPostgresProprio(lida))
  }
  if (ehAssinante(nome)) return assinante(nome, lida)
  const pedida = Boolean(process.env.QUATROVIAS_ARQUITETURAS)
  const configuracao = kafkaDestaMaquina(lida, pedida, console.error)
  const enderecos = enderecosPorConfiguracao(configuracao)
  if (nome === 'gateway') {
    const { enderecoTls } = configuracao
    const porta = configuracao.porta(nome) ?? (await portaLivre(PORTA_DO_GATEWAY))
    const portaHttps =
      configuracao.porta('gateway_tls') ?? (await portaLivre(PORTA_HTTPS_DO_GATEWAY, enderecoTls))
    const interna =
      configuracao.porta('gateway_interno') ??
      (await portaLivre(PORTA_INTERNA_DO_GATEWAY, configuracao.endereco))
    const { abrirGateway } = await import('../gateway/gateway.ts')
    return servindo(
      nome,
      await abrirGateway(configuracao, doGateway(enderecos), porta, portaHttps, interna),
    )
  }
  const { porta, portaGrpc } = topologia[nome]
  const portas = {
    rest: configuracao.porta(nome) ?? (await portaLivre(porta, configuracao.endereco)),
    grpc: configuracao.portaGrpc(nome) ?? (await portaLivre(portaGrpc, configuracao.endereco)),
  }
  const { abrirServico } = await import('../infra/servico_aberto.ts')
  return servindo(nome, await abrirServico(nome, configuracao, enderecos, portas))
}

const ehAssinante = (nome: Nome): nome is NomeAssinante =>
  ASSINANTES.some((assinante) => assinante === nome)

/** Nothing without Kafka: where no broker is named, it is on this machine. */
async function assinante(nome: NomeAssinante, lida: Configuracao): Promise<Servindo> {
  await using pilha = new AsyncDisposableStack()
  const arquiteturas = ['kafka'] as const
  const comKafka = kafkaDestaMaquina({ ...lida, arquiteturas }, true, console.error)
  const configuracao = nome === 'vendas' ? await postgresDestaMaquina(comKafka, pilha) : comKafka
  const { endereco } = configuracao
  const porta = configuracao.porta(nome) ?? (await portaLivre(PORTA_DO_ASSINANTE[nome], endereco))
  const { abrirAssinante } = await import('../assinantes/aberto.ts')
  const { rest } = pilha.use(await abrirAssinante(nome, configuracao, porta))
  const tudo = pilha.move()
  return servindo(nome, { rest, [Symbol.asyncDispose]: () => tudo.disposeAsync() })
}

type Aberto = AsyncDisposable & { url?: string; rest?: string; endereco?: string } & {
  [porta in 'https' | 'grpc']?: string | undefined
}

function servindo(nome: Nome, aberto: Aberto): Servindo {
  const rest = aberto.url ?? aberto.rest ?? aberto.endereco
  const enderecos = [rest, aberto.https, aberto.grpc].filter((endereco) => endereco !== undefined)
  if (!process.send) console.log(`${nome} pronto em ${enderecos.join(' e ')} (Ctrl-C encerra)`)
  return { info: { rest }, parar: async () => aberto[Symbol.asyncDispose]() }
}
