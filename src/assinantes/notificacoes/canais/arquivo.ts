// The outbox that anybody can read without a mail server: a message a file, whole or not there.
// Written twice, it is the same file.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { comoEml } from '../carta.ts'
import type { Canal } from './canal.ts'

export async function abrirArquivo(pasta: string, remetente: string): Promise<Canal> {
  await mkdir(pasta, { recursive: true, mode: 0o700 })
  return {
    nome: 'arquivo',
    porEmail: true,
    async enviar(aviso) {
      const caminho = join(pasta, `${aviso.pedido_id}-${aviso.status}.eml`)
      const novo = `${caminho}.novo`
      await writeFile(novo, await comoEml(aviso, remetente), { mode: 0o600, flush: true })
      await rename(novo, caminho)
    },
  }
}
