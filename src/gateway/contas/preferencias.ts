// What an account wants to be told of its orders by e-mail; and how a client is reached, which only
// the subscribers ask.
import type { StatusPedido } from '../../contratos/eventos.ts'
import type { ClienteId } from '../../contratos/ids.ts'
import {
  type Contato,
  PREFERENCIAS_PADRAO,
  type Preferencias,
} from '../../contratos/notificacoes.ts'
import type { Database, Leitura } from '../../persistencia/database.ts'
import { anotarEm, type Onde } from './auditoria.ts'
import type { Usuario } from './tokens.ts'

interface Linha {
  readonly por_email: number | null
  /** JSON. */
  readonly status: string | null
}

export interface PreferenciasDasContas {
  /** The defaults of an account that never said. */
  preferencias(usuario_id: number): Promise<Preferencias>
  /** Written down in the audit log, in the same transaction. */
  mudarPreferencias(quem: Usuario, preferencias: Preferencias, onde: Onde): Promise<void>
  /** Undefined when no account has this number. */
  contato(cliente_id: ClienteId): Promise<Contato | undefined>
}

export const preferenciasEm = (db: Database): PreferenciasDasContas => ({
  async preferencias(usuario_id) {
    const sql = 'select por_email, status from preferencias where usuario_id = $1'
    return comoPreferencias(await db.leitura.um<Linha>(sql, [usuario_id]))
  },
  mudarPreferencias: (quem, { email, status }, onde) =>
    db.transacao(async (tx) => {
      await tx.executar(
        `insert into preferencias (usuario_id, por_email, status) values ($1, $2, $3)
         on conflict (usuario_id) do update
         set por_email = excluded.por_email, status = excluded.status`,
        [quem.id, Number(email), JSON.stringify(status)],
      )
      await anotarEm(tx, { acao: 'mudar_preferencias', onde, quem, status: 200 })
    }),
  contato: (cliente_id) => contatoEm(db.leitura, cliente_id),
})

async function contatoEm(leitura: Leitura, cliente_id: ClienteId): Promise<Contato | undefined> {
  const achado = await leitura.um<Linha & { nome: string; email: string }>(
    `select u.nome, u.email, p.por_email, p.status
     from usuarios u left join preferencias p on p.usuario_id = u.id where u.cliente_id = $1`,
    [cliente_id],
  )
  if (!achado) return undefined
  const { nome, email } = achado
  return { nome, email, preferencias: comoPreferencias(achado) }
}

function comoPreferencias(linha: Linha | undefined): Preferencias {
  if (!linha?.status) return PREFERENCIAS_PADRAO
  return { email: linha.por_email === 1, status: JSON.parse(linha.status) as StatusPedido[] }
}
