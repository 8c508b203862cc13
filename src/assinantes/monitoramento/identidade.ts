// What the cluster itself calls each topic: one that was deleted and made again is another, and its
// offsets begin anew.

import { type ConexaoKafka, nomeNoCluster } from '../../arquiteturas/kafka/conexao.ts'
import { comAdmin } from '../../arquiteturas/kafka/topicos.ts'
import { TODOS_OS_TOPICOS } from '../../contratos/topicos.ts'

/** By our name, those that exist. Throws whatever the client does when the cluster is not there. */
export type Identificar = () => Promise<ReadonlyMap<string, string>>

export const criarIdentificar =
  (conexao: ConexaoKafka): Identificar =>
  () =>
    comAdmin(conexao, async (admin) => {
      const existentes = new Set(await admin.listTopics())
      const nossos = TODOS_OS_TOPICOS.filter((nome) => existentes.has(nomeNoCluster(conexao, nome)))
      if (nossos.length === 0) return new Map()
      const { topics } = await admin.metadata({
        topics: nossos.map((nome) => nomeNoCluster(conexao, nome)),
        forceUpdate: true,
      })
      return new Map(
        nossos.map((nome) => [nome, topics.get(nomeNoCluster(conexao, nome))?.id ?? '']),
      )
    })
