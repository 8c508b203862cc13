// estado.json as `npm start` writes it: what was decided, and what each process says of itself.
import type { NomeServico } from '../contratos/ids.ts'
import { assinantesDe } from '../infra/assinantes.ts'
import type { Configuracao } from '../infra/configuracao.ts'
import { enderecosDas, hospedeiroDe, type Portas } from '../infra/enderecos.ts'
import type { Estado, ServicoNoEstado } from '../infra/estado.ts'
import { servicosPresentes } from '../infra/servicos_ausentes.ts'
import type { SituacaoDoProcesso } from '../infra/supervisao/situacao.ts'
import { enderecoDoKafka } from './kafka_do_inicio.ts'
import { enderecoDoPostgres } from './postgres_do_inicio.ts'

export function estadoDe(
  configuracao: Configuracao,
  portas: Portas,
  processos: readonly SituacaoDoProcesso[],
): Estado {
  /** Nothing between two lives; with --junto everybody lives here. */
  const pidDe = (nome: string): { pid?: number } => {
    const pid = processos.length === 0 ? process.pid : processos.find((p) => p.nome === nome)?.pid
    return pid === undefined ? {} : { pid }
  }
  const { arquiteturas, enderecoTls } = configuracao
  const aindaNao = processos.filter((p) => p.estado !== 'pronto')
  // What lives on the topics comes after, and nobody waits for it.
  const fora: readonly string[] = ['postgres', ...assinantesDe(configuracao)]
  const pronto = aindaNao.every(({ nome }) => fora.includes(nome))
  const { rest, grpc, assinantes } = enderecosDas(portas)
  const servicos: { [N in NomeServico]?: ServicoNoEstado } = {}
  for (const nome of servicosPresentes(configuracao)) {
    const porGrpc = arquiteturas.includes('grpc') ? { grpc: grpc[nome] } : {}
    servicos[nome] = { rest: rest[nome], ...porGrpc, ...pidDe(nome) }
  }
  const osAssinantes = assinantesDe(configuracao).map((nome) => [
    nome,
    { rest: assinantes[nome], ...pidDe(nome) },
  ])
  const gateway = `http://127.0.0.1:${portas.gateway}`
  const gateway_https = `https://${hospedeiroDe(enderecoTls)}:${portas.gatewayHttps}`
  const kafka = enderecoDoKafka(configuracao, portas.kafka)
  const postgres = enderecoDoPostgres(configuracao, portas.postgres)
  return {
    ...{ pronto, gateway, gateway_https },
    ...(kafka && { kafka }),
    ...(postgres && { postgres }),
    servicos,
    ...(osAssinantes.length > 0 && { assinantes: Object.fromEntries(osAssinantes) }),
  }
}
