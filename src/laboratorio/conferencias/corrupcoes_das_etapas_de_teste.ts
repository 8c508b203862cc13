// One wrong thing at a time in the books of the steps: money, stock, nota, shipment.
import type { CONFERENCIAS } from '../conferente.ts'
import type { Fins } from './loja_de_teste.ts'

export interface Corrupcao {
  readonly nome: string
  readonly livro: string
  readonly sql: (pedido: Fins) => string
  /** Just the checks that must notice. */
  readonly espera: readonly (keyof typeof CONFERENCIAS)[]
}
export type NumLivro = Omit<Corrupcao, 'livro'>

export const em = (livro: string, corrupcoes: readonly NumLivro[]): Corrupcao[] =>
  corrupcoes.map((corrupcao) => ({ livro, ...corrupcao }))

export const evento = (pedido_id: number, tipo: string): string =>
  `pedido_id = ${pedido_id} and tipo = '${tipo}'`

const nosPagamentos: readonly NumLivro[] = [
  {
    nome: 'causa que não é a natural',
    sql: (p) => `update eventos set causa = 'AutorizarPagamento'
      where ${evento(p.enviado, 'PagamentoAprovado')}`,
    espera: ['causa_natural'],
  },
  {
    nome: 'passo antes do anterior',
    sql: (p) => `update eventos set instante = '2020-01-01T00:00:00.000Z'
      where ${evento(p.enviado, 'PagamentoAprovado')}`,
    espera: ['ordem_dos_passos'],
  },
  {
    nome: 'valor do pagamento trocado',
    sql: (p) => `update pagamentos set valor_centavos = 1 where pedido_id = ${p.enviado}`,
    espera: ['pagamento_e_provedor', 'conteudo_dos_eventos'],
  },
  {
    nome: 'pagamento de um enviado ainda pendente',
    sql: (p) => `update pagamentos set status = 'pendente' where pedido_id = ${p.enviado}`,
    espera: ['pagamento_e_provedor', 'pagamentos_e_eventos'],
  },
  {
    nome: 'pagamento dado por estornado que o provedor não estornou',
    sql: (p) => `update pagamentos set status = 'estornado' where pedido_id = ${p.avulso}`,
    espera: ['pagamento_e_provedor', 'pagamentos_e_eventos'],
  },
  {
    nome: 'pagamento perdido',
    sql: (p) => `delete from pagamentos where pedido_id = ${p.enviado}`,
    espera: ['pagamento_e_provedor', 'pagamentos_e_eventos'],
  },
  {
    nome: 'estorno apagado do diário',
    sql: (p) => `delete from eventos where ${evento(p.semEstoque, 'PagamentoEstornado')}`,
    espera: [
      ...(['eventos_sem_falta', 'desfeito_por_inteiro', 'fim_com_causa'] as const),
      'pagamentos_e_eventos',
    ],
  },
]

const noProvedor: readonly NumLivro[] = [
  {
    nome: 'estorno que o provedor não fez',
    sql: (p) => `delete from lancamentos where chave = '${p.semEstoque}' and operacao = 'estorno'`,
    espera: ['cobrado_se_enviado', 'pagamento_e_provedor', 'livro_do_provedor'],
  },
  {
    nome: 'cobrança repetida com outra chave',
    sql: (p) => `insert into lancamentos (chave, operacao, resultado, valor_centavos, instante)
      values ('0${p.enviado}', 'cobranca', 'aprovada', 4000, '')`,
    espera: ['cobrado_se_enviado', 'pagamento_e_provedor', 'livro_do_provedor'],
  },
  {
    nome: 'cobrança depois do estorno',
    sql: (p) => `update lancamentos set id = (select max(id) + 1 from lancamentos)
      where chave = '${p.semEstoque}' and operacao = 'cobranca'`,
    espera: ['cobrado_se_enviado', 'pagamento_e_provedor', 'livro_do_provedor'],
  },
  {
    nome: 'cobrança de outro valor',
    sql: (p) => `update lancamentos set valor_centavos = 1 where chave = '${p.enviado}'`,
    espera: ['valor_cobrado', 'pagamento_e_provedor'],
  },
  {
    nome: 'cobrança que o provedor recusou',
    sql: (p) => `update lancamentos set resultado = 'recusada' where chave = '${p.enviado}'`,
    espera: ['cobrado_se_enviado', 'pagamento_e_provedor'],
  },
  {
    nome: 'pedido enviado e estornado',
    sql: (p) => `insert into lancamentos (chave, operacao, resultado, instante)
      values ('${p.enviado}', 'estorno', 'estornada', '')`,
    espera: ['cobrado_se_enviado', 'pagamento_e_provedor'],
  },
  {
    nome: 'pedido recusado por fraude e cobrado',
    sql: (p) => `insert into lancamentos (chave, operacao, resultado, valor_centavos, instante)
      values ('${p.fraude}', 'cobranca', 'aprovada', 4000, '')`,
    espera: ['cobrado_se_enviado', 'pagamento_e_provedor'],
  },
]

