// What our topics are called on somebody else's Kafka: KAFKA_TOPICO_<NOME>, one for each.
import { ErroDeInicio } from '../persistencia/database.ts'

/** Our own names, until the table of topics says them. */
const TOPICOS: readonly string[] = ['pedidos_criados', 'pedidos_validos', 'pedidos_recusados']

const RENOMEAR = 'KAFKA_TOPICO_'
/** Kafka's own rule. */
const NOME_DE_TOPICO = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/

/** Those renamed only: our name → the name there. Errors: ErroDeInicio (code 2). */
export function lerRenomeados(
  ambiente: NodeJS.ProcessEnv,
  topicos = TOPICOS,
): Readonly<Record<string, string>> {
  const renomeados: Record<string, string> = {}
  for (const [variavel, nome] of Object.entries(ambiente)) {
    if (!variavel.startsWith(RENOMEAR) || !nome) continue
    const topico = topicos.find((um) => RENOMEAR + um.toUpperCase() === variavel)
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
