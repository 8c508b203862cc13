// The acts on products: each in its service's own book, whole, once, and agreed on by the others.
import { INSTANTE } from './diario.ts'
import type { Conferencias } from './livros.ts'

const emCada = (consulta: (tabela: string) => string): string =>
  ['alteracoes', 'reposicoes'].map(consulta).join('\n    union all')

/** `admin/<number>/<Ato>/<key>`; the key may hold anything, more of the same included. */
const doAdmin = (ato: string, causa = 'causa'): string =>
  `(${causa} glob 'admin/[1-9]*' and ltrim(substr(${causa}, 7), '0123456789') glob '/${ato}/?*')`

export const produtos = {
  atos_sem_falta: emCada(
    (tabela) => `
    select null as pedido_id, '${tabela}: falta a linha antes de ' || a.id as detalhe
    from ${tabela} a
    where a.id <> 1 and not exists (select 1 from ${tabela} b where b.id = a.id - 1)`,
  ),

  um_ato_por_causa: emCada(
    (tabela) => `
    select null as pedido_id, '${tabela}: ' || count(*) || ' linhas com a causa ' || causa
      as detalhe
    from ${tabela} group by causa having count(*) > 1`,
  ),

  /** Named by who asked and under which key, or by its own place where no key is asked for. */
  causa_do_ato: `
    select null as pedido_id, 'alteracoes: ' || tipo || ' com a causa ' || causa || ' em '
      || instante as detalhe
    from alteracoes
    where instante not glob '${INSTANTE}' or not iif(tipo = 'ProdutoCriado',
      ${doAdmin('CriarProduto')},
      causa = 'produto/' || produto_id || '/MudarProduto/' || id)
    union all
    select null, 'reposicoes: causa ' || causa || ' em ' || instante
    from reposicoes
    where instante not glob '${INSTANTE}' or not (${doAdmin('ReporEstoque')}
      or ${doAdmin('CriarProduto')})`,

  /** What was last said of a product is what it is. */
  produto_e_alteracoes: `
    with ultimas as (
      select produto_id, dados from alteracoes
      where id in (select max(id) from alteracoes group by produto_id))
    select null as pedido_id, 'produto ' || u.produto_id || ': ' || coalesce(p.nome, 'nenhum')
      || ' a ' || coalesce(p.preco_centavos, 0) || ', dito ' || u.dados as detalhe
    from ultimas u left join catalogo.produtos p on p.id = u.produto_id
    where not iif(json_valid(u.dados), p.nome is (u.dados ->> '$.nome')
      and p.preco_centavos is (u.dados ->> '$.preco_centavos'), false)`,

  estoque_de_produto: `
    select null as pedido_id, 'produto ' || produto_id || ': está no estoque e não no catálogo'
      as detalhe
    from estoque.produtos_local
    where produto_id not in (select id from catalogo.produtos)`,

  /** The first units of a new product are those that it was created with. */
  unidades_da_criacao: `
    select null as pedido_id, 'produto ' || r.produto_id || ': entraram ' || r.quantidade
      || ' unidades com a criação, dita ' || coalesce(a.dados, 'por ninguém') as detalhe
    from reposicoes r left join alteracoes a on a.causa = r.causa
    where ${doAdmin('CriarProduto', 'r.causa')}
      and not coalesce(a.produto_id = r.produto_id and iif(json_valid(a.dados),
        r.quantidade is (a.dados ->> '$.unidades'), false), false)`,
} satisfies Conferencias
