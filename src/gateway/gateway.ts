// The public API, on one page of plain calls: its accounts, its way to the services, its routes.
import type { FastifyInstance } from 'fastify'
import { deHttp } from '../arquiteturas/rest/errors.ts'
import type { ErroDeNegocio } from '../contratos/errors.ts'
import type { PedidoId } from '../contratos/ids.ts'
import { servidorHttps } from '../infra/conexoes.ts'
import type { Configuracao } from '../infra/configuracao.ts'
import { criarLog } from '../infra/registro.ts'
import { servicosPresentes } from '../infra/servicos_ausentes.ts'
import { criarServidor, escutar, escutarHttps } from '../infra/servidor_http.ts'
import type { PedidoVisivel } from '../servicos/pedidos/consultas.ts'
import { auditarAtos } from './acesso/auditar.ts'
import { exigirDireitos } from './acesso/autorizacao.ts'
import { criarTentativas, limitar } from './acesso/limites.ts'
import { criarVagas } from './acesso/sobrecarga.ts'
import { criarTriagem } from './acesso/triagem.ts'
import { criarAcompanhamento } from './acompanhamento/acompanhamento.ts'
import { fonteEmPedidos } from './acompanhamento/fonte.ts'
import { abrirContas } from './contas/contas.ts'
import { criarRotacao, manterAsChaves } from './contas/rotacao.ts'
import { criarSenhas } from './contas/senhas.ts'
import { criarTokens } from './contas/tokens.ts'
import { abrirInterno } from './interno.ts'
import { observar } from './observacao.ts'
import { type Anotada, anotarRotas, completarDocumento, type Documento } from './openapi.ts'
import { registrarAuditoria } from './rotas/auditoria.ts'
import { registrarCatalogo } from './rotas/catalogo.ts'
import { registrarChaves } from './rotas/chaves.ts'
import { registrarConsultas } from './rotas/consultas.ts'
import { registrarConta } from './rotas/conta.ts'
import { registrarDocumentacao } from './rotas/documentacao.ts'
import { registrarEventos } from './rotas/eventos.ts'
import { registrarKafka } from './rotas/kafka.ts'
import { registrarMensagens } from './rotas/mensagens.ts'
import { registrarMortas } from './rotas/mortas.ts'
import { registrarNotificacoes } from './rotas/notificacoes.ts'
import { registrarOperacao } from './rotas/operacao.ts'
import { ESPERA_DA_LEITURA_MS, type Partes } from './rotas/partes.ts'
import { registrarPedidos } from './rotas/pedidos.ts'
import { registrarPreferencias } from './rotas/preferencias.ts'
import { registrarProdutos } from './rotas/produtos.ts'
import { registrarRastro } from './rotas/rastro.ts'
import { registrarRetidos } from './rotas/retidos.ts'
import { registrarSaude } from './rotas/saude.ts'
import { registrarSessao } from './rotas/sessao.ts'
import { registrarUsuarios } from './rotas/usuarios.ts'
import { abrirServicos, comoJson, type EnderecosDoGateway, type Servicos } from './servicos.ts'
import { obterCertificado } from './tls.ts'

export interface GatewayAberto extends AsyncDisposable {
  readonly url: string
  readonly https: string | undefined
  /** Where the subscribers ask it. */
  readonly interno: string | undefined
  readonly documento: Documento
}

/**
 * Opens the gateway on `porta` (0: any) of the loopback and, where there is one, on `portaHttps` of
 * the address for that; on `portaInterna`, if any, of the services' address for the subscribers;
 * disposing it lets the requests under way end first. Errors: ErroDeInicio when the database, the
 * synthetic data, the certificate or a port does not serve.
 */
