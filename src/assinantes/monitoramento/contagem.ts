// What was taken down of each partition beside what the cluster says that there is.
import type { TopicoVisto } from '../../arquiteturas/kafka/visao_dos_topicos.ts'
import type { ContagemDaParticao } from '../../contratos/mensagens_auditadas.ts'
import { COMPACTADOS, TODOS_OS_TOPICOS } from '../../contratos/topicos.ts'
import type { Leitura } from '../../persistencia/database.ts'
import { type ContagemGuardada, lerContagens, lerTopicos } from './repository.ts'

interface Pontas {
  readonly inicio: number
  readonly fim: number
}

/**
 * All that is known on either side, in the order of our topics. `cluster` must have been asked
 * before: what came since is then only more.
 */
export async function contar(
  leitura: Leitura,
  cluster: readonly TopicoVisto[] | undefined,
): Promise<ContagemDaParticao[]> {
  const nomes = new Map((await lerTopicos(leitura)).map(({ id, nome }) => [id, nome]))
  const guardadas = new Map<string, ContagemGuardada>()
  for (const contagem of await lerContagens(leitura)) {
    const nome = nomes.get(contagem.topico_id)
    if (nome !== undefined) guardadas.set(`${nome}/${contagem.particao}`, contagem)
  }
  const pontas = new Map<string, Pontas>(
    (cluster ?? []).flatMap(({ nome, particoes }) =>
      particoes.map(
        ({ particao, inicio, fim }) => [`${nome}/${particao}`, { inicio, fim }] as const,
      ),
    ),
  )
  const lugares = [...new Set([...pontas.keys(), ...guardadas.keys()])].map((lugar) => {
    const [topico = '', particao] = lugar.split('/')
    return { lugar, topico, particao: Number(particao) }
  })
  const posto = ({ topico }: { topico: string }) => TODOS_OS_TOPICOS.indexOf(topico)
  return lugares
    .toSorted((a, b) => posto(a) - posto(b) || a.particao - b.particao)
    .map(({ lugar, topico, particao }) => ({
      ...{ topico, particao },
      ...comparar(guardadas.get(lugar), pontas.get(lugar), COMPACTADOS.includes(topico)),
    }))
}

function comparar(
  guardada: ContagemGuardada | undefined,
  pontas: Pontas | undefined,
  compactado: boolean,
): Omit<ContagemDaParticao, 'topico' | 'particao'> {
  const { auditadas, primeiro, ultimo } = guardada ?? { auditadas: 0, primeiro: null, ultimo: null }
  if (!pontas) return { auditadas, primeiro, ultimo, fim: null, faltam: null, compactado }
  // What was read since the cluster was asked is there as well.
  const fim = Math.max(pontas.fim, (ultimo ?? -1) + 1)
  const faltam = compactado ? null : fim - (primeiro ?? pontas.inicio) - auditadas
  return { auditadas, primeiro, ultimo, fim, faltam, compactado }
}
