// What every hop of the bare twins writes: two rows per request, all those of one turn of the event
// loop in one FULL commit. Shared, so that the twins differ in how they call and in nothing else.
import { DatabaseSync } from 'node:sqlite'

/** Opens the database; what it returns is settled when both rows are on the disk. */
export function abrirGravacao(arquivo: string): (texto: string) => Promise<void> {
  const db = new DatabaseSync(arquivo)
  db.exec('pragma journal_mode=wal; pragma synchronous=full')
  db.exec('create table evento (id integer primary key, causa text unique, dados text)')
  db.exec('create table estado (id integer primary key, dados text)')
  const inserirEvento = db.prepare('insert into evento (causa, dados) values (?, ?)')
  const inserirEstado = db.prepare('insert into estado (dados) values (?)')

  let fila: { texto: string; pronto: () => void }[] = []
  let n = 0
  function escoar(): void {
    const lote = fila
    fila = []
    db.exec('begin')
    for (const { texto } of lote) {
      inserirEvento.run(`${++n}/${arquivo}`, texto)
      inserirEstado.run(texto)
    }
    db.exec('commit')
    for (const { pronto } of lote) pronto()
  }
  return (texto) =>
    new Promise((pronto) => {
      fila.push({ texto, pronto })
      if (fila.length === 1) setImmediate(escoar)
    })
}
