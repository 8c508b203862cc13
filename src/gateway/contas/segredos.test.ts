// Canaries: nothing secret or personal of an account reaches the log or the audit rows, whatever is
// done with it.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { credenciaisDe, lugarVazio, requisitar, servicosFalsos } from '../gateway_de_teste.ts'
import { gatewayEmProcesso } from '../processo_de_teste.ts'
import * as respostas from '../respostas.ts'

const EMAIL = 'canario.do.email@example.com'
const SENHA = 'canario-da-senha-1'
const NOVA = 'canario-da-senha-2'
const ERRADA = 'canario-da-senha-errada'
const CPF = '529.982.247-25'
const OUTRO_CPF = '111.444.777-35'

/** Every way in which an account is used, well and badly; returns all that nobody may see. */
async function usar(url: string, admin: object): Promise<string[]> {
  const pedir = (metodo: string, caminho: string, corpo?: unknown, token?: string) =>
    requisitar(url, metodo, caminho, { corpo, token })
  const cadastro = { nome: 'Canário', email: EMAIL, senha: SENHA, cpf: CPF }
  assert.equal((await pedir('POST', '/auth/cadastro', cadastro)).status, 201)
  assert.equal((await pedir('POST', '/auth/cadastro', cadastro)).status, 409)
  assert.equal((await pedir('POST', '/auth/cadastro', { ...cadastro, cpf: '1' })).status, 422)
  const certa = await pedir('POST', '/auth/login', { email: EMAIL, senha: SENHA })
  const primeira = respostas.sessao.parse(certa.json)
  await pedir('POST', '/auth/login', { email: EMAIL, senha: ERRADA })
  await pedir('POST', '/auth/login', { email: ERRADA, senha: EMAIL })
  const { renovacao } = primeira
  const renovada = await pedir('POST', '/auth/renovar', { renovacao })
  const segunda = respostas.sessao.parse(renovada.json)
  const troca = { senha_atual: SENHA, senha_nova: NOVA }
  const errada = { ...troca, senha_atual: ERRADA }
  assert.equal((await pedir('PUT', '/auth/senha', errada, segunda.token)).status, 401)
  assert.equal((await pedir('PUT', '/auth/senha', troca, segunda.token)).status, 204)
  const perfil = { nome: 'Canário', cpf: OUTRO_CPF }
  assert.equal((await pedir('PATCH', '/auth/eu', perfil, segunda.token)).status, 200)
  assert.equal((await pedir('POST', '/auth/renovar', { renovacao })).status, 401)
  await pedir('GET', `/auth/eu?token=${segunda.token}&email=${EMAIL}`)
  const daAdministracao = await pedir('POST', '/auth/login', admin)
  const { token } = respostas.sessao.parse(daAdministracao.json)
  const chave = await pedir('POST', `/admin/chaves?email=${EMAIL}`, { senha: NOVA }, token)
  assert.equal(chave.status, 201)
  const papel = { papel: 'operador', senha: SENHA, cpf: CPF }
  assert.equal((await pedir('PATCH', '/admin/usuarios/999', papel, token)).status, 404)
  await pedir('POST', '/auth/sair', undefined, token)
  const sessoes = [primeira, segunda].flatMap((sessao) => [sessao.token, sessao.renovacao])
  const cpfs = [CPF, OUTRO_CPF].flatMap((cpf) => [cpf, cpf.replaceAll(/\D/g, '')])
  return [...sessoes, token, EMAIL, 'canario', 'Canário', SENHA, NOVA, ERRADA, ...cpfs]
}

test('senha, token, código, e-mail e CPF não chegam ao registro nem à auditoria', async () => {
  using lugar = lugarVazio()
  const { configuracao } = lugar
  await using falsos = await servicosFalsos({})
  const gateway = await gatewayEmProcesso(configuracao, falsos.enderecos)
  const segredos = await usar(gateway.url, credenciaisDe(configuracao).admin)
  const { codigo, registro } = await gateway.encerrar()
  assert.equal(codigo, 0)

  using banco = new DatabaseSync(join(configuracao.diretorio, 'dados', 'gateway.db'), {
    readOnly: true,
  })
  const linhas = banco.prepare('select * from auditoria order by id').all() as {
    acao: string
    status: number
  }[]
  const auditoria = JSON.stringify(linhas)
  for (const segredo of segredos) {
    assert.equal(registro.includes(segredo), false, `no registro: ${segredo}`)
    assert.equal(auditoria.includes(segredo), false, `na auditoria: ${segredo}`)
  }
  // Both saw all of it happen.
  assert.equal(registro.match(/"rota":"\/auth\/login"/g)?.length, 4)
  assert.deepEqual(
    linhas.map(({ acao, status }) => `${acao} ${status}`),
    [
      'cadastrar 201',
      'cadastrar 409',
      'entrar 401',
      'entrar 401',
      'mudar_senha 401',
      'mudar_senha 204',
      'mudar_conta 200',
      'renovar 401',
      'entrar 200',
      'rotacionar_chaves 201',
      'mudar_papel 404',
      'sair 204',
    ],
  )
  assert.match(auditoria, /c\*\*\*@example\.com/)
})
