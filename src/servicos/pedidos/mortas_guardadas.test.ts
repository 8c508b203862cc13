// The dead letters in SQLite.
import { readFileSync } from 'node:fs'
import { abrirBancoDeTeste } from '../../../testes/banco.ts'
import { mortas } from '../../../testes/mortas.features.ts'

const ESQUEMA = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8')
mortas('SQLite', () => abrirBancoDeTeste(ESQUEMA))
