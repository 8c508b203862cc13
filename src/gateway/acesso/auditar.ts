// The one hook that writes down the acts that the table of rights marks: the intent before the
// handler runs, durably, so that nothing is done unseen; the outcome once it is known.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { comoErro, type ErroDeNegocio } from '../../contratos/errors.ts'
import type { Auditoria, Onde } from '../contas/auditoria.ts'
import { usuarioDe } from './autorizacao.ts'
import { direitoA } from './direitos.ts'
import { enderecoDe } from './limites.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The row of the audit log that waits for this request's outcome. */
    emAuditoria?: number
  }
}

/**
 * Must be called after `exigirDireitos`, so that its hook knows who asks and that they may.
 * `aoFalhar` is told when an outcome could not be written; its row then has none.
 */
export function auditarAtos(
  rotas: FastifyInstance,
  auditoria: Auditoria,
  aoFalhar: (erro: ErroDeNegocio) => void,
): void {
  rotas.decorateRequest('emAuditoria')
  rotas.addHook('preHandler', async (requisicao) => {
    const { acao } = requisicao.routeOptions.config
    const auditada = acao && direitoA(acao).auditada
    if (!acao || !auditada) return
    const quem = usuarioDe(requisicao)
    if (auditada === 'equipe' && quem.papel === 'cliente') return
    const onde = ondeDe(requisicao)
    requisicao.emAuditoria = await auditoria.anotar({ acao, quem, onde, detalhe: oQue(requisicao) })
  })
  // Not onResponse: a caller that hung up gets no response, but the act has an outcome.
  rotas.addHook('onSend', async ({ emAuditoria }, { statusCode }) => {
    if (emAuditoria === undefined) return
    // After the reply is on its way, which need not wait for the disk.
    setImmediate(() => {
      auditoria.concluir(emAuditoria, statusCode).catch((erro) => aoFalhar(comoErro(erro)))
    })
  })
}

/** The body as its schema left it; without one, or beyond its fields, anything may be there. */
const oQue = ({ body, routeOptions }: FastifyRequest): string | undefined =>
  routeOptions.schema?.body && body ? JSON.stringify(body) : undefined

/** Never the query, where anything may be. */
export const ondeDe = (requisicao: FastifyRequest): Onde => ({
  metodo: requisicao.method,
  alvo: requisicao.url.split('?', 1)[0] ?? '',
  endereco: enderecoDe(requisicao),
  traceparent: requisicao.traceparent,
})
