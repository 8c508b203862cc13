// The first start: accounts, credentials file, keys; and that a later start keeps them.
import assert from 'node:assert/strict'
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { type NomeServico, SERVICOS } from '../../contratos/ids.ts'
import type { ErroDeInicio } from '../../persistencia/database.ts'
import { abrirGateway } from '../gateway.ts'
import { credenciaisDe, lugarVazio, NINGUEM, requisitar } from '../gateway_de_teste.ts'
import { gravarCredenciais, inventarCredenciais } from './credenciais.ts'

const enderecos = Object.fromEntries(SERVICOS.map((nome) => [nome, NINGUEM])) as Record<
  NomeServico,
  string
>
const modoDe = (arquivo: string): number => statSync(arquivo).mode & 0o777

test('o primeiro início cria três contas que entram, em um arquivo só do dono', async () => {
  using lugar = lugarVazio()
  const { configuracao } = lugar
  await using gateway = await abrirGateway(configuracao, enderecos, 0)
  const arquivo = join(configuracao.diretorio, 'credenciais.json')
  assert.equal(modoDe(arquivo), 0o600)
  const credenciais = credenciaisDe(configuracao)
  assert.deepEqual(Object.keys(credenciais).sort(), ['admin', 'cliente', 'operador'])
  for (const [papel, corpo] of Object.entries(credenciais)) {
    assert.ok(Buffer.from(corpo.senha, 'base64url').length * 8 >= 120)
    const { json } = await requisitar(gateway.url, 'POST', '/auth/login', { corpo })
    const eu = await requisitar(gateway.url, 'GET', '/auth/eu', { token: String(json.token) })
    assert.deepEqual([eu.json.papel, eu.json.email], [papel, `${papel}@quatrovias.local`])
    assert.equal(eu.json.cliente_id, papel === 'cliente' ? 3 : null)
  }
})

test('os clientes gerados entram no banco sem senha, e o banco é só do dono', async () => {
  using lugar = lugarVazio()
  const { configuracao } = lugar
  const arquivo = join(configuracao.diretorio, 'dados', 'gateway.db')
  {
    await using _gateway = await abrirGateway(configuracao, enderecos, 0)
    for (const fim of ['', '-wal', '-shm']) assert.equal(modoDe(`${arquivo}${fim}`), 0o600, fim)
  }
  using banco = new DatabaseSync(arquivo, { readOnly: true })
  const historicos = banco
    .prepare(`select nome, email, senha, papel, cliente_id from usuarios
      where origem = 'historico' order by cliente_id`)
    .all()
    .map((linha) => Object.values(linha))
  assert.deepEqual(historicos, [
    ['Ana', 'cliente_1_ana@example.com', null, 'cliente', 1],
    ['Bia', 'cliente_2_bia@example.com', null, 'cliente', 2],
  ])
  const { tudo } = banco.prepare('select group_concat(senha) as tudo from usuarios').get() as {
    tudo: string
  }
  for (const { senha } of Object.values(credenciaisDe(configuracao))) {
    assert.equal(tudo.includes(senha), false)
  }
})

test('o segundo início mantém contas, senhas e chave: o token antigo ainda vale', async () => {
  using lugar = lugarVazio()
  const { configuracao } = lugar
  const arquivo = join(configuracao.diretorio, 'credenciais.json')
  let token: string
  let antes: string
  {
    await using gateway = await abrirGateway(configuracao, enderecos, 0)
    antes = readFileSync(arquivo, 'utf8')
    const corpo = credenciaisDe(configuracao).operador
    const login = await requisitar(gateway.url, 'POST', '/auth/login', { corpo })
    token = String(login.json.token)
  }
  rmSync(configuracao.ecommerce)
  await using gateway = await abrirGateway(configuracao, enderecos, 0)
  assert.equal(readFileSync(arquivo, 'utf8'), antes)
  const eu = await requisitar(gateway.url, 'GET', '/auth/eu', { token })
  assert.deepEqual([eu.status, eu.json.papel], [200, 'operador'])
  const corpo = credenciaisDe(configuracao).operador
  assert.equal((await requisitar(gateway.url, 'POST', '/auth/login', { corpo })).status, 200)
})

test('um banco da versão 0.1.0 abre, e as suas contas ganham o que é novo', async () => {
  using lugar = lugarVazio()
  const { configuracao } = lugar
  {
    await using _gateway = await abrirGateway(configuracao, enderecos, 0)
  }
  {
    using banco = new DatabaseSync(join(configuracao.diretorio, 'dados', 'gateway.db'))
    banco.exec('drop table auditoria; drop table sessoes; drop table perfis')
  }
  await using gateway = await abrirGateway(configuracao, enderecos, 0)
  const { cliente, operador } = credenciaisDe(configuracao)
  const pedir = (metodo: string, caminho: string, corpo: unknown, token?: string) =>
    requisitar(gateway.url, metodo, caminho, { corpo, token })
  assert.equal((await pedir('POST', '/auth/login', operador)).status, 200)
  const { json } = await pedir('POST', '/auth/login', cliente)
  const cpf = '12345678909'
  const mudada = await pedir('PATCH', '/auth/eu', { cpf }, String(json.token))
  assert.deepEqual([mudada.status, mudada.json.cpf], [200, '***.456.789-**'])
})

test('um arquivo de senhas que ficou de um início interrompido é refeito', async () => {
  using lugar = lugarVazio()
  const { configuracao } = lugar
  {
    await using _gateway = await abrirGateway(configuracao, enderecos, 0)
  }
  // As after a crash between the file and the commit: passwords that no database knows.
  rmSync(join(configuracao.diretorio, 'dados'), { recursive: true })
  const orfas = inventarCredenciais()
  gravarCredenciais(configuracao.diretorio, orfas)
  writeFileSync(join(configuracao.diretorio, 'credenciais.json.parcial'), '{', { mode: 0o644 })
  await using gateway = await abrirGateway(configuracao, enderecos, 0)
  assert.equal(modoDe(join(configuracao.diretorio, 'credenciais.json')), 0o600)
  const nova = credenciaisDe(configuracao).admin
  assert.notEqual(nova.senha, orfas.admin.senha)
  assert.equal((await requisitar(gateway.url, 'POST', '/auth/login', { corpo: nova })).status, 200)
})

test('sem os dados sintéticos, ou com outros, o início falha com código 2', async () => {
  using lugar = lugarVazio()
  const { configuracao } = lugar
  const falha = (trecho: RegExp) => (erro: ErroDeInicio) =>
    erro.exitCode === 2 && trecho.test(erro.message)
  const semDados = { ...configuracao, ecommerce: '/nao/existe.db' }
  await assert.rejects(abrirGateway(semDados, enderecos, 0), falha(/npm run dados/))
  writeFileSync(configuracao.ecommerce, 'isto não é um banco')
  await assert.rejects(abrirGateway(configuracao, enderecos, 0), falha(/não servem/))
})
