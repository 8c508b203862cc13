// One wrong thing at a time in what administrators did to products and their stock.
import { type Corrupcao, em, type NumLivro } from './corrupcoes_das_etapas_de_teste.ts'

const umaReposicao = (id: string, causa: string, produto: string, quantidade: number): string =>
  `insert into reposicoes values
    (${id}, '${causa}', ${produto}, ${quantidade}, 0, '2026-01-01T00:00:00.000Z')`
const PROXIMA = '(select max(id) + 1 from reposicoes)'

const noEstoque: readonly NumLivro[] = [
  {
    nome: 'reposição sem as suas unidades',
    sql: () => umaReposicao(PROXIMA, 'admin/1/ReporEstoque/x', '1', 5),
    espera: ['reservado_e_livre'],
  },
  {
    nome: 'unidades repostas sem a sua linha',
    sql: () => `delete from reposicoes where id = (select max(id) from reposicoes)`,
    espera: ['reservado_e_livre'],
  },
  {
    nome: 'reposição que sumiu do meio',
    sql: () => `update produtos_local set livre = livre - 4 where produto_id = 1;
      delete from reposicoes where id = 2`,
    espera: ['atos_sem_falta'],
  },
  {
    nome: 'reposição de menos de uma unidade',
    sql: () => `update produtos_local set livre = livre - 4 where produto_id = 1;
      update reposicoes set quantidade = 0 where id = 2`,
    espera: ['unidades_negativas'],
  },
  {
    nome: 'reposição de produto que o estoque não tem',
    sql: () => umaReposicao(PROXIMA, 'admin/1/ReporEstoque/x', '900', 5),
    espera: ['reservado_e_livre'],
  },
  {
    nome: 'duas reposições da mesma causa',
    sql: () => `create table r as select * from reposicoes;
      insert into r select max(id) + 1, causa, produto_id, quantidade, livre, instante
        from reposicoes where produto_id = 1;
      update produtos_local set livre = livre + 4 where produto_id = 1;
      drop table reposicoes; alter table r rename to reposicoes`,
    espera: ['um_ato_por_causa'],
  },
  {
    nome: 'reposição sem quem a pediu',
    sql: () => `update reposicoes set causa = 'admin/ReporEstoque/a' where id = 2`,
    espera: ['causa_do_ato'],
  },
  {
    nome: 'produto no estoque que o catálogo não tem',
    sql: () => 'insert into produtos_local values (900, 0, 0)',
    espera: ['estoque_de_produto'],
  },
  {
    nome: 'unidades da criação a mais',
    sql: (p) => `update produtos_local set livre = livre + 1 where produto_id = ${p.produtoNovo};
      update reposicoes set quantidade = 8 where produto_id = ${p.produtoNovo}`,
    espera: ['unidades_da_criacao'],
  },
  {
    nome: 'unidades de uma criação que ninguém pediu',
    sql: () => `update reposicoes set causa = 'admin/1/CriarProduto/a' where id = 2`,
    espera: ['unidades_da_criacao'],
  },
]

const noCatalogo: readonly NumLivro[] = [
  {
    nome: 'preço mudado sem que alguém o dissesse',
    sql: (p) => `update produtos set preco_centavos = 1 where id = ${p.produtoNovo}`,
    espera: ['produto_e_alteracoes'],
  },
  {
    nome: 'alteração perdida',
    sql: (p) => `delete from alteracoes
      where tipo = 'ProdutoMudado' and produto_id = ${p.produtoNovo}`,
    espera: ['produto_e_alteracoes'],
  },
  {
    nome: 'produto perdido',
    sql: (p) => `delete from produtos where id = ${p.produtoNovo}`,
    espera: ['produto_e_alteracoes', 'estoque_de_produto'],
  },
  {
    nome: 'criação perdida',
    sql: () => `delete from alteracoes where tipo = 'ProdutoCriado'`,
    espera: ['atos_sem_falta', 'unidades_da_criacao'],
  },
  {
    nome: 'mudança com a causa de outra',
    sql: () => `update alteracoes set causa = 'produto/1/MudarProduto/1'
      where tipo = 'ProdutoMudado'`,
    espera: ['causa_do_ato'],
  },
]

export const corrupcoesDosProdutos: readonly Corrupcao[] = [
  ...em('estoque', noEstoque),
  ...em('catalogo', noCatalogo),
]
