// One wrong thing at a time, as a defect, a lost write or a hand in the books would leave it, and
// the checks that must notice: those and no others. Here the orders' own books; the rest beside it.
import {
  type Corrupcao,
  corrupcoesDasEtapas,
  em,
  evento,
  type NumLivro,
} from './corrupcoes_das_etapas_de_teste.ts'
import { corrupcoesDosProdutos } from './corrupcoes_dos_produtos_de_teste.ts'

const nosPedidos: readonly NumLivro[] = [
  {
    nome: 'pedido enviado que voltou a pendente',
    sql: (p) => `update pedidos set status = 'pendente', encerrado = 0 where id = ${p.enviado}`,
    espera: ['parados', 'status_dos_eventos'],
  },
  {
    nome: 'pedido retido',
    sql: (p) => `insert into retidos values (${p.enviado}, 'defeito', 'erro', '2026-01-01')`,
    espera: ['retidos'],
  },
  {
    nome: 'pedido terminado com a marca de aberto',
    sql: (p) => `update pedidos set encerrado = 0 where id = ${p.enviado}`,
    espera: ['encerramento'],
  },
  {
    nome: 'cancelamento sem motivo',
    sql: (p) => `update pedidos set motivo = null where id = ${p.semEstoque}`,
    espera: ['encerramento'],
  },
  {
    nome: 'total trocado',
    sql: (p) => `update pedidos set total_centavos = 4001 where id = ${p.enviado}`,
    espera: ['total_do_pedido', 'valor_cobrado', 'valor_da_nota', 'criacao_do_pedido'],
  },
  {
    nome: 'pedido de outro cliente',
    sql: (p) => `update pedidos set cliente_id = 8 where id = ${p.fraude}`,
    espera: ['criacao_do_pedido'],
  },
  {
    nome: 'quantidade trocada',
    sql: (p) => `update itens_pedido set quantidade = 3
      where pedido_id = ${p.enviado} and produto_id = 1`,
    espera: ['total_do_pedido', 'reserva_igual_ao_pedido'],
  },
  {
    nome: 'item a mais, de graça',
    sql: (p) => `insert into itens_pedido values (${p.enviado}, 3, 1, 0)`,
    espera: ['reserva_igual_ao_pedido'],
  },
  {
    nome: 'item a menos',
    sql: (p) => `delete from itens_pedido where pedido_id = ${p.enviado} and produto_id = 2`,
    espera: ['total_do_pedido', 'reserva_igual_ao_pedido'],
  },
  {
    nome: 'pedido perdido',
    sql: (p) => `delete from itens_pedido where pedido_id = ${p.ultimo};
      delete from pedidos where id = ${p.ultimo}`,
    espera: ['criacao_do_pedido', 'reservado_se_enviado', 'nota_se_enviado', 'envio_se_enviado'],
  },
  {
    nome: 'número de pedido vivo abaixo de um importado',
    sql: () => `insert into pedidos
        (id, cliente_id, arquitetura, origem, status, total_centavos, criado_em, atualizado_em)
      values (2000, 1, 'historico', 'historico', 'enviado', 1, '', '')`,
    espera: ['numero_do_pedido'],
  },
  {
    nome: 'pedido enviado dado por cancelado',
    sql: (p) => `update pedidos set status = 'cancelado', motivo = 'x' where id = ${p.enviado}`,
    espera: [
      ...(['cobrado_se_enviado', 'reservado_se_enviado', 'nota_se_enviado'] as const),
      ...(['envio_se_enviado', 'desfeito_por_inteiro', 'fim_com_causa'] as const),
      'status_dos_eventos',
    ],
  },
  {
    nome: 'cancelado dado por recusado',
    sql: (p) => `update pedidos set status = 'recusado' where id = ${p.semPagamento}`,
    espera: ['fim_com_causa', 'status_dos_eventos'],
  },
  {
    nome: 'evento com outro status',
    sql: (p) => `update eventos set dados = json_set(dados, '$.status', 'nf_emitida')
      where ${evento(p.enviado, 'PedidoConcluido')}`,
    espera: ['status_dos_eventos', 'mudanca_com_passo'],
  },
  {
    nome: 'conclusão apagada',
    sql: (p) => `delete from eventos where ${evento(p.ultimo, 'PedidoConcluido')}`,
    espera: ['eventos_sem_falta', 'passos_completos', 'status_dos_eventos'],
  },
  {
    nome: 'dois fins',
    sql: (p) => `insert into eventos
      select (select max(id) + 1 from eventos), pedido_id || '/CancelarPedido', '', pedido_id,
        'PedidoCancelado', json_set(dados, '$.tipo', 'PedidoCancelado', '$.status', 'cancelado'),
        arquitetura, traceparent, instante
      from eventos where ${evento(p.enviado, 'PedidoConcluido')}`,
    espera: ['um_fim_so', 'status_dos_eventos'],
  },
]

const naAnalise: readonly NumLivro[] = [
  {
    nome: 'análise virada',
    sql: (p) => `update analises set resultado = 'reprovada' where pedido_id = ${p.enviado}`,
    espera: ['analises_e_eventos'],
  },
  {
    nome: 'aprovação apagada',
    sql: (p) => `delete from eventos where ${evento(p.ultimo, 'AnaliseAprovada')}`,
    espera: ['passos_completos', 'analises_e_eventos'],
  },
  {
    nome: 'evento que não é JSON',
    sql: (p) => `update eventos set dados = '{' where ${evento(p.fraude, 'AnaliseReprovada')}`,
    espera: ['dados_do_evento'],
  },
  {
    nome: 'evento de outro pedido por dentro',
    sql: (p) => `update eventos set dados = json_set(dados, '$.pedido_id', 1)
      where ${evento(p.fraude, 'AnaliseReprovada')}`,
    espera: ['dados_do_evento'],
  },
  {
    nome: 'instante fora do formato',
    sql: (p) => `update eventos set instante = '20/11/2026 10:00'
      where ${evento(p.fraude, 'AnaliseReprovada')}`,
    espera: ['dados_do_evento'],
  },
  {
    nome: 'dois eventos da mesma causa',
    sql: (p) => `create table e as select * from eventos;
      insert into e select (select max(id) + 1 from eventos), causa, resumo, pedido_id, tipo, dados,
        arquitetura, traceparent, instante
      from eventos where ${evento(p.fraude, 'AnaliseReprovada')};
      drop table eventos; alter table e rename to eventos`,
    espera: ['um_evento_por_causa'],
  },
]

export const corrupcoes: readonly Corrupcao[] = [
  ...em('pedidos', nosPedidos),
  ...em('antifraude', naAnalise),
  ...corrupcoesDasEtapas,
  ...corrupcoesDosProdutos,
]
