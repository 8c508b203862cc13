// The papel of an account, changed by an administrator: one step of a transaction of contas.ts.
import { campoInvalido } from '../../arquiteturas/campos.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { Transacao } from '../../persistencia/database.ts'
import type { Papel } from '../acesso/direitos.ts'
import { PROXIMO_CLIENTE } from './cadastro.ts'

/** False when the account has that papel already. */
export async function mudarPapel(tx: Transacao, id: number, papel: Papel): Promise<boolean> {
  const conta = await tx.um<{ papel: Papel; senha: string | null }>(
    'select papel, senha from usuarios where id = $1',
    [id],
  )
  if (!conta) throw new ErroDeNegocio('usuario_desconhecido')
  if (conta.senha === null) {
    throw campoInvalido('papel', 'esta conta veio dos dados gerados e não pode entrar')
  }
  if (conta.papel === papel) return false
  if (conta.papel === 'admin') {
    const outro = await tx.um("select id from usuarios where papel = 'admin' and id <> $1", [id])
    if (!outro) throw new ErroDeNegocio('ultimo_admin')
  }
  // Who becomes a client again keeps the number, and the orders, of before.
  await tx.executar(
    `update usuarios set papel = $1,
       cliente_id = case when $1 = 'cliente' then coalesce(cliente_id, ${PROXIMO_CLIENTE})
                    else cliente_id end
     where id = $2`,
    [papel, id],
  )
  return true
}
