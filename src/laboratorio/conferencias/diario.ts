// The logs: no line lost, one line per command, each one well formed.
import type { NomeServico } from '../../contratos/ids.ts'
import { SERVICOS } from './gramatica.ts'
import type { Conferencias } from './livros.ts'

const emCada = (consulta: (servico: NomeServico) => string): string =>
  SERVICOS.map(consulta).join('\n    union all')

export const INSTANTE = [
  '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]',
  '[0-2][0-9]:[0-5][0-9]:[0-6][0-9].[0-9][0-9][0-9]Z',
].join('T')

export const diario = {
  eventos_sem_falta: emCada(
    (servico) => `
    select null as pedido_id, '${servico}: falta o evento antes do ' || e.id as detalhe
    from ${servico}.eventos e
    where e.id <> 1 and not exists (select 1 from ${servico}.eventos a where a.id = e.id - 1)`,
  ),

  um_evento_por_causa: emCada(
    (servico) => `
    select min(pedido_id) as pedido_id,
      '${servico}: ' || count(*) || ' eventos com a causa ' || causa as detalhe
    from ${servico}.eventos group by causa having count(*) > 1`,
  ),

  /** Rule K1: `<pedido_id>/<Comando>`, or the client and its own key for the order's creation. */
  causa_natural: emCada(
    (servico) => `
    select e.pedido_id, '${servico}: ' || e.tipo || ' com a causa ' || e.causa as detalhe
    from ${servico}.eventos e
    where not iif(e.tipo = 'PedidoCriado',
      '${servico}' = 'pedidos' and json_valid(e.dados)
        and e.causa glob 'cliente/' || (e.dados ->> '$.cliente_id') || '/?*',
      exists (select 1 from gramatica g where g.servico = '${servico}' and g.tipo = e.tipo
        and e.causa = e.pedido_id || '/' || g.comando))`,
  ),

  dados_do_evento: emCada(
    (servico) => `
    select e.pedido_id, '${servico}: evento ' || e.id || ' de ' || e.instante || ': '
      || substr(e.dados, 1, 200) as detalhe
    from ${servico}.eventos e
    where not iif(json_valid(e.dados), e.dados ->> '$.pedido_id' is e.pedido_id
      and e.dados ->> '$.tipo' is e.tipo, 0)
      or e.instante not glob '${INSTANTE}'`,
  ),
} satisfies Conferencias
