// One service, open: its database, its doors on every open architecture, its operational routes.
// Opened in the order things depend on each other, closed in the reverse.
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { abrirArquiteturas } from '../arquiteturas/abertas.ts'
import { type Aberta, type Atender, type Bastidores, parar } from '../arquiteturas/arquitetura.ts'
import { recusarSeLotada } from '../arquiteturas/lotacao.ts'
import { criarSalto } from '../arquiteturas/percurso.ts'
import { criarRaiz } from '../arquiteturas/raiz.ts'
import { criarReenviador, reenviarSempre } from '../arquiteturas/reenvio.ts'
import { exigirCredencial } from '../arquiteturas/rest/credencial.ts'
import { leituras } from '../arquiteturas/rest/leituras.ts'
import { registrarPedidos } from '../arquiteturas/rest/pedidos.ts'
import { atosSobreProdutos } from '../arquiteturas/rest/produtos.ts'
import { retomarPedido, retomarSempre } from '../arquiteturas/retomada.ts'
import type { Servico } from '../contratos/envelope.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { NomeServico } from '../contratos/ids.ts'
import type { Leitura } from '../persistencia/database.ts'
import type { ConsultasDeCatalogo } from '../servicos/catalogo/servico.ts'
import type { ConsultasDePedidos } from '../servicos/pedidos/consultas.ts'
import { criarSimulador } from '../servicos/simulacao.ts'
import { abrirBanco } from './banco_do_servico.ts'
import type { Configuracao } from './configuracao.ts'
import type { Enderecos, PortasDoServico } from './enderecos.ts'
import { registrarInterno } from './interno.ts'
import { registrarMortas } from './mortas.ts'
import { registrarMudancas } from './mudancas.ts'
import { recusarPaginas } from './navegador.ts'
import { criarRegistro, type Registro } from './registro.ts'
import { registrarRetomada } from './retidos.ts'
import { criarServidor, escutar } from './servidor_http.ts'
import { topologia } from './topologia.ts'
import { vizinhosPorHttp } from './vizinhos_http.ts'

export interface ServicoAberto extends AsyncDisposable {
  readonly nome: NomeServico
  /** Its HTTP address, e.g. `http://127.0.0.1:3002`. */
  readonly rest: string
  /** Its gRPC address, e.g. `127.0.0.1:50051`, where that architecture is open. */
  readonly grpc: string | undefined
}

/** Errors: ErroDeInicio when the database, the port or the synthetic data does not serve. */
export async function abrirServico(
  nome: NomeServico,
  configuracao: Configuracao,
  enderecos: Enderecos,
  portas: PortasDoServico,
): Promise<ServicoAberto> {
  await using pilha = new AsyncDisposableStack()
  const registro = criarRegistro(nome, configuracao.nivelDoRegistro)
  const diretorio = join(configuracao.diretorio, 'dados')
  const modulo = topologia[nome].modulo(configuracao)
  const db = pilha.use(await abrirBanco(modulo, diretorio, configuracao))
  const { endereco, credencial } = configuracao
  const vizinhos = pilha.use(vizinhosPorHttp((servico) => enderecos.rest[servico], credencial))
  const simulador = criarSimulador(nome, configuracao.perfil, configuracao.semente)
  const { operacoes } = registro
  const { servico, consultas, ...rodando } = await modulo.iniciar({
    ...{ db, operacoes, simulador, vizinhos, diretorio },
  })
  pilha.use(rodando)

  const app = servidorDe(nome, configuracao, registro)
  let encerrando = false
  const fim = new AbortController()
  const interno = {
    ...{ leitura: db.leitura, registro, simulador, aceitaQuedas: configuracao.teste },
    motivoParaNaoAtender: () => (encerrando ? 'O serviço está encerrando.' : undefined),
  }
  app.register(async (rotas) => {
    registrarInterno(rotas, interno)
    leituras[nome](rotas, consultas as never)
    atosSobreProdutos[nome]?.(rotas, consultas as never)
  })

  const abertas = await abrirArquiteturas(configuracao.arquiteturas, enderecos, configuracao)
  for (const aberta of abertas) pilha.use(aberta)
  const { signal } = fim
  const partes: Partes = { servico, leitura: db.leitura, registro, configuracao, abertas, signal }
  const bastidores: Bastidores = {
    ...{ servico, db, compra: vizinhos.compra, ...observados(registro) },
    ...proprios(nome, consultas, configuracao),
    ...(portas.rest !== 0 && { instancia: `${hostname()}:${portas.rest}` }),
  }
  const atenderPor =
    nome === 'pedidos'
      ? comoRaiz(pilha, partes, app, consultas as ConsultasDePedidos)
      : (aberta: Aberta) => ('enviar' in aberta ? criarSalto(servico, aberta.enviar) : SEM_PORTA)
  // First to close, and at once: what is under way still needs the database and the ways out.
  const portasAbertas: AsyncDisposable[] = [{ [Symbol.asyncDispose]: async () => app.close() }]
  pilha.defer(async () => {
    await Promise.all(portasAbertas.map((porta) => porta[Symbol.asyncDispose]()))
  })
  let grpc: string | undefined
  const nomes = abertas.map((aberta) => aberta.nome)
  for (const aberta of abertas) {
    const atender = atenderPor(aberta)
    const lugar = { porta: portas.grpc, maquina: endereco }
    const hospedeiro = { app, nome, atender, consultas, abertas: nomes, ...lugar }
    const porta = await aberta.servir(hospedeiro, bastidores)
    portasAbertas.push(porta)
    if (aberta.nome === 'grpc') grpc = porta.endereco
  }
  const rest = await escutar(app, portas.rest, endereco)
  pilha.defer(async () => {
    encerrando = true
    fim.abort()
  })
  const aberto = pilha.move()
  return { nome, rest, grpc, [Symbol.asyncDispose]: () => aberto.disposeAsync() }
}

