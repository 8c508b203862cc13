// `conferir`: the checker in the terminal, over a directory of databases.
import { join } from 'node:path'
import { lerConfiguracao } from '../infra/configuracao.ts'
import { LivrosIlegiveis } from '../laboratorio/conferencias/livros.ts'
import { conferir, imprimirRelatorio } from '../laboratorio/conferente.ts'
import { criarComando, diretorioDeExecucao, lerOpcoes } from './comando.ts'

const CHAMADA = 'npm start -- conferir'
const EXEMPLOS = `Exemplos:
  npm start -- conferir
  npm start -- conferir --dados /tmp/ensaio/dados --json
  npm start -- conferir --aceitar-abertos          com os serviços no ar

Com DATABASE_URL, o diretório só precisa ter o livro do provedor. Com QUATROVIAS_SEM, os passos
dos serviços que outro faz não são procurados.

Termina com 0 se tudo confere, 1 se há problemas e 2 se não foi possível conferir.`

interface Opcoes {
  readonly dados: string
  readonly json?: true
  readonly aceitarAbertos?: true
}

export async function comandoConferir(argumentos: string[]): Promise<number> {
  const padrao = join(diretorioDeExecucao(), 'dados')
  const descricao = 'Confere os livros de todos os serviços e do provedor, sem alterá-los.'
  const comando = criarComando(CHAMADA, descricao, EXEMPLOS)
    .option('--dados <diretório>', `onde estão os bancos (padrão: ${padrao})`, padrao)
    .option('--json', 'escreve o relatório em JSON')
    .option('--aceitar-abertos', 'pedidos em andamento não são problema')
  const opcoes = lerOpcoes<Opcoes & Record<string, unknown>>(comando, argumentos)
  if (typeof opcoes === 'number') return opcoes
  try {
    const { dados, json, aceitarAbertos = false } = opcoes
    const { DATABASE_URL, QUATROVIAS_SEM } = process.env
    const { postgres, ausentes } = lerConfiguracao({ DATABASE_URL, QUATROVIAS_SEM })
    const relatorio = await conferir(dados, { aceitarAbertos, postgres, ausentes })
    process.stdout.write(json ? `${JSON.stringify(relatorio)}\n` : imprimirRelatorio(relatorio))
    return relatorio.totalDeProblemas === 0 ? 0 : 1
  } catch (erro) {
    if (!(erro instanceof LivrosIlegiveis)) throw erro
    process.stderr.write(`${erro.message}\nPara ver as opções: ${CHAMADA} --help\n`)
    return 2
  }
}
