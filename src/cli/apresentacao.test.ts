// What the first start shows and no other does.
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { adminCriadoDesde, apresentar } from './apresentacao.ts'
import { abrirTerminal } from './terminal_de_teste.ts'

const ESTADO = { pronto: true, gateway: 'http://127.0.0.1:8080', servicos: {} }
const ADMIN = { email: 'admin@quatrovias.local', senha: 'uma-senha' }
const tela = (admin?: typeof ADMIN) =>
  stripVTControlCharacters(apresentar(ESTADO, 'credenciais.json', 'realista', 1_000, admin))

test('o administrador recém-criado aparece com a senha, e só desta vez', () => {
  assert.match(
    tela(ADMIN),
    /administrador +admin@quatrovias\.local .*senha uma-senha .*só desta vez/,
  )
})

test('nos demais inícios a tela só diz onde está o arquivo', () => {
  assert.match(tela(), /credenciais +credenciais\.json/)
  assert.doesNotMatch(tela(), /senha/)
})

test('o administrador é recém-criado quando o arquivo foi escrito depois do início', (t) => {
  using terminal = abrirTerminal(t)
  const arquivo = join(terminal.diretorio, 'credenciais.json')
  assert.equal(adminCriadoDesde(0, arquivo), undefined)
  terminal.gravar('credenciais.json', { admin: ADMIN })
  const { mtimeMs } = statSync(arquivo)
  assert.deepEqual(adminCriadoDesde(mtimeMs, arquivo), ADMIN)
  assert.equal(adminCriadoDesde(mtimeMs + 1, arquivo), undefined)
})
