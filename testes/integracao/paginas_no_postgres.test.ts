// What pedidos reads and keeps, from PostgreSQL: the same SQL text, the same answers.
import { readFileSync } from 'node:fs'
import { after, before } from 'node:test'
import { abrirPostgres } from '../../src/persistencia/postgres.ts'
import { mortas } from '../mortas.features.ts'
import { mudancas } from '../mudancas.features.ts'
import { paginas } from '../paginas.features.ts'
import { abrirPostgresDeTeste, type PostgresDeTeste } from '../postgres.ts'

const PASTA = new URL('../../src/', import.meta.url)
const ESQUEMA = ['persistencia/eventos.sql', 'servicos/pedidos/schema.sql']
  .map((nome) => readFileSync(new URL(nome, PASTA), 'utf8'))
  .join('\n')

let servidor: PostgresDeTeste
before(async () => {
  servidor = await abrirPostgresDeTeste()
})
after(async () => servidor?.[Symbol.asyncDispose]())

const abrir = async () => abrirPostgres(await servidor.novaBase(), 'pedidos', ESQUEMA)
paginas('PostgreSQL', abrir, 30)
mudancas('PostgreSQL', abrir)
mortas('PostgreSQL', abrir)
