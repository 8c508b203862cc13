-- The simulated provider's own books, apart from ours: append-only, written before it answers.
create table if not exists lancamentos (
  id integer primary key,
  chave text not null,                -- the first answer per key wins
  operacao text not null check (operacao in ('cobranca', 'estorno')),
  resultado text not null check (resultado in ('aprovada', 'recusada', 'estornada')),
  motivo text,
  valor_centavos bigint,
  instante text not null,
  unique (chave, operacao)
);
