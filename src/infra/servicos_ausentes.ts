// Services of ours that are left out, so that somebody else's, in any language, take their place on
// the topics: who, and what that leaves of the other architectures.
import * as z from 'zod'
import {
  type NomeArquitetura,
  type NomeServico,
  SERVICOS,
  SUBSTITUIVEIS,
  type Substituivel,
} from '../contratos/ids.ts'
import { ErroDeInicio } from '../persistencia/database.ts'
import type { Configuracao, Variavel } from './configuracao.ts'

const ESPERA_S = 60

export const VARIAVEIS_DOS_AUSENTES: readonly Variavel[] = [
  {
    nome: 'QUATROVIAS_SEM',
    padrao: '',
    descricao: 'Serviços que outro faz nos tópicos do Kafka, separados por vírgula; `--sem` também',
    esquema: z
      .string()
      .refine(
        (lista) => lerAusentes(lista).every((nome) => SUBSTITUIVEIS.includes(nome)),
        `use um ou mais de: ${SUBSTITUIVEIS.join(', ')}`,
      ),
  },
  {
    nome: 'QUATROVIAS_SEM_ESPERA_S',
    padrao: String(ESPERA_S),
    descricao: 'Quanto um pedido espera por um deles antes de ser cancelado, em segundos',
    esquema: z.coerce.number().int().min(1),
  },
]

export const lerAusentes = (lista: string): Substituivel[] =>
  lista === '' ? [] : ([...new Set(lista.split(',').map((um) => um.trim()))] as Substituivel[])

/** Those of ours that run. */
export const servicosPresentes = ({ ausentes }: Pick<Configuracao, 'ausentes'>): NomeServico[] =>
  SERVICOS.filter((nome) => !ausentes.some((ausente) => ausente === nome))

type EnderecoDe = (servico: Substituivel) => string | undefined

/**
 * Over Kafka nobody needs to be called; where a service is called, it must have an address of its
 * own. Errors: ErroDeInicio, code 2, without Kafka, which is where somebody else takes the place.
 */
export function arquiteturasSem(
  ausentes: readonly Substituivel[],
  pedidas: readonly NomeArquitetura[],
  enderecos: { readonly [A in NomeArquitetura]?: EnderecoDe },
): NomeArquitetura[] {
  const abertas = pedidas.filter((nome) => {
    const enderecoDe = enderecos[nome]
    return !enderecoDe || ausentes.every((ausente) => enderecoDe(ausente) !== undefined)
  })
  if (ausentes.length === 0 || abertas.includes('kafka')) return abertas
  const dito = `QUATROVIAS_SEM=${ausentes.join(',')}`
  throw new ErroDeInicio(`${dito} pede a arquitetura kafka, que não está aberta`, 2)
}
