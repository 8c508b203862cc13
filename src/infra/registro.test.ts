// Run in a process of its own, because what is asked is what comes out of it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'

const REGISTRO = new URL('./registro.ts', import.meta.url).href

/** The messages that come out at this level. */
async function ditasCom(nivel: string): Promise<string[]> {
  const programa = `import { criarRegistro } from '${REGISTRO}'
    const { log, anotar } = criarRegistro('notificacoes', '${nivel}')
    log.info({ mensagem: 'informa' })
    anotar('entrega', { pedido_id: 7 })
    log.error({ mensagem: 'falha' })`
  const args = ['--input-type=module-typescript', '--eval', programa]
  const filho = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [dito] = await Promise.all([text(filho.stdout), once(filho, 'exit')])
  const linhas = dito.split('\n').filter(Boolean)
  return linhas.map((linha) => (JSON.parse(linha) as { mensagem: string }).mensagem)
}

test('o que é entrega sai em qualquer nível, menos silent', async () => {
  const ditas = await Promise.all(['info', 'warn', 'error', 'silent'].map(ditasCom))
  const semInformar = ['entrega', 'falha']
  assert.deepEqual(ditas, [['informa', ...semInformar], semInformar, semInformar, []])
})
