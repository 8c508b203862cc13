// The rows about each service and subscriber in the table of environment variables: where it
// listens, and where it is found when that is somewhere else.
import * as z from 'zod'
import { ASSINANTES, SERVICOS } from '../contratos/ids.ts'
import { VARIAVEL_DOS_ASSINANTES } from './assinantes.ts'
import type { Variavel } from './configuracao.ts'

export const porta = z.coerce.number().int().min(0).max(65_535)
const url = z.url({ protocol: /^http$/ })
const hospedeiro = z.string().regex(/^[^\s/]+:\d{1,5}$/, 'deve ser host:porta')

const dosServicos = SERVICOS.flatMap((nome) => {
  const sufixadas: readonly (readonly [string, string, z.ZodType])[] = [
    ['PORTA', `Porta HTTP de ${nome}; vazia: a da tabela`, porta],
    ['URL', `Endereço HTTP de ${nome} em outra máquina`, url],
    ['GRPC_PORTA', `Porta gRPC de ${nome}; vazia: a da tabela`, porta],
    ['GRPC', `Endereço gRPC de ${nome} em outra máquina, \`host:porta\``, hospedeiro],
  ]
  return sufixadas.map(([sufixo, descricao, esquema]) => ({
    nome: `${nome.toUpperCase()}_${sufixo}`,
    padrao: '',
    ...{ descricao, esquema },
  }))
})

const dosAssinantes: readonly Variavel[] = [
  VARIAVEL_DOS_ASSINANTES,
  ...ASSINANTES.flatMap((nome) => [
    {
      nome: `${nome.toUpperCase()}_PORTA`,
      ...{ padrao: '', descricao: `Porta HTTP de ${nome}; vazia: a da tabela`, esquema: porta },
    },
    {
      nome: `${nome.toUpperCase()}_URL`,
      ...{ padrao: '', descricao: `Endereço HTTP de ${nome} em outra máquina`, esquema: url },
    },
  ]),
]

export const VARIAVEIS_DOS_SERVICOS: readonly Variavel[] = [...dosServicos, ...dosAssinantes]
