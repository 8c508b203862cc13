// A checkout over a real broker: the client is told that its order was accepted, and looks at it
// until its end, as a person would; a message is a message on the topic.

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parar, type Sincrona, type Trilha } from '../../src/arquiteturas/arquitetura.ts'
import { criarSaida, doFluxo, type Saida } from '../../src/arquiteturas/kafka/outbound.ts'
import { abrirRest } from '../../src/arquiteturas/rest/start.ts'
import { type Comando, causaDe, destino } from '../../src/contratos/comandos.ts'
import { envelopar, rastreio } from '../../src/contratos/envelope.ts'
import { ErroDeNegocio } from '../../src/contratos/errors.ts'
import type { Evento, EventoGravado } from '../../src/contratos/eventos.ts'
import { ehDeIda } from '../../src/contratos/fluxo.ts'
import { agora, type NomeServico, type PedidoId, SERVICOS } from '../../src/contratos/ids.ts'
import { grupoDe, TODOS_OS_TOPICOS } from '../../src/contratos/topicos.ts'
import { variavelDo } from '../../src/infra/topicos_renomeados.ts'
import type { PedidoVisivel } from '../../src/servicos/pedidos/consultas.ts'
import { terminado } from '../../src/servicos/pedidos/domain.ts'
import { ate } from '../ate.ts'
import type { BrokerDeTeste } from '../kafka.ts'
import { type NovoPedido, type Resposta, type Sistema, umItem } from './sistema.ts'
import { abrirServicos, criarRequisitar, type Requisitar } from './sistema_http.ts'

/** Each member says in a quarter of a second what it has not read, or does not say it. */
const QUIETO_MS = 30_000
let sistemas = 0

/** Topics of its own in a broker that others share. */
const topicosProprios = (sufixo: string): Record<string, string> =>
  Object.fromEntries(TODOS_OS_TOPICOS.map((nome) => [variavelDo(nome), `${nome}-${sufixo}`]))

export async function abrirKafkaDeTeste(
  broker: BrokerDeTeste,
  ambiente: Record<string, string> = {},
): Promise<Sistema> {
  const pilha = new AsyncDisposableStack()
  const doKafka = {
    QUATROVIAS_ARQUITETURAS: 'kafka,rest',
    KAFKA_BROKERS: broker.endereco,
    ...topicosProprios(`t${process.pid}-${sistemas++}`),
  }
  const servicos = await abrirServicos('kafka', { ...doKafka, ...ambiente }, {}, {}, pilha)
  const { bancos, enderecos, levantar, derrubar, abertos } = servicos
  const { configuracao } = bancos
  const requisitar = criarRequisitar(enderecos.rest, 'kafka', pilha)
  const leituras = leiturasDe(requisitar)
  const quieto = () => aquietar(requisitar, [...abertos.keys()])
  /** With somebody down, whatever has come to rest stays where it is: nobody waits for more. */
  const parado = async () =>
    abertos.size < SERVICOS.length && (await emRepouso(requisitar, [...abertos.keys()]))
  const mensageiro: Mensageiro = {
    ...{ requisitar, quieto },
    saida: pilha.use(criarSaida(configuracao.kafka!, 'teste')),
    outraPorta: pilha.use(abrirRest(enderecos.rest)),
    mortas: () => contarMortas(join(configuracao.diretorio, 'dados', 'pedidos.db')),
  }
  return {
    nome: 'kafka',
    ...clienteDe({ requisitar, ...leituras, parado, prazoMs: configuracao.prazoDaCadeiaMs }),
    ...leituras,
    async abertos() {
      const { corpo } = await requisitar('pedidos', 'GET', '/interno/situacao')
      return corpo.lista_de_abertos
    },
    entregarComando: (comando) => entregar(mensageiro, comando),
    async retomar(id) {
      await requisitar('pedidos', 'POST', `/interno/pedidos/${id}/retomar`)
      await quieto()
    },
    async simular(nome, simulacao) {
      await requisitar(nome, 'PUT', '/interno/simulacao', simulacao)
    },
    derrubar,
    levantar,
    conferir: async () => {
      await quieto()
      return bancos.conferir()
    },
    [Symbol.asyncDispose]: () => pilha.disposeAsync(),
  }
}

