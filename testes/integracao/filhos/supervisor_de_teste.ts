// A supervisor as the command line would run one: its directory is the first argument and holds
// processos.json; it writes pronto.json when ready, and only its own failure to the terminal.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codigoDeSaida } from '../../../src/infra/supervisao/erro_de_saida.ts'
import { supervisionar } from '../../../src/infra/supervisao/supervisor.ts'

const diretorio = process.argv[2] ?? ''
const processos = JSON.parse(readFileSync(join(diretorio, 'processos.json'), 'utf8'))
try {
  await using supervisor = await supervisionar(processos, { diretorio })
  writeFileSync(join(diretorio, 'pronto.json'), JSON.stringify(supervisor.processos()))
  await supervisor.terminou
} catch (erro) {
  console.error(erro instanceof Error ? erro.message : erro)
  process.exitCode = codigoDeSaida(erro)
}
