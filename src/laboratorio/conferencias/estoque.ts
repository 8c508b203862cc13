// Stock: what came in and left the shelf is what was sold, unit by unit.
import type { Conferencias } from './livros.ts'

export const estoque = {
  reservado_e_livre: `
    with reservado as (
      select i.produto_id, sum(i.quantidade) as unidades
      from estoque.itens_separacao i
        join estoque.separacao_estoque s on s.pedido_id = i.pedido_id
      where s.status = 'concluido' group by i.produto_id),
    reposto as (
      select produto_id, sum(quantidade) as unidades from reposicoes group by produto_id),
    movimento as (
      select p.produto_id, p.inicial + coalesce(e.unidades, 0) - p.livre as saidas,
        coalesce(r.unidades, 0) as reservadas
      from estoque.produtos_local p left join reservado r on r.produto_id = p.produto_id
        left join reposto e on e.produto_id = p.produto_id)
    select null as pedido_id, 'produto ' || produto_id || ': saíram ' || saidas
      || ' unidades e há ' || reservadas || ' reservadas' as detalhe
    from movimento where saidas <> reservadas
    union all
    select null, 'produto ' || produto_id || ': ' || unidades || ' reservadas do que não existe'
    from reservado where produto_id not in (select produto_id from estoque.produtos_local)
    union all
    select null, 'produto ' || produto_id || ': ' || unidades || ' repostas do que não existe'
    from reposto where produto_id not in (select produto_id from estoque.produtos_local)`,

  unidades_negativas: `
    select null as pedido_id, 'produto ' || produto_id || ': inicial ' || inicial || ', livre '
      || livre as detalhe
    from estoque.produtos_local where livre < 0 or inicial < 0
    union all
    select pedido_id, 'produto ' || produto_id || ': reserva de ' || quantidade || ' unidades'
    from estoque.itens_separacao where quantidade < 1
    union all
    select null, 'produto ' || produto_id || ': reposição de ' || quantidade || ' unidades'
    from reposicoes where quantidade < 1`,

  reservado_se_enviado: `
    select v.pedido_id, v.status || ' com a separação ' || coalesce(s.status, 'por fazer')
      as detalhe
    from vivos v left join estoque.separacao_estoque s on s.pedido_id = v.pedido_id
    where v.terminado and (coalesce(s.status, '') = 'concluido') <> v.enviado
      and 'estoque' not in ausentes
    union all
    select s.pedido_id, 'reserva sem pedido vivo'
    from estoque.separacao_estoque s
    where s.status = 'concluido' and s.pedido_id <= (select teto from parametros)
      and not exists (select 1 from vivos v where v.pedido_id = s.pedido_id)`,

  reserva_igual_ao_pedido: `
    select i.pedido_id, 'produto ' || i.produto_id || ': pedidas ' || i.quantidade
      || ', reservadas ' || coalesce(r.quantidade, 0) as detalhe
    from vivos v
      join estoque.separacao_estoque s on s.pedido_id = v.pedido_id and s.status = 'concluido'
      join pedidos.itens_pedido i on i.pedido_id = v.pedido_id
      left join estoque.itens_separacao r
        on r.pedido_id = i.pedido_id and r.produto_id = i.produto_id
    where r.quantidade is not i.quantidade
    union all
    select r.pedido_id, 'produto ' || r.produto_id || ': reservadas ' || r.quantidade
      || ', pedidas 0'
    from vivos v
      join estoque.separacao_estoque s on s.pedido_id = v.pedido_id and s.status = 'concluido'
      join estoque.itens_separacao r on r.pedido_id = v.pedido_id
    where not exists (select 1 from pedidos.itens_pedido i
      where i.pedido_id = r.pedido_id and i.produto_id = r.produto_id)`,
} satisfies Conferencias