function servidorDe(
  nome: NomeServico,
  { endereco, credencial }: Configuracao,
  { log }: Registro,
): FastifyInstance {
  const app = criarServidor({
    titulo: `quatrovias · ${nome}`,
    descricao: `O serviço ${nome} do checkout distribuído.`,
    aoErrar: (erro, rota) => log.error({ rota, err: erro.cause ?? erro }),
  })
  recusarPaginas(app, endereco)
  if (credencial !== undefined) exigirCredencial(app, credencial)
  return app
}

const observados = ({ aoGravar, log, metricas }: Registro) => ({
  aoGravar,
  metricas,
  avisar: (mensagem: string, campos?: object) => log.warn({ ...campos, mensagem }),
})

/** What two of the services give besides what all have. */
function proprios(
  nome: NomeServico,
  consultas: unknown,
  configuracao: Configuracao,
): Partial<Bastidores> {
  if (nome === 'pedidos') return dosPedidos(consultas as ConsultasDePedidos, configuracao)
  if (nome !== 'catalogo') return {}
  return { alteracoes: (consultas as ConsultasDeCatalogo).alteracoes }
}

function dosPedidos(
  consultas: ConsultasDePedidos,
  { ausentes, esperaDoAusenteMs: esperaMs }: Configuracao,
): Partial<Bastidores> {
  const { avisos, guardarMorta, esperando, pedido, mortas, criadoEm, abertoMaisVelho } = consultas
  const ausencias = ausentes.length > 0 ? { ausentes, esperaMs, esperando, pedido } : undefined
  const mortasPendentes = () => mortas.contar({ pendentes: true })
  return { avisos, guardarMorta, ausencias, criadoEm, abertoMaisVelho, mortasPendentes }
}

/** Where the log carries the orders, commands come from topics and not by a door. */
const SEM_PORTA: Atender = async () => parar(new ErroDeNegocio('arquitetura_fechada'))

interface Partes {
  readonly servico: Servico
  readonly leitura: Leitura
  readonly registro: Registro
  readonly configuracao: Configuracao
  readonly abertas: readonly Aberta[]
  /** Aborts when the process begins to stop: no walk is taken up any more. */
  readonly signal: AbortSignal
}

/** pedidos is the root of every walk, and the one that resumes those interrupted. */
function comoRaiz(
  pilha: AsyncDisposableStack,
  { servico, leitura, registro, configuracao, abertas, signal }: Partes,
  app: FastifyInstance,
  consultas: ConsultasDePedidos,
): () => Atender {
  const { prazoDaCadeiaMs } = configuracao
  const { log } = registro
  const saidas = new Map(abertas.map((aberta) => [aberta.nome, aberta]))
  const raiz = criarRaiz(servico, saidas, prazoDaCadeiaMs, async (pedido_id, falha) => {
    log.error({ pedido_id, codigo: falha.codigo, mensagem: 'pedido retido', err: falha.cause })
    await consultas.reter(pedido_id, falha.codigo, falha.message)
  })
  const aoFalhar = (pedido_id: number | undefined, falha: Error) =>
    log.warn({ pedido_id, mensagem: `retomada adiada: ${falha.message}` })
  const aoNaoReenviar = (falha: Error) =>
    log.warn({ mensagem: `reenvio de mensagens mortas adiado: ${falha.message}` })
  const peloDiario = abertas.find((aberta) => 'republicar' in aberta)
  const opcoes = { prazoDaCadeiaMs, aoFalhar, menosAsDe: peloDiario?.nome }
  const retomada = retomarSempre(raiz, consultas, leitura, opcoes, signal)
  const reenviador = criarReenviador(consultas.mortas, peloDiario?.reenviar)
  const reenvio = peloDiario && reenviarSempre(reenviador, { aoFalhar: aoNaoReenviar }, signal)
  pilha.defer(async () => {
    await Promise.all([retomada, reenvio, raiz.esvaziar()])
  })
  const atender = recusarSeLotada(raiz.atender, saidas, leitura)
  app.register(async (rotas) => {
    registrarPedidos(rotas, { atender, consultas, abertas: [...saidas.keys()] })
    registrarRetomada(rotas, consultas, (id) => retomarPedido(raiz, leitura, id))
    registrarMortas(rotas, consultas.mortas, reenviador)
    registrarMudancas(rotas, consultas, registro)
  })
  return () => atender
}
