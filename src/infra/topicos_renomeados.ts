// What our topics are called on somebody else's Kafka: KAFKA_TOPICO_<NOME>, one for each.
import { TODOS_OS_TOPICOS } from '../contratos/topicos.ts'
import { ErroDeInicio } from '../persistencia/database.ts'

const RENOMEAR = 'KAFKA_TOPICO_'
/** The name that the sales' reference has for one of them. */
const OUTRO_NOME = { variavel: 'VENDAS_TOPICO', de: `${RENOMEAR}VENDAS` }
/** `pagamentos-group-mortas` is KAFKA_TOPICO_PAGAMENTOS_GROUP_MORTAS: a shell knows no hyphen. */
export const variavelDo = (topico: string): string =>
  RENOMEAR + topico.replaceAll('-', '_').toUpperCase()
/** Kafka's own rule. */
const NOME_DE_TOPICO = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/

/** Those renamed only: our name → the name there. Errors: ErroDeInicio (code 2). */
export function lerRenomeados(
  ambiente: NodeJS.ProcessEnv,
  topicos = TODOS_OS_TOPICOS,
): Readonly<Record<string, string>> {
  const renomeados: Record<string, string> = {}
  for (const [variavel, nome] of Object.entries(comOutroNome(ambiente))) {
    if (!variavel.startsWith(RENOMEAR) || !nome) continue
    const topico = topicos.find((um) => variavelDo(um) === variavel)
    if (!topico) {
      throw new ErroDeInicio(`${variavel}: não há esse tópico; há ${topicos.join(', ')}`, 2)
    }
    if (!NOME_DE_TOPICO.test(nome)) {
      const regra = 'só letras sem acento, algarismos, ponto, _ e -, até 249'
      throw new ErroDeInicio(`${variavel}=${nome} não serve: ${regra}`, 2)
    }
    renomeados[topico] = nome
  }
  recusarRepetidos(topicos.map((topico) => renomeados[topico] ?? topico))
  return renomeados
}

function comOutroNome(ambiente: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { variavel, de } = OUTRO_NOME
  const [dito, jaDito] = [ambiente[variavel], ambiente[de]]
  if (!dito || dito === jaDito) return ambiente
  if (jaDito) throw new ErroDeInicio(`${variavel} e ${de} dizem nomes diferentes`, 2)
  return { ...ambiente, [de]: dito }
}

/** Kafka takes `a.b` and `a_b` for the same in its metrics, and refuses the second. */
function recusarRepetidos(nomes: readonly string[]): void {
  const vistos = new Set<string>()
  for (const nome of nomes) {
    const igual = nome.replaceAll('.', '_')
    if (vistos.has(igual)) {
      throw new ErroDeInicio(`${RENOMEAR}…: dois tópicos se chamariam ${nome}`, 2)
    }
    vistos.add(igual)
  }
}
