// The changes of status from a SQLite log; from PostgreSQL they are an integration test.
import { readFileSync } from 'node:fs'
import { abrirBancoDeTeste } from '../../../testes/banco.ts'
import { mudancas } from '../../../testes/mudancas.features.ts'

const ESQUEMA = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8')

mudancas('SQLite', () => abrirBancoDeTeste(ESQUEMA))
