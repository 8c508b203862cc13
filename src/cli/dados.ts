// `npm run dados`: the command line of the generator. Ends with 0 when the file is there, 1 when it
// could not be written, 2 when the request makes no sense, 128 + signal when it was interrupted.
import { constants } from 'node:os'
import type { Command } from 'commander'
import { gerarDados } from '../dados/gerador.ts'
import {
  LIMITES,
  lerAgora,
  lerInteiro,
  OpcaoInvalida,
  type OpcaoNumerica,
  type OpcoesDados,
} from '../dados/opcoes.ts'
import { abrirProgresso } from '../dados/progresso.ts'
import { textoDaFalha, textoDoResumo } from '../dados/texto.ts'
import { criarComando, lerOpcoes } from './comando.ts'

const CHAMADA = 'npm run dados --'
const SINAIS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Sinal = (typeof SINAIS)[number]

const EXEMPLOS = `Exemplos:
  npm run dados                                         100 pedidos em ecommerce.db
  npm run dados -- --pedidos 1000000 --saida grande.db  um milhão de pedidos
  npm run dados -- --semente 7 --substituir             outros dados no lugar dos atuais
  npm run dados -- --agora 2026-01-31                   o mesmo conteúdo em qualquer dia

A mesma semente com os mesmos números e o mesmo --agora dá sempre o mesmo conteúdo.`

/** `argv` without the program's name. Resolves to the exit code and writes to stdout and stderr. */
export async function comandoDados(argv: string[]): Promise<number> {
  const opcoes = lerArgumentos(argv)
  if (typeof opcoes === 'number') return opcoes

  const parada = new AbortController()
  const parar = (sinal: Sinal) => parada.abort(sinal)
  for (const sinal of SINAIS) process.once(sinal, parar)
  try {
    const resumo = await gerarComProgresso(opcoes, parada.signal)
    process.stdout.write(textoDoResumo(resumo))
    return 0
  } catch (erro) {
    if (parada.signal.aborted) {
      process.stderr.write('Interrompido: nada foi alterado.\n')
      return 128 + constants.signals[parada.signal.reason as Sinal]
    }
    process.stderr.write(`${textoDaFalha(erro, opcoes.saida ?? '')}\n`)
    return erro instanceof OpcaoInvalida ? 2 : 1
  } finally {
    for (const sinal of SINAIS) process.off(sinal, parar)
  }
}

async function gerarComProgresso(opcoes: OpcoesDados, signal: AbortSignal) {
  using progresso = await abrirProgresso(process.stderr)
  return await gerarDados(opcoes, progresso.avancar, signal)
}

/** The options, or the exit code where there is nothing to generate. */
function lerArgumentos(argv: string[]): (OpcoesDados & { saida: string }) | number {
  try {
    return lerOpcoes(comandoComOpcoes(), argv)
  } catch (erro) {
    process.stderr.write(`${textoDaFalha(erro, '')}\nPara ver as opções: ${CHAMADA} --help\n`)
    return 2
  }
}

function comandoComOpcoes(): Command {
  const inteiro = (nome: OpcaoNumerica) => (texto: string) => lerInteiro(nome, texto)
  const { pedidos, clientes, produtos, semente } = LIMITES
  const descricao = 'Gera um banco SQLite com a história inventada de uma loja.'
  return criarComando(CHAMADA, descricao, EXEMPLOS)
    .option('--saida <arquivo>', 'arquivo a gravar (padrão: ecommerce.db)', 'ecommerce.db')
    .option('--pedidos <n>', `quantos pedidos (padrão: ${pedidos.padrao})`, inteiro('pedidos'))
    .option('--clientes <n>', `quantos clientes (padrão: ${clientes.padrao})`, inteiro('clientes'))
    .option('--produtos <n>', `quantos produtos (padrão: ${produtos.padrao})`, inteiro('produtos'))
    .option('--semente <n>', `semente do sorteio (padrão: ${semente.padrao})`, inteiro('semente'))
    .option('--agora <data>', 'fim do histórico, em UTC (padrão: hoje, 00:00)', lerAgora)
    .option('--substituir', 'troca o arquivo, se já existir')
}
