// monitoramento played by the tests: one message that it took down, and one count.
import type { FastifyRequest } from 'fastify'
import { paraHttp } from '../arquiteturas/rest/errors.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type {
  ContagemDaParticao,
  MensagemInteira,
  MensagemNaLista,
  PaginaDeMensagens,
} from '../contratos/mensagens_auditadas.ts'
import type { Falso } from './gateway_de_teste.ts'

const texto = (conteudo: string) => ({ codificacao: 'utf8', conteudo }) as const
export const umaMensagem = (mudancas: Partial<MensagemNaLista> = {}): MensagemNaLista => ({
  ...{ id: 41, topico: 'nf_emitida', particao: 0, offset: '7' },
  ...{ instante: '2026-01-02T03:04:06.000Z', pedido_id: 1_001, evento: '1001/EmitirNota' },
  ...{ chave: texto('1001'), trecho: texto('{"pedido_id":1001}'), tamanho: 18 },
  ...mudancas,
})
const { trecho: valor, ...lugar } = umaMensagem()
export const MENSAGEM_INTEIRA: MensagemInteira = {
  ...{ ...lugar, valor, auditada_em: '2026-01-02T03:04:06.020Z', cortado: false },
  cabecalhos: [{ nome: 'ce_id', valor: texto('1001/EmitirNota') }],
}
export const CONTAGEM: ContagemDaParticao = {
  ...{ topico: 'nf_emitida', particao: 0, auditadas: 8, primeiro: 0, ultimo: 7, fim: 9 },
  ...{ faltam: 1, compactado: false },
}

/** What arrived there, and what it is to answer to the next search. */
export interface MonitoramentoFalso {
  readonly rotas: Falso
  readonly chegadas: FastifyRequest[]
  procurar: () => Promise<PaginaDeMensagens>
}

export function monitoramentoFalso(): MonitoramentoFalso {
  const chegadas: FastifyRequest[] = []
  const falso: MonitoramentoFalso = {
    chegadas,
    procurar: async () => ({ mensagens: [umaMensagem()], proximo: null }),
    rotas(app) {
      app.addHook('onRequest', async (requisicao) => void chegadas.push(requisicao))
      app.get('/interno/mensagens', async () => falso.procurar())
      app.get('/interno/mensagens/contagens', async () => [CONTAGEM])
      app.get('/interno/mensagens/:topico/:particao/:offset', async ({ params }, resposta) => {
        const { offset } = params as { offset: string }
        if (offset === MENSAGEM_INTEIRA.offset) return MENSAGEM_INTEIRA
        const erro = new ErroDeNegocio('mensagem_desconhecida')
        return resposta.code(erro.status).type('application/problem+json').send(paraHttp(erro))
      })
    },
  }
  return falso
}
