// The door before the door: while there is no place for a new order it is turned away before
// anything is spent on it, some 20 µs in place of the 200 of a request refused by its route. All
// else passes, so that one can still ask how one's orders are while new ones are turned away.
import type { RequestListener } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
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
const DETALHE = 'Há pedidos demais em curso; tente de novo em instantes.'
const RECUSA = Buffer.from(JSON.stringify(paraHttp(new ErroDeNegocio('sobrecarregado', DETALHE))))
const CABECALHOS = {
  'content-type': PROBLEMA,
  'content-length': RECUSA.length,
  'retry-after': RETRY_AFTER_S,
}

export function criarTriagem(vagas: Vagas): Triagem {
  const ocupadas = new WeakMap<FastifyRequest, Vaga>()
  let recusados = 0
  return {
    receber: (atender) => (requisicao, resposta) => {
      const ehNovo = requisicao.method === 'POST' && NOVO_PEDIDO.test(requisicao.url ?? '')
      if (!ehNovo || !vagas.recusa()) return atender(requisicao, resposta)
      recusados += 1
      resposta.writeHead(503, CABECALHOS).end(RECUSA)
    },
    acompanhar(app, metricas) {
      // Taken when the whole request is here and its sender known, however the path was written:
      // from here on there is an answer, whether its client still waits for it or not.
      app.addHook('preValidation', async (requisicao) => {
        if (requisicao.routeOptions.config.acao !== 'fazer_pedido') return
        const vaga = vagas.ocupar()
        if (!vaga) {
          recusados += 1
          throw new ErroDeNegocio('sobrecarregado', DETALHE)
        }
        ocupadas.set(requisicao, vaga)
      })
      app.addHook('onSend', async (requisicao, resposta) => {
        ocupadas.get(requisicao)?.liberar(desfechoDe(resposta))
        ocupadas.delete(requisicao)
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
