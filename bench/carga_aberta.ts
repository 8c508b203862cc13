// An open-loop generator: requests start when the plan says, whether the others have ended or not,
// and each is timed from its planned start (no coordinated omission).
import { setTimeout as esperar } from 'node:timers/promises'

export interface Chegada {
  /** Since the load began, in ms. */
  readonly planejadaMs: number
  readonly demorouMs: number
  readonly certa: boolean
}

const PASSO_MS = 2
/** Beyond this the machine cannot even keep the requests; those planned are counted as failed. */
const MAXIMO_EM_VOO = 20_000

/** `porSegundo` requests for `segundos`; resolves when the last has ended. */
export async function carregarAberto(
  uma: () => Promise<boolean>,
  porSegundo: number,
  segundos: number,
): Promise<readonly Chegada[]> {
  const chegadas: Chegada[] = []
  const emVoo = new Set<Promise<void>>()
  const inicio = performance.now()
  const total = Math.floor(porSegundo * segundos)
  for (let n = 0; n < total; ) {
    const agora = performance.now() - inicio
    for (; n < total && (n * 1_000) / porSegundo <= agora; n++) {
      const planejadaMs = (n * 1_000) / porSegundo
      const anotar = (certa: boolean) => {
        chegadas.push({ planejadaMs, demorouMs: performance.now() - inicio - planejadaMs, certa })
      }
      if (emVoo.size >= MAXIMO_EM_VOO) {
        anotar(false)
        continue
      }
      const feita = uma().then(anotar, () => anotar(false))
      emVoo.add(feita)
      feita.then(() => emVoo.delete(feita))
    }
    await esperar(PASSO_MS)
  }
  await Promise.all(emVoo)
  return chegadas
}

export function quantil(chegadas: readonly Chegada[], q: number): number {
  const certas = chegadas.filter(({ certa }) => certa).map(({ demorouMs }) => demorouMs)
  certas.sort((a, b) => a - b)
  return certas[Math.floor(q * (certas.length - 1))] ?? Number.NaN
}
