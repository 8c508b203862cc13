// The public API, on one page of plain calls: its accounts, its way to the services, its routes.
import { deHttp } from '../arquiteturas/rest/errors.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { NomeServico, PedidoId } from '../contratos/ids.ts'
import type { Configuracao } from '../infra/configuracao.ts'
import { criarLog } from '../infra/registro.ts'
import { criarServidor, escutar } from '../infra/servidor_http.ts'
import type { PedidoVisivel } from '../servicos/pedidos/consultas.ts'
import { exigirDireitos } from './acesso/autorizacao.ts'
import type { Acao } from './acesso/direitos.ts'
import { criarAcompanhamento } from './acompanhamento/acompanhamento.ts'
import { fonteEmPedidos } from './acompanhamento/fonte.ts'
import { abrirContas } from './contas/contas.ts'
import { criarSenhas } from './contas/senhas.ts'
import { criarTokens } from './contas/tokens.ts'
import { observar } from './observacao.ts'
import { completarDocumento, type Documento } from './openapi.ts'
import { registrarCatalogo } from './rotas/catalogo.ts'
import { registrarConsultas } from './rotas/consultas.ts'
import { registrarConta } from './rotas/conta.ts'
import { registrarDocumentacao } from './rotas/documentacao.ts'
import { registrarEventos } from './rotas/eventos.ts'
import { registrarOperacao } from './rotas/operacao.ts'
import { ESPERA_DA_LEITURA_MS, type Partes } from './rotas/partes.ts'
import { registrarPedidos } from './rotas/pedidos.ts'
import { registrarRastro } from './rotas/rastro.ts'
import { registrarSaude } from './rotas/saude.ts'
import { abrirServicos, type Servicos } from './servicos.ts'

/**
 * Opens the gateway on `porta` (0: any) of the loopback; disposing it lets the requests under way
 * end first. Errors: ErroDeInicio when the database, the synthetic data or the port does not serve.
 */
export async function abrirGateway(
  configuracao: Configuracao,
  enderecos: Readonly<Record<NomeServico, string>>,
  porta: number,
): Promise<{ url: string } & AsyncDisposable> {
  await using pilha = new AsyncDisposableStack()
  const log = criarLog('gateway', configuracao.nivelDoRegistro)
  const senhas = criarSenhas()
  const contas = pilha.use(await abrirContas(configuracao, senhas))
  const tokens = await criarTokens(await contas.chaves())
  const servicos = pilha.use(abrirServicos(enderecos))
  const { arquiteturas, prazoDaCadeiaMs } = configuracao
  const partes: Partes = { contas, senhas, tokens, servicos, arquiteturas, prazoDaCadeiaMs }

  const app = criarServidor({
    titulo: 'quatrovias',
    descricao: 'Um checkout distribuído: o mesmo pedido por arquiteturas diferentes.',
    ignorarMaiusculas: true,
    // Without the address, which may carry a secret: the line of the request names the route.
    aoErrar: (erro) => log.error({ codigo: erro.codigo, err: erro.cause ?? erro }),
  })
  pilha.defer(async () => app.close())
  const metricas = observar(app, log)
  const acompanhamento = criarAcompanhamento(fonteEmPedidos(servicos), (erro) =>
    log.warn({ mensagem: 'pedidos não diz o que muda', err: erro }),
  )
  const acoes = new Map<string, Acao>()
  app.register(async (rotas) => {
    const buscarPedido = buscarEm(servicos)
    exigirDireitos(rotas, { conferir: tokens.conferir, buscarPedido, acoes })
    registrarConta(rotas, partes)
    registrarCatalogo(rotas, partes)
    registrarPedidos(rotas, partes)
    registrarConsultas(rotas, partes)
    registrarRastro(rotas, partes)
    registrarEventos(rotas, { tokens, acompanhamento })
    registrarOperacao(rotas, partes)
    registrarSaude(rotas, servicos, metricas)
    registrarDocumentacao(rotas)
  })
  await app.ready()
  completarDocumento(app.swagger() as unknown as Documento, acoes)
  const url = await escutar(app, porta)
  const aberto = pilha.move()
  return { url, [Symbol.asyncDispose]: () => aberto.disposeAsync() }
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
    const erro = deHttp(status, comoJson(texto))
    if (erro.codigo === 'pedido_desconhecido') return undefined
    throw erro
  }

function comoJson(texto: string): unknown {
  try {
    return JSON.parse(texto)
  } catch {
    throw new ErroDeNegocio('servico_indisponivel', 'O serviço pedidos respondeu sem JSON.')
  }
}