export async function abrirGateway(
  configuracao: Configuracao,
  enderecos: EnderecosDoGateway,
  porta: number,
  portaHttps?: number,
  portaInterna?: number,
): Promise<GatewayAberto> {
  await using pilha = new AsyncDisposableStack()
  const log = criarLog('gateway', configuracao.nivelDoRegistro)
  // Without the address, which may carry a secret: the line of the request names the route.
  const aoErrar = (erro: ErroDeNegocio) =>
    log.error({ codigo: erro.codigo, err: erro.cause ?? erro })
  const senhas = criarSenhas()
  const contas = pilha.use(await abrirContas(configuracao, senhas))
  const { sessoes, chaves, auditoria } = contas
  const tokens = await criarTokens(await chaves.emVigor(), sessoes.encerrada)
  const rotacao = criarRotacao(chaves, tokens)
  pilha.use(await manterAsChaves(rotacao, (erro) => log.error({ err: erro })))
  const servicos = pilha.use(abrirServicos(enderecos, configuracao.credencial))
  const comTls = portaHttps !== undefined
  const outraPorta = comTls ? servidorHttps(await obterCertificado(configuracao)) : undefined
  const triagem = criarTriagem(criarVagas(configuracao.prazoDaCadeiaMs))
  const app = criarServidor({
    outraPorta,
    receber: triagem.receber,
    titulo: 'quatrovias',
    descricao: 'Um checkout distribuído: o mesmo pedido por arquiteturas diferentes.',
    ignorarMaiusculas: true,
    proxiesConfiaveis: configuracao.proxiesConfiaveis,
    aoErrar,
  })
  pilha.defer(async () => app.close())
  const metricas = observar(app, log)
  triagem.acompanhar(app, metricas)
  const limites = limitar(app, configuracao.limites)
  const acompanhamento = criarAcompanhamento(fonteEmPedidos(servicos), (erro) =>
    log.warn({ mensagem: 'pedidos não diz o que muda', err: erro }),
  )
  const { arquiteturas, prazoDaCadeiaMs } = configuracao
  const presentes = servicosPresentes(configuracao)
  const tentativas = criarTentativas()
  const partes: Partes = {
    ...{ contas, senhas, tokens, rotacao, tentativas },
    ...{ servicos, presentes, acompanhamento, metricas, arquiteturas, prazoDaCadeiaMs },
  }
  const anotadas = new Map<string, Anotada>()
  app.register(async (rotas) => {
    const buscarPedido = buscarEm(servicos)
    anotarRotas(rotas, anotadas)
    exigirDireitos(rotas, { conferir: tokens.conferir, buscarPedido })
    limites.porCliente(rotas)
    auditarAtos(rotas, auditoria, (erro) => log.error({ codigo: erro.codigo, err: erro.cause }))
    registrarRotas(rotas, partes)
  })
  await app.ready()
  const documento = app.swagger() as unknown as Documento
  completarDocumento(documento, anotadas)
  const porDentro =
    portaInterna === undefined
      ? undefined
      : await abrirInterno(configuracao, contas, portaInterna, aoErrar)
  if (porDentro) pilha.use(porDentro)
  const url = await escutar(app, porta)
  const https =
    outraPorta && (await escutarHttps(outraPorta, portaHttps ?? 0, configuracao.enderecoTls))
  const aberto = pilha.move()
  const interno = porDentro?.url
  return { url, https, interno, documento, [Symbol.asyncDispose]: () => aberto.disposeAsync() }
}

function registrarRotas(rotas: FastifyInstance, partes: Partes): void {
  registrarSessao(rotas, partes)
  registrarConta(rotas, partes)
  registrarPreferencias(rotas, partes)
  registrarChaves(rotas, partes)
  registrarAuditoria(rotas, partes)
  registrarCatalogo(rotas, partes)
  registrarPedidos(rotas, partes)
  registrarConsultas(rotas, partes)
  registrarRastro(rotas, partes)
  registrarEventos(rotas, partes)
  registrarOperacao(rotas, partes)
  registrarRetidos(rotas, partes)
  registrarKafka(rotas, partes)
  registrarMortas(rotas, partes)
  registrarMensagens(rotas, partes)
  registrarNotificacoes(rotas, partes)
  registrarProdutos(rotas, partes)
  registrarUsuarios(rotas, partes)
  registrarSaude(rotas, partes)
  registrarDocumentacao(rotas)
}

const buscarEm =
  (servicos: Servicos) =>
  async (id: PedidoId, traceparent: string): Promise<PedidoVisivel | undefined> => {
    const { status, texto } = await servicos.pedir('pedidos', {
      metodo: 'GET',
      caminho: `/pedidos/${id}`,
      cabecalhos: { traceparent },
      esperaMs: ESPERA_DA_LEITURA_MS,
    })
    if (status === 200) return JSON.parse(texto) as PedidoVisivel
    const erro = deHttp(status, comoJson('pedidos', texto))
    if (erro.codigo === 'pedido_desconhecido') return undefined
    throw erro
  }
