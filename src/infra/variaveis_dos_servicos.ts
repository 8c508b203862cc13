// The rows about each service in the table of environment variables: where it listens, and where it
// is found when that is somewhere else.
import * as z from 'zod'
import { SERVICOS } from '../contratos/ids.ts'
import type { Variavel } from './configuracao.ts'

export const porta = z.coerce.number().int().min(0).max(65_535)
const url = z.url({ protocol: /^http$/ })
const hospedeiro = z.string().regex(/^[^\s/]+:\d{1,5}$/, 'deve ser host:porta')

export const VARIAVEIS_DOS_SERVICOS: readonly Variavel[] = SERVICOS.flatMap((nome) => {
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
