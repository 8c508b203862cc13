// A child that behaves. By environment: NOME; PORTAO, a file that must exist before it is ready;
// DIARIO, a file that receives its steps; ATRASO_MS, what its imports take; DRENO_MS, its drain.
import { appendFileSync, existsSync } from 'node:fs'
import { setTimeout as esperar } from 'node:timers/promises'
import { comoFilho } from '../../../src/infra/supervisao/processo_filho.ts'

const { NOME, PORTAO, DIARIO, ATRASO_MS, DRENO_MS = '60' } = process.env

function anotar(passo: string): void {
  if (DIARIO !== undefined) appendFileSync(DIARIO, `${NOME} ${passo}\n`)
}

if (ATRASO_MS !== undefined) await esperar(Number(ATRASO_MS))
await comoFilho(async (signal) => {
  while (PORTAO !== undefined && !existsSync(PORTAO)) await esperar(20, undefined, { signal })
  setInterval(() => {}, 1_000)
  if (process.send !== undefined) process.on('SIGINT', () => anotar('ouviu INT'))
  console.log(`${NOME} escreveu no stdout`)
  return {
    info: { nome: NOME, argumentos: process.argv.slice(2) },
    async parar() {
      anotar('parando')
      await esperar(Number(DRENO_MS))
      anotar('parou')
    },
  }
})
