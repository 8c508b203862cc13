// The short table that `npm start` prints once everything answers.
import { readFileSync, statSync } from 'node:fs'
import { relative } from 'node:path'
import { styleText } from 'node:util'
import { ASSINANTES, SERVICOS } from '../contratos/ids.ts'
import type { Estado } from '../infra/estado.ts'
import type { Credencial } from './sessao_no_gateway.ts'

/** `admin`: the account that this start has just made, to be seen this once. */
export function apresentar(
  estado: Estado,
  credenciais: string,
  perfil: string,
  ms: number,
  admin?: Credencial,
): string {
  const linha = (nome: string, endereco: string, grpc = '', pid?: number) =>
    `  ${nome.padEnd(14)}${endereco.padEnd(26)}${grpc.padEnd(20)}${pid ? `processo ${pid}` : ''}`
  const servicos = SERVICOS.flatMap((nome) => {
    const servico = estado.servicos[nome]
    if (!servico) return []
    const { rest, grpc, pid } = servico
    return linha(nome, rest, grpc && `gRPC :${grpc.split(':').at(-1)}`, pid)
  })
  const assinantes = ASSINANTES.flatMap((nome) => {
    const { rest, pid } = estado.assinantes?.[nome] ?? {}
    return rest === undefined ? [] : linha(nome, rest, '', pid)
  })
  return [
    '',
    `${styleText('bold', `quatrovias no ar em ${(ms / 1_000).toFixed(1)} s`)} · perfil ${perfil}`,
    '',
    linha('gateway', estado.gateway),
    linha('', estado.gateway_https),
    ...(estado.kafka ? [linha('kafka', estado.kafka)] : []),
    ...servicos,
    ...assinantes,
    ...(estado.postgres ? [linha('postgres', new URL(estado.postgres).host)] : []),
    '',
    `  documentação  ${estado.gateway}/docs`,
    `  credenciais   ${relative(process.cwd(), credenciais)}`,
    ...(admin ? [`  administrador ${admin.email}  senha ${admin.senha}  (só desta vez)`] : []),
    '',
    '  Em outro terminal: npm run pedir        Ctrl-C aqui encerra tudo.',
    '',
  ].join('\n')
}

/** From the file of credentials, when it was written since `ms`: only the first start writes it. */
export function adminCriadoDesde(ms: number, credenciais: string): Credencial | undefined {
  const arquivo = statSync(credenciais, { throwIfNoEntry: false })
  if (!arquivo || arquivo.mtimeMs < ms) return undefined
  return (JSON.parse(readFileSync(credenciais, 'utf8')) as { admin: Credencial }).admin
}
