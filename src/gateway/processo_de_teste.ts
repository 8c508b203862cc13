// A gateway in a process of its own, for the tests that read all that it writes.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { NomeServico } from '../contratos/ids.ts'
import type { Configuracao } from '../infra/configuracao.ts'

const FILHO = `
  const { abrirGateway } = await import(${JSON.stringify(new URL('./gateway.ts', import.meta.url))})
  const { lerConfiguracao } = await import(
    ${JSON.stringify(new URL('../infra/configuracao.ts', import.meta.url))})
  const enderecos = JSON.parse(process.env.ENDERECOS)
  const gateway = await abrirGateway(lerConfiguracao(), enderecos, 0)
  console.error(gateway.url)
  process.stdin.once('end', async () => {
    await gateway[Symbol.asyncDispose]()
    process.exit(0)
  })
  process.stdin.resume()
`

/** Its log is what `encerrar` resolves with: the whole standard output. */
export async function gatewayEmProcesso(
  { diretorio, ecommerce }: Configuracao,
  enderecos: Readonly<Record<NomeServico, string>>,
) {
  const env = {
    ...process.env,
    QUATROVIAS_DIR: diretorio,
    ECOMMERCE_DB: ecommerce,
    QUATROVIAS_REGISTRO: 'info',
    ENDERECOS: JSON.stringify(enderecos),
  }
  const filho = spawn(process.execPath, ['--input-type=module', '-e', FILHO], {
    env,
    stdio: 'pipe',
  })
  const saida = text(filho.stdout)
  const [url] = (await once(createInterface(filho.stderr), 'line')) as [string]
  return {
    url,
    async encerrar(): Promise<{ codigo: number | null; registro: string }> {
      const saiu = once(filho, 'exit')
      filho.stdin.end()
      const [codigo] = (await saiu) as [number | null]
      return { codigo, registro: await saida }
    },
  }
}
