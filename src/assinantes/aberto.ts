// One subscriber, open: its member of the consumer group, and the routes by which it is asked what
// it made of the messages. It needs neither the services nor, to begin with, the cluster.
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { iniciarConsumidor } from '../arquiteturas/kafka/consumidor.ts'
import { guardarTopicos } from '../arquiteturas/kafka/guarda_dos_topicos.ts'
import { criarEnterrar } from '../arquiteturas/kafka/mortas.ts'
import { criarSaida } from '../arquiteturas/kafka/outbound.ts'
import { exigirCredencial } from '../arquiteturas/rest/credencial.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { NomeAssinante } from '../contratos/ids.ts'
import { GRUPOS, grupoDe, lidosPeloAssinante, topicoDasMortas } from '../contratos/topicos.ts'
import type { Configuracao } from '../infra/configuracao.ts'
import { type Enderecos, enderecosPorConfiguracao } from '../infra/enderecos.ts'
import { recusarPaginas } from '../infra/navegador.ts'
import { criarRegistro, type Registro } from '../infra/registro.ts'
import { criarServidor, escutar } from '../infra/servidor_http.ts'
import { ErroDeInicio } from '../persistencia/database.ts'
import type { AbrirAssinante, Partes } from './partes.ts'

/** Loaded when opened: each brings libraries that the others do without. */
const ASSINANTES: Readonly<Record<NomeAssinante, () => Promise<{ abrir: AbrirAssinante }>>> = {
  notificacoes: () => import('./notificacoes/start.ts'),
  monitoramento: () => import('./monitoramento/start.ts'),
  vendas: () => import('./vendas/start.ts'),
}

export interface AssinanteAberto extends AsyncDisposable {
  /** Its HTTP address. */
  readonly rest: string
}

/** Errors: ErroDeInicio, code 2 without a broker. */
export async function abrirAssinante(
  nome: NomeAssinante,
  configuracao: Configuracao,
  porta: number,
  { gatewayInterno }: Pick<Enderecos, 'gatewayInterno'> = enderecosPorConfiguracao(configuracao),
): Promise<AssinanteAberto> {
  const conexao = configuracao.kafka
  if (!conexao) throw new ErroDeInicio(`${nome} lê do Kafka: diga onde em KAFKA_BROKERS`, 2)
  await using pilha = new AsyncDisposableStack()
  const registro = criarRegistro(nome, configuracao.nivelDoRegistro)
  const avisar = (mensagem: string, campos?: object) => registro.log.warn({ ...campos, mensagem })
  const app = servidorDe(nome, configuracao, registro)
  let encerrando = false
  registrarSaude(app, registro, () => encerrando)
  const fim = new AbortController()
  pilha.defer(() => fim.abort())
  const grupo = grupoDe(nome)
  const topicos = lidosPeloAssinante(nome)
  const seus = GRUPOS.includes(grupo) ? [...topicos, topicoDasMortas(grupo)] : topicos
  const guarda = await guardarTopicos(conexao, avisar, fim.signal, seus)
  const saida = pilha.use(criarSaida(conexao, `quatrovias-${nome}`))
  const consumidores = pilha.use(new AsyncDisposableStack())
  const partes: Partes = {
    ...{ configuracao, conexao, app, saida, gatewayInterno, avisar, metricas: registro.metricas },
    anotar: registro.anotar,
    diretorio: join(configuracao.diretorio, 'dados'),
    enterrar: criarEnterrar(grupo, saida, (causa) => avisar('mensagem morta', causa)),
    consumir: (tratar, janela, porChave = true) =>
      consumidores.use(
        iniciarConsumidor({
          ...{ conexao, grupo, topicos, tratar, porChave, quem: `quatrovias-${nome}` },
          instancia: porta === 0 ? undefined : `${hostname()}:${porta}`,
          ...(janela !== undefined && { janela }),
          aoFalhar(erro) {
            avisar(`a leitura parou: ${erro.message}`, { err: erro.cause })
            guarda.conferir()
          },
        }),
      ),
  }
  const { abrir } = await ASSINANTES[nome]()
  const aberto = await abrir(partes)
  // In this order: no more messages, then no more questions, and last what both are about.
  pilha.use(aberto)
  pilha.defer(async () => app.close())
  pilha.defer(() => consumidores.disposeAsync())
  pilha.defer(() => {
    encerrando = true
  })
  const rest = await escutar(app, porta, configuracao.endereco)
  const tudo = pilha.move()
  return { rest, [Symbol.asyncDispose]: () => tudo.disposeAsync() }
}

function servidorDe(
  nome: NomeAssinante,
  { endereco, credencial }: Configuracao,
  { log }: Registro,
): FastifyInstance {
  const app = criarServidor({
    titulo: `quatrovias · ${nome}`,
    descricao: `O assinante ${nome} dos tópicos do checkout.`,
    aoErrar: (erro, rota) => log.error({ rota, err: erro.cause ?? erro }),
  })
  recusarPaginas(app, endereco)
  if (credencial !== undefined) exigirCredencial(app, credencial)
  return app
}

const tags = ['operação']

function registrarSaude(app: FastifyInstance, { metricas }: Registro, encerrando: () => boolean) {
  app.register(async (rotas) => {
    rotas.get('/healthz', { schema: { tags, summary: 'O processo vive' } }, async () => ({
      status: 'vivo',
    }))
    rotas.get('/readyz', { schema: { tags, summary: 'O processo atende' } }, async () => {
      if (encerrando()) throw new ErroDeNegocio('encerrando', 'O processo está encerrando.')
      return { status: 'pronto' }
    })
    rotas.get(
      '/metrics',
      { schema: { tags, summary: 'Métricas do Prometheus', produces: ['text/plain'] } },
      async (_requisicao, resposta) => {
        resposta.type(metricas.contentType)
        return metricas.metrics()
      },
    )
  })
}
