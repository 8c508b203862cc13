// A line in the log of operations for each change: without the client's name or address.
import { assuntoDe } from '../textos.ts'
import type { Canal } from './canal.ts'

export const criarRegistroDeAvisos = (
  anotar: (mensagem: string, campos: object) => void,
): Canal => ({
  nome: 'registro',
  porEmail: false,
  async enviar({ pedido_id, cliente_id, status, instante }) {
    anotar(assuntoDe(pedido_id, status), { pedido_id, cliente_id, status, instante })
  },
})
