// Each service's table against its own log: no row without its event, no event without its row,
// and the same number, key, code and amount in both.
import type { TipoEvento } from '../../contratos/eventos.ts'
import type { NomeServico } from '../../contratos/ids.ts'
import type { Conferencias } from './livros.ts'

/** What a row's status must be, from the events of its order. */
interface Tabela {
  readonly servico: NomeServico
  readonly tabela: string
  readonly coluna?: string
  /** Imported rows have no events. */
  readonly semHistorico?: true
  readonly feito: readonly [evento: TipoEvento, status: string]
  /** What moves a step that was done further, or takes it back. */
  readonly depois?: readonly [evento: TipoEvento, status: string]
  /** A refusal counts unless the compensation had come before it. */
  readonly recusa: readonly [evento: TipoEvento, status: string]
  /** A compensation with nothing to compensate leaves this (K6). */
  readonly lapide?: readonly [evento: TipoEvento, status: string]
}

const ANALISES: Tabela = {
  ...{ servico: 'antifraude', tabela: 'analises', coluna: 'resultado', semHistorico: true },
  feito: ['AnaliseAprovada', 'aprovada'],
  recusa: ['AnaliseReprovada', 'reprovada'],
}
const PAGAMENTOS: Tabela = {
  ...{ servico: 'pagamentos', tabela: 'pagamentos' },
  feito: ['PagamentoAprovado', 'aprovado'],
  depois: ['PagamentoEstornado', 'estornado'],
  recusa: ['PagamentoRejeitado', 'rejeitado'],
  lapide: ['PagamentoEstornado', 'estornado'],
}
const SEPARACOES: Tabela = {
  ...{ servico: 'estoque', tabela: 'separacao_estoque', semHistorico: true },
  feito: ['EstoqueSeparado', 'concluido'],
  depois: ['EstoqueLiberado', 'liberado'],
  recusa: ['EstoqueInsuficiente', 'insuficiente'],
  lapide: ['EstoqueLiberado', 'liberado'],
}
const NOTAS: Tabela = {
  ...{ servico: 'fiscal', tabela: 'notas_fiscais' },
  feito: ['NotaEmitida', 'emitida'],
  depois: ['NotaCancelada', 'cancelada'],
  recusa: ['NotaRejeitada', 'rejeitada'],
  lapide: ['NotaCancelada', 'impedida'],
}
const ENVIOS: Tabela = {
  ...{ servico: 'logistica', tabela: 'envios' },
  feito: ['EnvioAgendado', 'enviado'],
  depois: ['EntregaConfirmada', 'entregue'],
  recusa: ['EnvioIndisponivel', 'indisponivel'],
  lapide: ['EnvioCancelado', 'cancelado'],
}

function esperado({ feito, depois, recusa, lapide }: Tabela): string {
  const aposFeito = depois
    ? `iif(p.${depois[0]} > 0, '${depois[1]}', '${feito[1]}')`
    : `'${feito[1]}'`
  const antes = lapide ? ` and coalesce(p.${recusa[0]}_id < p.${lapide[0]}_id, 1)` : ''
  const fim = lapide ? `when p.${lapide[0]} > 0 then '${lapide[1]}' ` : ''
  return `case when p.${feito[0]} > 0 then ${aposFeito}
        when p.${recusa[0]} > 0${antes} then '${recusa[1]}' ${fim}end`
}

function tabelaEDiario(tabela: Tabela): string {
  const { servico, coluna = 'status' } = tabela
  const nome = `${servico}.${tabela.tabela}`
  const status = esperado(tabela)
  return `
    select t.pedido_id, '${tabela.tabela}: ' || t.${coluna} || '; os eventos dizem '
      || coalesce(${status}, 'nada') as detalhe
    from ${nome} t left join passos_${servico} p on p.pedido_id = t.pedido_id
    where ${tabela.semHistorico ? '' : `t.origem = 'vivo' and `}t.${coluna} is not ${status}
    union all
    select p.pedido_id, '${tabela.tabela}: não há registro; os eventos dizem ' || ${status}
    from passos_${servico} p
    where ${status} is not null
      and not exists (select 1 from ${nome} t where t.pedido_id = p.pedido_id)`
}

const conteudo = (
  servico: NomeServico,
  tabela: string,
  evento: TipoEvento,
  campos: readonly string[],
): string => `
    select t.pedido_id, '${tabela}: o registro difere do evento ' || e.dados as detalhe
    from passos_${servico} p
      join ${servico}.eventos e on e.id = p.${evento}_id
      join ${servico}.${tabela} t on t.pedido_id = p.pedido_id
    where t.origem = 'vivo' and json_valid(e.dados)
      and not (${campos.map((c) => `e.dados ->> '$.${c}' is t.${c}`).join(' and ')})`

export const estados = {
  analises_e_eventos: tabelaEDiario(ANALISES),
  pagamentos_e_eventos: tabelaEDiario(PAGAMENTOS),
  separacoes_e_eventos: tabelaEDiario(SEPARACOES),
  notas_e_eventos: tabelaEDiario(NOTAS),
  envios_e_eventos: tabelaEDiario(ENVIOS),
  conteudo_dos_eventos: [
    conteudo('pagamentos', 'pagamentos', 'PagamentoAprovado', ['valor_centavos']),
    conteudo('fiscal', 'notas_fiscais', 'NotaEmitida', ['numero', 'chave_acesso']),
    conteudo('logistica', 'envios', 'EnvioAgendado', ['codigo_rastreamento']),
  ].join('\n    union all'),
} satisfies Conferencias
