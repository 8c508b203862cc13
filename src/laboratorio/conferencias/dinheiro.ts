// Money: the provider's ledger against the orders and against what pagamentos wrote down.
import type { Conferencias } from './livros.ts'

export const dinheiro = {
  /** An open order may be charged already; twice never. */
  cobrado_se_enviado: `
    select v.pedido_id,
      v.status || ' com ' || coalesce(c.liquido, 0) || ' cobrança(s) sem estorno no provedor'
        as detalhe
    from vivos v left join cobrancas c on c.pedido_id = v.pedido_id
    where coalesce(c.liquido, 0) > 1 or (v.terminado and coalesce(c.liquido, 0) <> v.enviado
      and 'pagamentos' not in ausentes)`,

  valor_cobrado: `
    select v.pedido_id, 'o provedor cobrou de ' || coalesce(c.menor_valor, 'nada') || ' a '
      || coalesce(c.maior_valor, 'nada') || ' centavos; o total é ' || v.total_centavos as detalhe
    from vivos v join cobrancas c on c.pedido_id = v.pedido_id
    where c.aprovadas + c.recusadas > 0
      and (c.menor_valor is not v.total_centavos or c.maior_valor is not v.total_centavos)`,

  total_do_pedido: `
    select pedido_id, 'o total é ' || total_centavos || ' centavos; os itens somam '
      || coalesce(soma, 'nada') as detalhe
    from (select v.pedido_id, v.total_centavos,
        (select sum(i.quantidade * i.preco_unitario_centavos) from pedidos.itens_pedido i
         where i.pedido_id = v.pedido_id) as soma
      from vivos v)
    where soma is not total_centavos`,

  /** A refund reaches the ledger first, so only a finished order may not be caught in between. */
  pagamento_e_provedor: `
    select p.pedido_id, 'pagamento ' || p.status || ' de ' || coalesce(p.valor_centavos, 'nenhum')
      || ' centavos; no provedor ' || coalesce(c.aprovadas, 0) || ' aprovada(s), '
      || coalesce(c.recusadas, 0) || ' recusada(s) e ' || coalesce(c.estornos, 0) || ' estorno(s)'
      as detalhe
    from pagamentos.pagamentos p
      left join cobrancas c on c.pedido_id = p.pedido_id
      left join vivos v on v.pedido_id = p.pedido_id
    where p.origem = 'vivo' and not coalesce(case p.status
      when 'aprovado' then c.aprovadas = 1 and p.valor_centavos is c.maior_valor
        and (c.estornos = 0 or not coalesce(v.terminado, 0))
      when 'rejeitado' then c.recusadas > 0 and c.liquido = 0
        and p.valor_centavos is c.maior_valor
      when 'estornado' then c.estornos > 0 and c.liquido = 0
        and p.valor_centavos is iif(p.valor_centavos is null, null, c.maior_valor)
      else not coalesce(v.terminado, 0) end, 0)
    union all
    select v.pedido_id, v.status || ' sem registro em pagamentos; no provedor '
      || coalesce(c.aprovadas, 0) || ' cobrança(s) aprovada(s)'
    from vivos v left join cobrancas c on c.pedido_id = v.pedido_id
    where 'pagamentos' not in ausentes
      and v.terminado and (v.enviado or c.aprovadas + c.recusadas > 0)
      and not exists (select 1 from pagamentos.pagamentos p where p.pedido_id = v.pedido_id)`,

  /** Append-only: a missing line is a line taken away. */
  livro_do_provedor: `
    select null as pedido_id, 'falta o lançamento antes do ' || l.id as detalhe
    from provedor.lancamentos l
    where l.id <> 1 and not exists (select 1 from provedor.lancamentos a where a.id = l.id - 1)
    union all
    select null, 'o lançamento ' || id || ' tem a chave "' || chave || '", que não é um número'
    from provedor.lancamentos where chave <> cast(cast(chave as integer) as text)
      or cast(chave as integer) < 1
    union all
    select cast(chave as integer), 'a ' || operacao || ' foi ' || resultado
    from provedor.lancamentos where (operacao = 'estorno') <> (resultado = 'estornada')`,
} satisfies Conferencias

/** Approved charges of numbers that are no live order: a client that only pays may make those. */
export const COBRANCAS_AVULSAS = `
  select count(*) as n from provedor.lancamentos l
  where l.resultado = 'aprovada'
    and cast(l.chave as integer) <= (select teto from parametros)
    and not exists (select 1 from vivos v where v.pedido_id = cast(l.chave as integer))`