interface Cliente extends ReturnType<typeof leiturasDe> {
  readonly requisitar: Requisitar
  parado(): Promise<boolean>
  readonly prazoMs: number
}

/** Asks, is told that it was accepted, and looks until the end or the deadline. */
function clienteDe({ requisitar, pedido, eventos, parado, prazoMs }: Cliente) {
  type Fim = (pedido: PedidoVisivel) => Promise<Resposta | undefined>

  async function pedir(caminho: string, corpo: object, fim: Fim, chave?: string) {
    const cabecalhos = chave ? { 'idempotency-key': chave } : {}
    const { status, corpo: r } = await requisitar('pedidos', 'POST', caminho, corpo, cabecalhos)
    if (status >= 400) return { erro: r.codigo, pedidoEmAberto: r.pedido_id, repetido: false }
    const repetido = status === 200
    const { id } = r as PedidoVisivel
    const emAberto = { erro: 'pedido_em_andamento', pedidoEmAberto: id, repetido } as const
    const olhar = async (): Promise<Resposta | undefined> => {
      const agora = await pedido(id)
      if (agora?.retido) return emAberto
      return agora && ((await fim(agora)) ?? ((await parado()) ? emAberto : undefined))
    }
    const achada = await ate(olhar, prazoMs, caminho).catch(() => emAberto)
    return { ...achada, repetido }
  }

  const terminar: Fim = async (pedido) =>
    terminado(pedido.status) ? { pedido, repetido: false } : undefined
  const chegar: Fim = async (pedido) =>
    pedido.status === 'entregue' ? { pedido, repetido: false } : undefined
  const cancelar: Fim = async (pedido) => {
    const { id } = pedido
    if (!(await eventos('logistica', id)).includes('CancelamentoRecusado')) return terminar(pedido)
    return { erro: 'pedido_ja_enviado', repetido: false }
  }
  return {
    criar({ chave, ...novo }: NovoPedido) {
      const corpo = { cliente_id: 1, itens: umItem(), metodo: 'pix', ...novo }
      return pedir('/pedidos', corpo, terminar, chave)
    },
    cancelar: (id: PedidoId) => pedir(`/pedidos/${id}/cancelar`, { motivo: 'teste' }, cancelar),
    entregar: (id: PedidoId) => pedir(`/pedidos/${id}/entregar`, {}, chegar),
  }
}

interface Mensageiro {
  readonly requisitar: Requisitar
  readonly saida: Saida
  readonly outraPorta: Sincrona
  mortas(): MortaVista[]
  quieto(): Promise<unknown>
}

/** What came of a message: the service's event, or the cause of its death. */
async function entregar(
  { requisitar, saida, outraPorta, mortas, quieto }: Mensageiro,
  comando: Comando,
): Promise<Trilha> {
  // On a topic a compensation would walk the order back by itself, and a stranger's payment is not
  // believed: alone, they come by another architecture, whose orders have the same names (K1).
  const deEstranho = comando.tipo === 'AutorizarPagamento' && !comando.itens
  if (deEstranho || !ehDeIda(comando.tipo)) {
    const contexto = { arquitetura: 'rest', traceparent: rastreio() } as const
    return outraPorta.enviar(envelopar(comando, contexto), false)
  }
  const servico = destino[comando.tipo]
  const { pedido_id } = comando as Comando & { pedido_id: PedidoId }
  const gravado = async () => {
    const linhas = await diario(requisitar, servico, pedido_id)
    return linhas.find((linha) => linha.causa === causaDe(comando))
  }
  const antes = await gravado()
  const mortasAntes = mortas().length
  await saida.mandar([doFluxo(servico, gravadoAntesDe(comando))!])
  const chegou = async () => (await gravado()) || mortas().length > mortasAntes
  await ate(chegou, QUIETO_MS, `${comando.tipo} chegou`)
  await quieto()
  const morta = mortas()
    .slice(mortasAntes)
    .find(({ grupo }) => grupo === grupoDe(servico))
  if (morta) return parar(new ErroDeNegocio(morta.codigo as never, morta.detalhe))
  const { evento } = (await gravado())!
  return { passos: [{ evento, repetido: antes !== undefined }] }
}

