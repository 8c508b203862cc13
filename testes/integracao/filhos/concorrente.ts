// Takes locks on demand: every message names a directory and the instant at which to try, so that
// several of these try within the same fraction of a millisecond. Holds what it won until it ends.
import { type Trava, travar } from '../../../src/infra/supervisao/trava.ts'

const ganhas: Trava[] = []
process.on('message', async ({ diretorio, emMs }: { diretorio: string; emMs: number }) => {
  while (Date.now() < emMs);
  try {
    ganhas.push(await travar(diretorio))
    process.send?.('ganhou')
  } catch (erro) {
    process.send?.(erro instanceof Error ? erro.message : 'erro')
  }
})
process.on('disconnect', () => process.exit(0))
process.send?.('carregado')
