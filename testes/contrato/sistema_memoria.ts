// The oracle: the seven services called directly in this process, no wire between them.
import { retomarPedido } from '../../src/arquiteturas/retomada.ts'
import { type Comando, destino } from '../../src/contratos/comandos.ts'
import { envelopar, rastreio } from '../../src/contratos/envelope.ts'
import { agora, comoClienteId } from '../../src/contratos/ids.ts'
import { eventosDoPedido } from '../../src/persistencia/diario.ts'
import { abrirSeteServicos, type SeteServicos } from './sete_servicos.ts'
import { novosBancos, type Resposta, type Sistema, umItem } from './sistema.ts'

const envelope = (comando: Comando) =>
  envelopar(comando, { arquitetura: 'memoria', traceparent: rastreio() })

export async function abrirMemoriaDeTeste(ambiente?: Record<string, string>): Promise<Sistema> {
  const { configuracao, apagar, conferir } = await novosBancos(ambiente)
  const pilha = new AsyncDisposableStack()
  pilha.defer(apagar)
  const servicos = await abrirSeteServicos(configuracao, pilha)
  const { portas, pedidos, leituras, simuladores, raiz } = servicos
  const pedir = (comando: Comando) => atender(servicos, comando, configuracao.prazoDaCadeiaMs)
  return {
    nome: 'memoria',
    criar: (novo) => {
      const cliente_id = comoClienteId(novo.cliente_id ?? 1)
      const pedido = { itens: umItem(), metodo: 'pix', ...novo, cliente_id }
      return pedir({ tipo: 'CriarPedido', ...pedido } as Comando)
    },
    cancelar: (pedido_id) => pedir({ tipo: 'SolicitarCancelamento', pedido_id, motivo: 'teste' }),
    entregar: (pedido_id) => pedir({ tipo: 'SolicitarEntrega', pedido_id }),
    abertos: async () => (await pedidos.abertos(0, agora(), 100)).map(({ id }) => id),
    pedido: (id) => pedidos.pedido(id),
    async entregarComando(comando) {
      const porta = portas.get(destino[comando.tipo])
      if (!porta) throw new Error(`${destino[comando.tipo]} está fechado`)
      return porta(envelope(comando), false)
    },
    async retomar(id) {
      await pedidos.soltar(id)
      await retomarPedido(raiz, leituras.get('pedidos')!, id)
    },
    simular: async (nome, simulacao) => simuladores.get(nome)?.mudar(simulacao),
    derrubar: async (nome) => servicos.fechar(nome),
    levantar: async (nome) => servicos.reabrir(nome),
    async eventos(nome, id) {
      const eventos = await eventosDoPedido(leituras.get(nome)!, id)
      return eventos.map(({ evento }) => evento.tipo)
    },
    conferir,
    [Symbol.asyncDispose]: () => pilha.disposeAsync(),
  }
}

/** What the client of pedidos is told, as the REST door would tell it. */
async function atender(
  { portas, pedidos }: SeteServicos,
  comando: Comando,
  prazoMs: number,
): Promise<Resposta> {
  const prazo = Date.now() + prazoMs
  const { passos, falha } = await portas.get('pedidos')!({ ...envelope(comando), prazo }, true)
  const primeiro = passos[0]
  if (!primeiro) return { erro: falha?.codigo, repetido: false }
  const { pedido_id } = primeiro.evento
  const { repetido } = primeiro
  const recusa = passos.map((p) => p.evento).find((e) => e.tipo === 'CancelamentoRecusado')
  if (recusa) return { erro: recusa.motivo as never, repetido }
  if (falha) return { erro: 'pedido_em_andamento', pedidoEmAberto: pedido_id, repetido }
  return { pedido: await pedidos.pedido(pedido_id), repetido }
}
