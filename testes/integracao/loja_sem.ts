// A checkout over a real broker without some of its services: who takes their place speaks plain
// JSON on the topics, without headers, as a service written elsewhere would.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { criarSaida } from '../../src/arquiteturas/kafka/outbound.ts'
import type { NomeServico, PedidoId, Substituivel } from '../../src/contratos/ids.ts'
import { type NomeTopico, TODOS_OS_TOPICOS } from '../../src/contratos/topicos.ts'
import { variavelDo } from '../../src/infra/topicos_renomeados.ts'
import type { Relatorio } from '../../src/laboratorio/conferente.ts'
import type { PedidoVisivel } from '../../src/servicos/pedidos/consultas.ts'
import { ate } from '../ate.ts'
import { umItem } from '../contrato/sistema.ts'
import { abrirServicos, criarRequisitar, type Requisitar } from '../contrato/sistema_http.ts'
import type { BrokerDeTeste } from '../kafka.ts'

const PASSO_MS = 20_000
let lojas = 0

export interface LojaSem extends AsyncDisposable {
  /** What a program of somebody else's needs to know of the topics. */
  readonly ambiente: Record<string, string>
  readonly requisitar: Requisitar
  pedir(): Promise<PedidoId>
  ver(id: PedidoId): Promise<PedidoVisivel>
  /** Resolves once the order is so. */
  ateStatus(id: PedidoId, status: string): Promise<PedidoVisivel>
  /** The causes in a service's log of this order, without its number. */
  feitos(servico: NomeServico, id: PedidoId): Promise<readonly string[]>
  ateFeito(servico: NomeServico, id: PedidoId, comando: string): Promise<unknown>
  dizer(topico: NomeTopico, valor: { readonly pedido_id: PedidoId }): Promise<void>
  recusarTudo(servico: NomeServico, sim: boolean): Promise<void>
  /** What the provider did with the order's money, in order. */
  noProvedor(id: PedidoId): readonly string[]
  mortas(): number
  conferir(): Promise<Relatorio>
}

export async function abrirLojaSem(
  broker: BrokerDeTeste,
  ausentes: readonly Substituivel[],
  esperaS: number,
): Promise<LojaSem> {
  const pilha = new AsyncDisposableStack()
  const sufixo = `sem${process.pid}-${lojas++}`
  const nomes = TODOS_OS_TOPICOS.map((nome) => [variavelDo(nome), `${nome}-${sufixo}`])
  const ambiente: Record<string, string> = {
    ...{ KAFKA_BROKERS: broker.endereco, QUATROVIAS_ARQUITETURAS: 'rest,kafka' },
    ...Object.fromEntries(nomes),
  }
  const sem = { QUATROVIAS_SEM: ausentes.join(','), QUATROVIAS_SEM_ESPERA_S: String(esperaS) }
  const servicos = await abrirServicos('kafka', { ...ambiente, ...sem }, {}, {}, pilha)
  const { configuracao, conferir } = servicos.bancos
  const dados = join(configuracao.diretorio, 'dados')
  const requisitar = criarRequisitar(servicos.enderecos.rest, 'kafka', pilha)
  const saida = pilha.use(criarSaida(configuracao.kafka!, 'alheio'))
  return {
    ...{ ambiente, requisitar, conferir },
    ...leiturasDe(requisitar),
    async pedir() {
      const corpo = { cliente_id: 1, metodo: 'pix', itens: umItem() }
      const chave = { 'idempotency-key': crypto.randomUUID() }
      const feito = await requisitar('pedidos', 'POST', '/pedidos', corpo, chave)
      if (feito.status !== 202) throw new Error(JSON.stringify(feito))
      return feito.corpo.id
    },
    dizer: (topico, valor) =>
      saida.mandar([
        {
          topico,
          chave: Buffer.from(String(valor.pedido_id)),
          valor: Buffer.from(JSON.stringify(valor)),
          cabecalhos: new Map(),
        },
      ]),
    async recusarTudo(servico, sim) {
      const taxa_sucesso = sim ? 0 : 1
      await requisitar(servico, 'PUT', '/interno/simulacao', { taxa_sucesso })
    },
    noProvedor(id) {
      using db = new DatabaseSync(join(dados, 'provedor.db'), { readOnly: true })
      const linhas = db.prepare('select resultado from lancamentos where chave = ? order by id')
      return linhas.all(String(id)).map(({ resultado }) => String(resultado))
    },
    mortas() {
      using db = new DatabaseSync(join(dados, 'pedidos.db'), { readOnly: true })
      return Number(db.prepare('select count(*) as n from mortas').get()?.n)
    },
    [Symbol.asyncDispose]: () => pilha.disposeAsync(),
  }
}

function leiturasDe(
  requisitar: Requisitar,
): Pick<LojaSem, 'ver' | 'ateStatus' | 'feitos' | 'ateFeito'> {
  const ver = async (id: PedidoId): Promise<PedidoVisivel> =>
    (await requisitar('pedidos', 'GET', `/pedidos/${id}`)).corpo
  async function feitos(servico: NomeServico, id: PedidoId): Promise<string[]> {
    const { corpo } = await requisitar(servico, 'GET', `/interno/eventos?pedido=${id}`)
    return corpo.map(({ causa }: { causa: string }) => causa.slice(String(id).length + 1))
  }
  async function noStatus(id: PedidoId, status: string) {
    const pedido = await ver(id)
    return pedido.status === status ? pedido : undefined
  }
  return {
    ...{ ver, feitos },
    ateStatus: (id, status) => ate(() => noStatus(id, status), PASSO_MS, `pedido ${id} ${status}`),
    ateFeito(servico, id, comando) {
      const feito = async () => (await feitos(servico, id)).includes(comando)
      return ate(feito, PASSO_MS, `${servico} ${id}/${comando}`)
    },
  }
}