function leiturasDe(requisitar: Requisitar) {
  return {
    async pedido(id: PedidoId): Promise<PedidoVisivel | undefined> {
      const { status, corpo } = await requisitar('pedidos', 'GET', `/pedidos/${id}`)
      return status === 200 ? corpo : undefined
    },
    eventos: async (nome: NomeServico, id: PedidoId) =>
      (await diario(requisitar, nome, id)).map(({ evento }) => evento.tipo as string),
  }
}

async function diario(
  requisitar: Requisitar,
  nome: NomeServico,
  id: PedidoId,
): Promise<EventoGravado[]> {
  return (await requisitar(nome, 'GET', `/interno/eventos?pedido=${id}`)).corpo
}

/** Nothing to publish and nothing to read, in any of these; -1 is of no member yet. */
async function emRepouso(requisitar: Requisitar, nomes: readonly NomeServico[]): Promise<boolean> {
  const um = async (nome: NomeServico) => {
    const { status, corpo } = await requisitar(nome, 'GET', '/interno/kafka')
    const { leitura } = status === 200 ? corpo : {}
    const atrasos: number[] = leitura ? Object.values(leitura as object).flat() : [1]
    return corpo.publicacao?.pendentes === 0 && atrasos.every((n) => n === 0)
  }
  const todos = async () => (await Promise.all(nomes.map(um))).every(Boolean)
  // Twice: what one had just published may not have been seen by the one asked before.
  return (await todos()) && (await todos())
}

const aquietar = (requisitar: Requisitar, nomes: readonly NomeServico[]) =>
  ate(() => emRepouso(requisitar, nomes), QUIETO_MS, 'tudo lido e publicado')

interface MortaVista {
  readonly grupo: string
  readonly codigo: string
  readonly detalhe: string
}
function contarMortas(banco: string): MortaVista[] {
  using db = new DatabaseSync(banco, { readOnly: true })
  const linhas = db.prepare('select grupo, codigo, detalhe from mortas order by id').all()
  return linhas as unknown as MortaVista[]
}

/** The event that asks for the command. */
function eventoAntesDe(comando: Comando): Evento {
  const { tipo, ...dados } = comando as Comando & { pedido_id: PedidoId }
  switch (tipo) {
    case 'AnalisarPedido': {
      const { itens } = comando as Comando & { tipo: 'AnalisarPedido' }
      const precificados = itens.map((i) => ({ ...i, preco_unitario_centavos: 1 }))
      return { ...dados, tipo: 'PedidoCriado', itens: precificados } as never
    }
    case 'AutorizarPagamento':
      return { ...dados, tipo: 'AnaliseAprovada' } as never
    case 'SepararEstoque':
      return { ...dados, tipo: 'PagamentoAprovado' } as never
    case 'EmitirNota':
      return { ...dados, tipo: 'EstoqueSeparado' } as never
    case 'AgendarEnvio': {
      const { nota } = comando as Comando & { tipo: 'AgendarEnvio' }
      const { pedido_id } = dados
      return { tipo: 'NotaEmitida', pedido_id, numero: nota, chave_acesso: '0'.repeat(44) }
    }
    default:
      throw new Error(`${tipo} não chega por um tópico`)
  }
}

const gravadoAntesDe = (comando: Comando): EventoGravado => ({
  ...{ id: 0, causa: 'teste' as never, resumo: '', arquitetura: 'kafka' },
  ...{ traceparent: rastreio(), instante: agora(), evento: eventoAntesDe(comando) },
})
