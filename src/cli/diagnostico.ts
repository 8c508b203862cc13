// `npm run diagnostico`: does this machine have what is needed, and what to do where it does not?
import { styleText } from 'node:util'
import { criarComando, lerOpcoes } from './comando.ts'
import type { Conferencia } from './diagnostico_conferencia.ts'
import { conferirConfiguracao, lugares } from './diagnostico_da_configuracao.ts'
import { conferirMaquina } from './diagnostico_da_maquina.ts'
import { conferirPortas } from './diagnostico_das_portas.ts'
import { conferirDados } from './diagnostico_dos_dados.ts'

const EXEMPLOS = `Exemplos:
  npm run diagnostico
  npm run diagnostico -- --json

Não altera nada. Termina com 1 só quando falta algo de que npm start precisa.`

export async function comandoDiagnostico(argumentos: string[]): Promise<number> {
  const descricao = 'Confere se esta máquina tem o que é preciso.'
  const comando = criarComando('npm run diagnostico --', descricao, EXEMPLOS).option(
    '--json',
    'em JSON, para programas',
  )
  const opcoes = lerOpcoes<{ json?: true }>(comando, argumentos)
  if (typeof opcoes === 'number') return opcoes
  const conferencias = await conferirTudo()
  const pronta = conferencias.every(({ resultado }) => resultado !== 'falha')
  console.log(
    opcoes.json ? JSON.stringify({ pronta, conferencias }, null, 2) : emTexto(conferencias, pronta),
  )
  return pronta ? 0 : 1
}

async function conferirTudo(): Promise<readonly Conferencia[]> {
  const { diretorio, ecommerce } = lugares()
  const grupos = [
    conferirMaquina(),
    conferirPortas(diretorio),
    conferirDados(diretorio, ecommerce),
    conferirConfiguracao(),
  ]
  return (await Promise.all(grupos)).flat()
}

const COR = { ok: 'green', aviso: 'yellow', falha: 'red' } as const

function emTexto(conferencias: readonly Conferencia[], pronta: boolean): string {
  const linhas = conferencias.flatMap(({ nome, resultado, achado, fazer }) => {
    const linha = `  ${styleText(COR[resultado], resultado.padEnd(7))}${nome.padEnd(16)}${achado}`
    return fazer === undefined ? [linha] : [linha, `${' '.repeat(25)}→ ${fazer}`]
  })
  const fim = pronta ? 'Tudo o que npm start precisa está aqui.' : 'Falta algo para npm start.'
  return [...linhas, '', styleText(pronta ? 'green' : 'red', fim)].join('\n')
}
