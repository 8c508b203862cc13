// A checkout over a real broker: the client is told that its order was accepted, and looks at it
// until its end, as a person would; a message is a message on the topic.

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parar, type Trilha } from '../../src/arquiteturas/arquitetura.ts'
import { criarSaida, doFluxo } from '../../src/arquiteturas/kafka/outbound.ts'
import { abrirRest } from '../../src/arquiteturas/rest/start.ts'
import { type Comando, causaDe, destino } from '../../src/contratos/comandos.ts'
import { envelopar, rastreio } from '../../src/contratos/envelope.ts'
import { ErroDeNegocio } from '../../src/contratos/errors.ts'
import type { Evento, EventoGravado } from '../../src/contratos/eventos.ts'
import { ehDeIda } from '../../src/contratos/fluxo.ts'
import { agora, type NomeServico, type PedidoId, SERVICOS } from '../../src/contratos/ids.ts'
import { TODOS_OS_TOPICOS } from '../../src/contratos/topicos.ts'
import { variavelDo } from '../../src/infra/topicos_renomeados.ts'
import type { PedidoVisivel } from '../../src/servicos/pedidos/consultas.ts'
import { terminado } from '../../src/servicos/pedidos/domain.ts'
import { ate } from '../ate.ts'
import type { BrokerDeTeste } from '../kafka.ts'
import { type NovoPedido, type Resposta, type Sistema, umItem } from './sistema.ts'
import { abrirServicos, criarRequisitar, type Requisitar } from './sistema_http.ts'

const QUIETO_MS = 10_000
let sistemas = 0

/** Topics of its own in a broker that others share. */
const topicosProprios = (sufixo: string): Record<string, string> =>
  Object.fromEntries(TODOS_OS_TOPICOS.map((nome) => [variavelDo(nome), `${nome}-${sufixo}`]))

export async function abrirKafkaDeTeste(
  broker: BrokerDeTeste,
  ambiente: Record<string, string> = {},
): Promise<Sistema> {
  const pilha = new AsyncDisposableStack()
  const { endereco } = broker
  const doKafka = { KAFKA_BROKERS: endereco, ...topicosProprios(`t${process.pid}-${sistemas++}`) }
  const abertas = { QUATROVIAS_ARQUITETURAS: 'kafka,rest' }
  const servicos = await abrirServicos(
    'kafka',
    { ...doKafka, ...abertas, ...ambiente },
    {},
    {},
    pilha,
  )
  const { bancos, enderecos, levantar, derrubar, abertos } = servicos
  const { configuracao } = bancos
  const requisitar = criarRequisitar(enderecos.rest, 'kafka', pilha)
  const { pedido, eventos } = leiturasDe(requisitar)
  const quieto = () => aquietar(requisitar, [...abertos.keys()])
  /** With somebody down, whatever has come to rest stays where it is: nobody waits for more. */
  const parado = async () =>
    abertos.size < SERVICOS.length && (await emRepouso(requisitar, [...abertos.keys()]))
  const saida = pilha.use(criarSaida(configuracao.kafka!, 'teste'))
  const outraPorta = pilha.use(abrirRest(enderecos.rest))
  const mortas = () => contarMortas(join(configuracao.diretorio, 'dados', 'pedidos.db'))

  /** Until `fim` says what the client is told, or the deadline comes. */
  async function pedir(
    caminho: string,
    fim: (pedido: PedidoVisivel) => Promise<Resposta | undefined>,
    corpo: unknown,
    chave?: string,
  ): Promise<Resposta> {
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
    const achada = await ate(olhar, configuracao.prazoDaCadeiaMs, caminho).catch(() => emAberto)
    return { ...achada, repetido }
  }
  const ateTerminar = async (pedido: PedidoVisivel) =>
    terminado(pedido.status) ? { pedido, repetido: false } : undefined

  return {
    nome: 'kafka',
    criar: ({ chave, ...novo }: NovoPedido) =>
      pedir(
        '/pedidos',
        ateTerminar,
        { cliente_id: 1, itens: umItem(), metodo: 'pix', ...novo },
        chave,
      ),
    cancelar: (id) =>
      pedir(
        `/pedidos/${id}/cancelar`,
        async (visto) => {
          const deLogistica = await eventos('logistica', id)
          if (deLogistica.includes('CancelamentoRecusado')) {
            return { erro: 'pedido_ja_enviado', repetido: false }
          }
          return ateTerminar(visto)
        },
        { motivo: 'teste' },
      ),
    entregar: (id) =>
      pedir(
        `/pedidos/${id}/entregar`,
        async (pedido) => (pedido.status === 'entregue' ? { pedido, repetido: false } : undefined),
        {},
      ),
    async abertos() {
      const { corpo } = await requisitar('pedidos', 'GET', '/interno/situacao')
      return corpo.lista_de_abertos
    },
    pedido,
    async entregarComando(comando): Promise<Trilha> {
      // On a topic a compensation would walk the order back by itself: alone, it comes by another
      // architecture, whose orders have the same names (K1).
      if (!ehDeIda(comando.tipo)) {
        const contexto = { arquitetura: 'rest', traceparent: rastreio() } as const
        return outraPorta.enviar(envelopar(comando, contexto), false)
      }
      const servico = destino[comando.tipo]
      const { pedido_id } = comando as Comando & { pedido_id: PedidoId }
      const doDiario = async () => {
        const linhas = await diario(requisitar, servico, pedido_id)
        return linhas.find((linha) => linha.causa === causaDe(comando))
      }
      const antes = await doDiario()
      const mortasAntes = mortas().length
      await saida.mandar(doFluxo(servico, gravadoAntesDe(comando)))
      await ate(
        async () => (await doDiario()) || mortas().length > mortasAntes,
        QUIETO_MS,
        'chegou',
      )
      await quieto()
      const morta = mortas()
        .slice(mortasAntes)
        .find(({ grupo }) => grupo.startsWith(servico))
      if (morta) return parar(new ErroDeNegocio(morta.codigo as never, morta.detalhe))
      const { evento } = (await doDiario())!
      return { passos: [{ evento, repetido: antes !== undefined }] }
    },
    async retomar(id) {
      await requisitar('pedidos', 'POST', `/interno/pedidos/${id}/retomar`)
      await quieto()
    },
    async simular(nome, simulacao) {
      await requisitar(nome, 'PUT', '/interno/simulacao', simulacao)
    },
    derrubar,
    levantar,
    eventos,
    conferir: async () => {
      await quieto()
      return bancos.conferir()
    },
    [Symbol.asyncDispose]: () => pilha.disposeAsync(),
  }
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
