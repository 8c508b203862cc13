// The door before the door: a new order for which there is no place is turned away before anything
// is spent on it, some 20 µs in place of the 200 of a request refused by its route. Everything else
// passes, so that one can still ask how one's orders are while new ones are turned away.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Counter, Gauge, type Registry } from 'prom-client'
import { PROBLEMA, paraHttp, RETRY_AFTER_S } from '../../arquiteturas/rest/errors.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { Desfecho, Vaga, Vagas } from './sobrecarga.ts'

export interface Triagem {
  /** In place of `atender` as the listener of a server. */
  receber(atender: RequestListener): RequestListener
  /** Must be called before the routes are registered; `metricas` gets what is under way. */
  acompanhar(app: FastifyInstance, metricas: Registry): void
}

const NOVO_PEDIDO = /^\/pedidos\/?(?:\?|$)/i
const RECUSA = Buffer.from(
  JSON.stringify(
    paraHttp(
      new ErroDeNegocio(
        'sobrecarregado',
        'Há pedidos demais em curso; tente de novo em instantes.',
      ),
    ),
  ),
)
const CABECALHOS = {
  'content-type': PROBLEMA,
  'content-length': RECUSA.length,
  'retry-after': RETRY_AFTER_S,
}

export function criarTriagem(vagas: Vagas): Triagem {
  const ocupadas = new WeakMap<IncomingMessage, Vaga>()
  let recusados = 0

  function liberar(requisicao: IncomingMessage, desfecho: Desfecho): void {
    ocupadas.get(requisicao)?.liberar(desfecho)
    ocupadas.delete(requisicao)
  }

  function entrar(requisicao: IncomingMessage, resposta: ServerResponse): boolean {
    if (requisicao.method !== 'POST' || !NOVO_PEDIDO.test(requisicao.url ?? '')) return true
    const vaga = vagas.ocupar()
    if (!vaga) return false
    ocupadas.set(requisicao, vaga)
    // Once the whole request is here the order is made, whether its client still waits or not.
    resposta.once('close', () => {
      if (!requisicao.complete) liberar(requisicao, 'recusado')
    })
    return true
  }

  return {
    receber: (atender) => (requisicao, resposta) => {
      if (entrar(requisicao, resposta)) return atender(requisicao, resposta)
      recusados += 1
      resposta.writeHead(503, CABECALHOS).end(RECUSA)
    },
    acompanhar(app, metricas) {
      app.addHook('onSend', async (requisicao, resposta) => {
        liberar(requisicao.raw, desfechoDe(resposta))
      })
      medir(metricas, vagas, () => recusados)
    },
  }
}

/** A repeat is answered from memory, and a refused body at once: neither says how orders fare. */
function desfechoDe(resposta: FastifyReply): Desfecho {
  const { statusCode } = resposta
  if (statusCode === 201 || statusCode === 202) return 'feito'
  const aceito = statusCode === 503 && resposta.hasHeader('location')
  return aceito || statusCode === 504 ? 'esgotado' : 'recusado'
}

function medir(metricas: Registry, vagas: Vagas, recusados: () => number): void {
  const registers = [metricas]
  new Gauge({
    name: 'quatrovias_pedidos_em_curso',
    help: 'Pedidos novos sendo atendidos agora',
    registers,
    collect() {
      this.set(vagas.ocupadas)
    },
  })
  new Gauge({
    name: 'quatrovias_vagas',
    help: 'Quantos pedidos novos podem estar em curso ao mesmo tempo',
    registers,
    collect() {
      this.set(vagas.limite)
    },
  })
  new Counter({
    name: 'quatrovias_pedidos_recusados_total',
    help: 'Pedidos novos recusados por falta de vaga',
    registers,
    collect() {
      this.reset()
      this.inc(recusados())
    },
  })
}
