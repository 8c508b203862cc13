// The first start: the generated clients, three accounts with invented passwords, a signing key.
// One transaction; the file of passwords is on disk before the commit, so that a crash in between
// leaves an empty database and the next start does it all again.
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { agora, type Instante } from '../../contratos/ids.ts'
import type { Configuracao } from '../../infra/configuracao.ts'
import {
  type Database,
  ErroDeInicio,
  type Parametros,
  type Transacao,
} from '../../persistencia/database.ts'
import { linhasDe } from '../../servicos/importacao.ts'
import { PAPEIS, type Papel } from '../acesso/direitos.ts'
import { guardarChave, novaChave } from './chaves.ts'
import {
  type Credenciais,
  gravarCredenciais,
  inventarCredenciais,
  normalizarEmail,
} from './credenciais.ts'
import type { Senhas } from './senhas.ts'

const NOMES: Readonly<Record<Papel, string>> = {
  admin: 'Administração',
  operador: 'Operação',
  cliente: 'Cliente de demonstração',
}

export async function prepararPrimeiraVez(
  db: Database,
  { diretorio, ecommerce }: Configuracao,
  senhas: Senhas,
): Promise<void> {
  if (await db.leitura.um('select kid from chaves limit 1')) return
  if (!existsSync(ecommerce)) {
    throw new ErroDeInicio(`faltam os dados iniciais em ${ecommerce}; rode "npm run dados"`, 2)
  }
  const credenciais = inventarCredenciais()
  const resumos = await Promise.all(PAPEIS.map((papel) => senhas.resumir(credenciais[papel].senha)))
  const chave = await novaChave()
  const instante = agora()
  using origem = new DatabaseSync(ecommerce, { readOnly: true })
  await db.transacao(async (tx) => {
    await criarContas(tx, credenciais, resumos, proximoCliente(origem, ecommerce), instante)
    await importarClientes(tx, origem, instante)
    await guardarChave(tx, chave, instante)
    gravarCredenciais(diretorio, credenciais)
  })
}

/** Above every generated client. */
function proximoCliente(origem: DatabaseSync, ecommerce: string): number {
  try {
    const [linha] = linhasDe(origem, 'select coalesce(max(id), 0) + 1 from clientes')
    return Number(linha?.[0])
  } catch (erro) {
    const { message } = erro as Error
    throw new ErroDeInicio(`os dados iniciais em ${ecommerce} não servem: ${message}`, 2, erro)
  }
}

const criarContas = (
  tx: Transacao,
  credenciais: Credenciais,
  resumos: readonly string[],
  cliente_id: number,
  instante: Instante,
): Promise<void> =>
  tx.executarCada(
    `insert into usuarios (nome, email, senha, papel, cliente_id, origem, criado_em)
     values ($1, $2, $3, $4, $5, 'vivo', $6)`,
    PAPEIS.map((papel, i) => {
      const { email } = credenciais[papel]
      const dono = papel === 'cliente' ? cliente_id : null
      return [NOMES[papel], email, resumos[i] ?? null, papel, dono, instante]
    }),
  )

/** They own the imported orders; they cannot log in, and nobody may sign up in their name. */
const importarClientes = (tx: Transacao, origem: DatabaseSync, instante: Instante): Promise<void> =>
  tx.executarCada(
    `insert into usuarios (nome, email, senha, papel, cliente_id, origem, criado_em)
     values ($1, $2, null, 'cliente', $3, 'historico', $4)
     on conflict (email) do nothing`,
    clientes(origem, instante),
  )

function* clientes(origem: DatabaseSync, instante: Instante): Generator<Parametros> {
  for (const linha of linhasDe(origem, 'select nome, email, id from clientes order by id')) {
    const [nome = null, email, id = null] = linha
    yield [nome, normalizarEmail(String(email)), id, instante]
  }
}
