// Stands for a service of ours that is absent, on the way back: what it would undo counts as done
// (K6), said on its topic. The service that took its place on the topics knows of no compensation.
import { type Comando, destino, type TipoComando } from '../../contratos/comandos.ts'
import type { Envelope, Resultado, Servico } from '../../contratos/envelope.ts'
import type { Evento, TipoEvento } from '../../contratos/eventos.ts'
import { ehDeIda, proximo } from '../../contratos/fluxo.ts'
import type { PedidoId, Substituivel } from '../../contratos/ids.ts'
import { fluxoPorTopico, lidosPor, type TopicoDeFluxo } from '../../contratos/topicos.ts'
import { mensagemDe } from '../mensagens.ts'
import { doFluxo, type Saida } from './outbound.ts'

/** Not the absent service's own group, which is whoever's who took its place. */
export const grupoDoSubstituto = (ausente: Substituivel): string => `pedidos-substituto-${ausente}`

/** What a service reads on the way back alone; its topics of the way out are somebody else's. */
export const lidosNaVolta = (ausente: Substituivel): TopicoDeFluxo[] =>
  lidosPor(ausente).filter((topico) =>
    fluxoPorTopico[topico].eventos.some((tipo) => {
      const pedido = comandoApos(tipo)
      return pedido !== undefined && destino[pedido] === ausente && !ehDeIda(pedido)
    }),
  )

/** What an event asks for is told by its type alone, whatever else it says. */
const comandoApos = (tipo: TipoEvento): TipoComando | undefined =>
  proximo({ tipo, itens: [] } as unknown as Evento)?.tipo

/**
 * Keeps nothing: a command that comes again is answered again, and that is absorbed (K4). `jaFoi`
 * tells of an order that was shipped, whose shipment is not to be taken back.
 */
export function criarSubstituto(
  saida: Saida,
  jaFoi: (pedido: PedidoId) => Promise<boolean>,
): Servico {
  async function responder(envelope: Envelope): Promise<Resultado> {
    const { causa, comando, arquitetura, traceparent, instante } = envelope
    const evento = await feito(comando)
    const gravado = { id: 0, causa, resumo: '', arquitetura, traceparent, instante, evento }
    return { ok: true, gravado, repetido: true }
  }
  async function feito(comando: Comando): Promise<Evento> {
    const { pedido_id } = comando as Comando & { pedido_id: PedidoId }
    if (comando.tipo === 'CancelarEnvio' && (await jaFoi(pedido_id))) {
      return { tipo: 'CancelamentoRecusado', pedido_id, motivo: 'pedido_ja_enviado' }
    }
    // A reply that says nothing at all is that of somebody who did it.
    const evento = mensagemDe(comando.tipo)?.entender(comando, {})
    if (!evento) throw new Error(`${comando.tipo} não é do trilho de volta`)
    return evento
  }
  return {
    async handle(lote) {
      const resultados = await Promise.all(lote.map(responder))
      const feitos = resultados.map((r) => (r.ok ? doFluxo('pedidos', r.gravado) : undefined))
      await saida.mandar(feitos.filter((feito) => feito !== undefined))
      return resultados
    },
  }
}
