// What people do with their own account: make it, change what it says, change its password. Each
// function is one step of a transaction of contas.ts.
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { agora } from '../../contratos/ids.ts'
import type { Transacao } from '../../persistencia/database.ts'
import { anotarEm, type Onde } from './auditoria.ts'
import { normalizarEmail } from './credenciais.ts'
import { mascararEmail } from './mascarar.ts'
import type { Usuario } from './tokens.ts'

export interface Perfil {
  readonly nome?: string | undefined
  /** Eleven digits. */
  readonly cpf?: string | undefined
}
export interface Novata extends Perfil {
  readonly nome: string
  readonly email: string
  /** The digest. */
  readonly senha: string
}

/** The new account's number; undefined when the e-mail is taken, a generated client's included. */
export async function cadastrar(
  tx: Transacao,
  { nome, email, senha, cpf }: Novata,
  onde: Onde,
): Promise<number | undefined> {
  const detalhe = mascararEmail(email)
  const nova = await tx.um<{ id: number }>(
    `insert into usuarios (nome, email, senha, papel, cliente_id, origem, criado_em)
     values ($1, $2, $3, 'cliente', ${PROXIMO_CLIENTE}, 'vivo', $4)
     on conflict (email) do nothing returning id`,
    [nome, normalizarEmail(email), senha, agora()],
  )
  if (!nova) {
    await anotarEm(tx, { acao: 'cadastrar', onde, status: 409, detalhe })
    return undefined
  }
  if (cpf) await guardarCpf(tx, nova.id, cpf)
  const quem = { id: nova.id, papel: 'cliente' } as const
  await anotarEm(tx, { acao: 'cadastrar', onde, quem, status: 201, detalhe })
  return nova.id
}

/** Above every other: a number that once had orders never gets a second owner. */
export const PROXIMO_CLIENTE = '(select coalesce(max(cliente_id), 0) + 1 from usuarios)'

export async function mudarPerfil(
  tx: Transacao,
  quem: Usuario,
  { nome, cpf }: Perfil,
  onde: Onde,
): Promise<void> {
  const achadas = await tx.executar('update usuarios set nome = coalesce($1, nome) where id = $2', [
    nome ?? null,
    quem.id,
  ])
  if (achadas === 0) throw new ErroDeNegocio('usuario_desconhecido')
  if (cpf) await guardarCpf(tx, quem.id, cpf)
  // The names of the fields, never what they say.
  const detalhe = [nome && 'nome', cpf && 'cpf'].filter(Boolean).join(', ')
  await anotarEm(tx, { acao: 'mudar_conta', onde, quem, status: 200, detalhe })
}

const guardarCpf = (tx: Transacao, usuario_id: number, cpf: string): Promise<number> =>
  tx.executar(
    `insert into perfis (usuario_id, cpf) values ($1, $2)
     on conflict (usuario_id) do update set cpf = excluded.cpf`,
    [usuario_id, cpf],
  )

/** False when somebody changed it since `antiga` was read. */
export async function mudarSenha(
  tx: Transacao,
  quem: Usuario,
  antiga: string,
  nova: string,
  onde: Onde,
): Promise<boolean> {
  const mudadas = await tx.executar('update usuarios set senha = $1 where id = $2 and senha = $3', [
    nova,
    quem.id,
    antiga,
  ])
  if (mudadas > 0) await anotarEm(tx, { acao: 'mudar_senha', onde, quem, status: 204 })
  return mudadas > 0
}