const noEstoque: readonly NumLivro[] = [
  {
    nome: 'unidade livre a mais',
    sql: () => 'update produtos_local set livre = livre + 1 where produto_id = 1',
    espera: ['reservado_e_livre'],
  },
  {
    nome: 'produto vendido e desconhecido',
    sql: () => 'delete from produtos_local where produto_id = 1',
    espera: ['reservado_e_livre'],
  },
  {
    nome: 'unidade vendida sem existir',
    sql: () => `update produtos_local set inicial = inicial - livre - 1, livre = -1
      where produto_id = 1`,
    espera: ['unidades_negativas'],
  },
  {
    nome: 'reserva de um enviado dada por liberada',
    sql: (p) => `update separacao_estoque set status = 'liberado' where pedido_id = ${p.enviado}`,
    espera: ['reservado_e_livre', 'reservado_se_enviado', 'separacoes_e_eventos'],
  },
  {
    nome: 'unidade reservada a mais',
    sql: (p) => `update itens_separacao set quantidade = 9
      where pedido_id = ${p.enviado} and produto_id = 1`,
    espera: ['reservado_e_livre', 'reserva_igual_ao_pedido'],
  },
  {
    nome: 'reserva de ninguém',
    sql: () => `insert into separacao_estoque (pedido_id, status) values (900001, 'concluido')`,
    espera: ['reservado_se_enviado', 'separacoes_e_eventos'],
  },
  {
    nome: 'liberação apagada do diário',
    sql: (p) => `delete from eventos where ${evento(p.semNota, 'EstoqueLiberado')}`,
    espera: ['eventos_sem_falta', 'desfeito_por_inteiro', 'separacoes_e_eventos'],
  },
]

const naEntrega: readonly Corrupcao[] = [
  {
    ...{ livro: 'fiscal', nome: 'nota cancelada que sumiu da numeração' },
    sql: (p) => `delete from notas_fiscais where pedido_id = ${p.semEnvio}`,
    espera: ['numeracao_das_notas', 'notas_e_eventos'],
  },
  {
    ...{ livro: 'fiscal', nome: 'salto na numeração' },
    sql: (p) => `update notas_fiscais set numero = numero + 1 where pedido_id = ${p.ultimo}`,
    espera: ['numeracao_das_notas', 'chave_da_nota', 'nota_do_envio', 'conteudo_dos_eventos'],
  },
  {
    ...{ livro: 'fiscal', nome: 'nota importada acima das vivas' },
    sql: (p) => `update notas_fiscais set origem = 'historico' where pedido_id = ${p.ultimo}`,
    espera: ['numeracao_das_notas', 'nota_se_enviado'],
  },
  {
    ...{ livro: 'fiscal', nome: 'dígito da chave trocado' },
    sql: (p) => `update notas_fiscais
      set chave_acesso = substr(chave_acesso, 1, 43) || (substr(chave_acesso, 44) + 1) % 10
      where pedido_id = ${p.enviado}`,
    espera: ['chave_da_nota', 'conteudo_dos_eventos'],
  },
  {
    ...{ livro: 'fiscal', nome: 'nota de outro valor' },
    sql: (p) => `update notas_fiscais set valor_centavos = 1 where pedido_id = ${p.enviado}`,
    espera: ['valor_da_nota'],
  },
  {
    ...{ livro: 'fiscal', nome: 'nota de um cancelado que voltou a valer' },
    sql: (p) => `update notas_fiscais set status = 'emitida' where pedido_id = ${p.semEnvio}`,
    espera: ['nota_se_enviado', 'notas_e_eventos'],
  },
  {
    ...{ livro: 'logistica', nome: 'código de rastreamento errado' },
    sql: (p) => `update envios set codigo_rastreamento = 'BR000010010BR'
      where pedido_id = ${p.enviado}`,
    espera: ['codigo_de_rastreamento', 'conteudo_dos_eventos'],
  },
  {
    ...{ livro: 'logistica', nome: 'envio com a nota de outro' },
    sql: (p) => `update envios set nota_fiscal = nota_fiscal + 1 where pedido_id = ${p.enviado}`,
    espera: ['nota_do_envio'],
  },
  {
    ...{ livro: 'logistica', nome: 'envio perdido' },
    sql: (p) => `delete from envios where pedido_id = ${p.enviado}`,
    espera: ['envio_se_enviado', 'envios_e_eventos'],
  },
  {
    ...{ livro: 'logistica', nome: 'cancelado que foi enviado' },
    sql: (p) => `update envios set status = 'enviado', codigo_rastreamento = 'BR473124829BR'
      where pedido_id = ${p.semEnvio}`,
    espera: ['envio_se_enviado', 'envios_e_eventos'],
  },
  {
    ...{ livro: 'logistica', nome: 'entrega esquecida' },
    sql: (p) => `update envios set status = 'enviado' where pedido_id = ${p.entregue}`,
    espera: ['entrega_registrada', 'envios_e_eventos'],
  },
  {
    ...{ livro: 'logistica', nome: 'agendamento apagado do diário' },
    sql: (p) => `delete from eventos where ${evento(p.enviado, 'EnvioAgendado')}`,
    espera: ['eventos_sem_falta', 'passos_completos', 'mudanca_com_passo', 'envios_e_eventos'],
  },
  {
    ...{ livro: 'catalogo', nome: 'evento num diário que não os tem' },
    sql: () => `insert into eventos values (1, '1001/AgendarEnvio', '', 1001, 'EnvioAgendado',
      '{"pedido_id":1001,"tipo":"EnvioAgendado"}', 'memoria', '', '2026-01-01T00:00:00.000Z')`,
    espera: ['causa_natural'],
  },
]

export const corrupcoesDasEtapas: readonly Corrupcao[] = [
  ...em('pagamentos', nosPagamentos),
  ...em('provedor', noProvedor),
  ...em('estoque', noEstoque),
  ...naEntrega,
]
