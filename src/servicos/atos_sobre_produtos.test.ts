// The acts on products over SQLite; over PostgreSQL they are asked in testes/contrato.
import { readFileSync } from 'node:fs'
import { atosSobreProdutos } from '../../testes/atos_sobre_produtos.features.ts'
import { abrirBancoDeTeste } from '../../testes/banco.ts'

atosSobreProdutos('sqlite', (modulo) => abrirBancoDeTeste(readFileSync(modulo.esquema, 'utf8')))
