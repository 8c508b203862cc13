-- How far the log has been told to each destination, and what a destination refused for good.
create table if not exists cursores (
  destino text primary key,
  ultimo_id integer not null,         -- all up to here was acknowledged there
  firme_id integer not null,          -- all up to here so long ago that no power cut takes it back
  boot text not null,                 -- the run of the machine in which this was written
  instante text not null              -- UTC, ISO 8601
);

create table if not exists eventos_retidos (
  destino text not null,
  id integer not null,                -- of the event in the log
  codigo text not null,
  mensagem text not null,
  instante text not null,             -- UTC, ISO 8601
  primary key (destino, id)
);
