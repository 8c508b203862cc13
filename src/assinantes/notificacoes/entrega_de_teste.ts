// For the tests: a sender over a real outbox and a channel that does what the test says.
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StatusPedido } from '../../contratos/eventos.ts'
import { comoClienteId, comoPedidoId, type Instante } from '../../contratos/ids.ts'
import { type Contato, PREFERENCIAS_PADRAO } from '../../contratos/notificacoes.ts'
import type { Aviso, Canal } from './canais/canal.ts'
import { entregarSempre } from './entrega.ts'
import { abrirOutbox, type Marca } from './outbox.ts'
import type { Ritmo } from './tentativa.ts'

export const CONTATO: Contato = {
  ...{ nome: 'Maria', email: 'maria@example.com', preferencias: PREFERENCIAS_PADRAO },
}
const RITMO: Ritmo = { primeiraMs: 1, maiorMs: 8, maiorSemGatewayMs: 4, desistirMs: 1_000 }

export interface Cena {
  readonly enviar: Canal['enviar']
  readonly porEmail?: boolean
  readonly contato?: () => Promise<Contato | undefined>
  readonly relogio?: () => number
  readonly ritmo?: Partial<Ritmo>
}

export function abrirEntregaDeTeste(cena: Cena) {
  const { porEmail = true, contato = async () => CONTATO, relogio = Date.now } = cena
  const pilha = new AsyncDisposableStack()
  const pasta = pilha.use(mkdtempDisposableSync(join(tmpdir(), 'quatrovias-entrega-')))
  const outbox = pilha.use(abrirOutbox(join(pasta.path, 'notificacoes.db')))
  const marcas: Marca[] = []
  const avisos: string[] = []
  const abrir = () =>
    entregarSempre({
      ...{ outbox, relogio, contatos: { de: contato } },
      canal: { nome: 'smtp', porEmail, enviar: cena.enviar },
      ritmo: { ...RITMO, ...cena.ritmo },
      aoTentar: (_pendente, marca) => void marcas.push(marca),
      avisar: (mensagem) => void avisos.push(mensagem),
    })
  const entrega = pilha.use(abrir())
  return {
    ...{ outbox, marcas, avisos, entrega },
    async mudar(pedido: number, status: StatusPedido = 'enviado') {
      const agora = new Date(relogio()).toISOString() as Instante
      const ids = { pedido_id: comoPedidoId(pedido), cliente_id: comoClienteId(3) }
      await outbox.receber({ ...ids, status, instante: agora }, ['smtp'], agora)
      entrega.acordar()
    },
    /** `1 enviado`, in the order of arrival. */
    async estados(): Promise<string[]> {
      const linhas = await outbox.listar({ limite: 100 })
      return linhas.map(({ pedido_id, estado }) => `${pedido_id} ${estado}`).toReversed()
    },
    [Symbol.asyncDispose]: () => pilha.disposeAsync(),
  }
}

export const dito = ({ pedido_id, status }: Aviso): string => `${pedido_id} ${status}`
