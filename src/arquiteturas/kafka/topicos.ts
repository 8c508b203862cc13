// The topics in the cluster: what is missing is made, what exists is used as it is.
import { setTimeout as esperar } from 'node:timers/promises'
import { Admin } from '@platformatic/kafka'
import { COMPACTADOS, TODOS_OS_TOPICOS, TOPICOS_DAS_MORTAS } from '../../contratos/topicos.ts'
import { ErroDeInicio } from '../../persistencia/database.ts'
import { type ConexaoKafka, nomeNoCluster, opcoesDoCliente } from './conexao.ts'
import { ehFaltaDePermissao, jaExiste } from './errors.ts'

/** What another process is making is not seen until it is made, which takes seconds at worst. */
const TENTATIVAS = 60
const PAUSA_MS = 250

export async function comAdmin<T>(
  conexao: ConexaoKafka,
  fazer: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = new Admin(opcoesDoCliente(conexao, 'quatrovias-admin'))
  try {
    return await fazer(admin)
  } finally {
    await admin.close()
  }
}

/** Our names of those topics that the cluster does not have. */
export async function faltantes(
  admin: Admin,
  conexao: ConexaoKafka,
  topicos = TODOS_OS_TOPICOS,
): Promise<string[]> {
  const existentes = new Set(await admin.listTopics())
  return topicos.filter((topico) => !existentes.has(nomeNoCluster(conexao, topico)))
}

/**
 * Makes what is missing; several processes may do so at once. Errors: ErroDeInicio, code 2, when
 * some are missing and may not be made; whatever the client throws when the cluster is not there.
 */
export const garantirTopicos = (conexao: ConexaoKafka, topicos = TODOS_OS_TOPICOS): Promise<void> =>
  comAdmin(conexao, async (admin) => {
    for (let tentativa = 1; ; tentativa++) {
      const faltam = await faltantes(admin, conexao, topicos)
      if (faltam.length === 0) return
      try {
        await criarTopicos(admin, conexao, faltam)
      } catch (erro) {
        // Another process is at it too: what is still missing is asked for once more.
        if (ehFaltaDePermissao(erro)) throw semPermissao(conexao, faltam, erro)
        if (!jaExiste(erro) || tentativa === TENTATIVAS) throw erro
        await esperar(PAUSA_MS)
      }
    }
  })

function semPermissao(conexao: ConexaoKafka, faltam: readonly string[], erro: unknown) {
  const nomes = faltam.map((topico) => nomeNoCluster(conexao, topico)).join(', ')
  return new ErroDeInicio(`sem permissão para criar os tópicos que faltam: ${nomes}`, 2, erro)
}

export async function criarTopicos(
  admin: Admin,
  conexao: ConexaoKafka,
  topicos: readonly string[],
): Promise<void> {
  const { particoes, replicacao } = conexao
  const criar = async (nomes: readonly string[], partitions: number, politica?: string) => {
    if (nomes.length === 0) return
    await admin.createTopics({
      topics: nomes.map((topico) => nomeNoCluster(conexao, topico)),
      partitions,
      replicas: replicacao,
      ...(politica && { configs: [{ name: 'cleanup.policy', value: politica }] }),
    })
  }
  const mortas = topicos.filter((topico) => TOPICOS_DAS_MORTAS.includes(topico))
  const compactados = topicos.filter((topico) => COMPACTADOS.includes(topico))
  const comuns = topicos.filter((t) => !mortas.includes(t) && !compactados.includes(t))
  await criar(comuns, particoes)
  await criar(compactados, particoes, 'compact')
  await criar(mortas, 1)
}
