// The outbox that anybody can read without a mail server: a message a file, whole or not there.
// Written twice, it is the same file.
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { comoEml } from '../carta.ts'
import type { Podada } from '../outbox.ts'
import type { Canal } from './canal.ts'

const caminhoEm = (pasta: string, { pedido_id, status }: Pick<Podada, 'pedido_id' | 'status'>) =>
  join(pasta, `${pedido_id}-${status}.eml`)

export async function abrirArquivo(pasta: string, remetente: string): Promise<Canal> {
  await mkdir(pasta, { recursive: true, mode: 0o700 })
  return {
    nome: 'arquivo',
    porEmail: true,
    async enviar(aviso) {
      const caminho = caminhoEm(pasta, aviso)
      const novo = `${caminho}.novo`
      await writeFile(novo, await comoEml(aviso, remetente), { mode: 0o600, flush: true })
      await rename(novo, caminho)
    },
  }
}

/** Of the notices that are forgotten; also when the channel is closed by now. */
export const apagarArquivosEm =
  (pasta: string) =>
  async (podadas: readonly Podada[]): Promise<void> => {
    for (const podada of podadas) {
      if (podada.canal === 'arquivo') await rm(caminhoEm(pasta, podada), { force: true })
    }
  }
