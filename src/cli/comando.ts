// What the terminal's commands share: help and complaints in Portuguese, exit codes, directory.
import { Command, CommanderError, InvalidArgumentError, type OptionValues } from 'commander'
import { ehId } from '../contratos/ids.ts'
import { lerConfiguracao } from '../infra/configuracao.ts'

const BEM = 0
const MAU_USO = 2

/** `chamada`: what is typed before the options, e.g. `npm run pedir --`. */
export function criarComando(chamada: string, descricao: string, exemplos: string): Command {
  return new Command(chamada)
    .description(descricao)
    .usage('[opções]')
    .helpOption('-h, --help', 'mostra esta ajuda')
    .addHelpText('after', `\n${exemplos}`)
    .configureHelp({
      styleTitle: (titulo) =>
        ({ 'Usage:': 'Uso:', 'Arguments:': 'Argumentos:', 'Options:': 'Opções:' })[titulo] ??
        titulo,
      optionDescription: (opcao) => opcao.description,
      argumentDescription: (argumento) => argumento.description,
    })
    .configureOutput({ outputError: () => undefined })
    .allowExcessArguments(false)
    .exitOverride()
}

/** The options, or the exit code where there is nothing to do: 0 after --help, 2 for bad use. */
export function lerOpcoes<T extends OptionValues>(
  comando: Command,
  argumentos: string[],
): T | number {
  try {
    return comando.parse(argumentos, { from: 'user' }).opts<T>()
  } catch (erro) {
    if (!(erro instanceof CommanderError)) throw erro
    if (erro.exitCode === 0) return BEM
    console.error(`${emPortugues(erro)}\nPara ver as opções: ${comando.name()} --help`)
    return MAU_USO
  }
}

/** For an option with a closed list of values. */
export const umDe = (valores: readonly string[]) => (texto: string) => {
  if (valores.includes(texto)) return texto
  throw new InvalidArgumentError(`use um de: ${valores.join(', ')}`)
}

/** For the number of an order, or of anything else that counts from 1. */
export function lerId(texto: string): number {
  if (/^\d+$/.test(texto) && ehId(Number(texto))) return Number(texto)
  throw new InvalidArgumentError('use um número a partir de 1')
}

/** Says why on standard error; answers the exit code. */
export function falhar(mensagem: string, codigo: 1 | 2 = 1): 1 | 2 {
  console.error(mensagem)
  return codigo
}

/** Read alone: stopping or looking must not fail over a variable that only the start needs. */
export const diretorioDeExecucao = (): string =>
  lerConfiguracao({ QUATROVIAS_DIR: process.env.QUATROVIAS_DIR }).diretorio

function emPortugues(erro: CommanderError): string {
  const citado = /'([^']+)'/.exec(erro.message)?.[1] ?? ''
  switch (erro.code) {
    case 'commander.unknownOption':
      return `Opção desconhecida: ${citado}.`
    case 'commander.optionMissingArgument':
      return `Falta o valor da opção ${citado}.`
    case 'commander.missingArgument':
      return `Falta o argumento ${citado}.`
    case 'commander.excessArguments':
      return 'Argumento inesperado.'
    case 'commander.invalidArgument':
      return `Valor inválido em ${citado}: ${erro.message.split('is invalid. ').at(-1)}.`
    default:
      return erro.message
  }
}
