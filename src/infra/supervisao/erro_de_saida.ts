// An error that decides the exit code of its process: 1 failure, 2 configuration, 128+n signal.
// Its message is written for the person at the terminal, in Portuguese.

export type ErroDeSaida = Error & { readonly exitCode: number }

/** The child's exit code that says "starting again cannot help: the configuration is wrong". */
export const CODIGO_DE_CONFIGURACAO = 2

export function erroDeSaida(mensagem: string, exitCode: number): ErroDeSaida {
  return Object.assign(new Error(mensagem), { exitCode })
}

/** The exit code that `erro` carries; 1 when it carries none. */
export function codigoDeSaida(erro: unknown): number {
  const carrega = erro instanceof Error && 'exitCode' in erro && typeof erro.exitCode === 'number'
  return carrega ? (erro.exitCode as number) : 1
}
