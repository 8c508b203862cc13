-- Every message of every topic. The same name may be another topic, once deleted and made again:
-- the cluster's own identity of it tells them apart, because offsets begin again.
create table if not exists topicos (
  id integer primary key,
  nome text not null,
  identidade text not null,
  unique (nome, identidade)
) strict;

-- Which of them has the name now: another cluster may be asked for one start, and the first again.
create table if not exists topicos_atuais (
  nome text primary key,
  topico_id integer not null references topicos
) strict, without rowid;

-- id: the n-th message taken down, without gaps, so that the oldest and the newest say how many.
-- Without rowid: an index is bounded by (instante_ms, id) only if id is a column like others.
-- chave and valor are text, or base64 where em_base64 has the bit 1 (chave) or 2 (valor).
-- tamanho: bytes of the value as it came, of which valor may be only the beginning.
-- cabecalhos: JSON, [[nome, valor], …], a valor that is no text being {"base64": …}.
create table if not exists mensagens (
  id integer primary key,
  topico_id integer not null references topicos,
  particao integer not null,
  deslocamento integer not null,
  instante_ms integer not null,
  auditada_ms integer not null,
  pedido_id integer,
  em_base64 integer not null,
  tamanho integer,
  chave text,
  cabecalhos text not null,
  valor text,
  unique (topico_id, particao, deslocamento)
) strict, without rowid;
create index if not exists mensagens_por_instante on mensagens (instante_ms, id, topico_id);
create index if not exists mensagens_por_pedido on mensagens (pedido_id, instante_ms, id)
  where pedido_id is not null;

-- What was taken down of each partition; stays when the messages are removed.
create table if not exists contagens (
  topico_id integer not null references topicos,
  particao integer not null,
  auditadas integer not null,
  primeiro integer not null,
  ultimo integer not null,
  primary key (topico_id, particao)
) strict, without rowid;
