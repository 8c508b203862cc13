// Sessions over time, on a clock of the test's own: renewed, used twice, too many, over.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, beforeEach, test } from 'node:test'
import { credenciaisDe, lugarVazio } from '../gateway_de_teste.ts'
import { abrirContas, type Conta } from './contas.ts'
import { novoCodigo } from './renovacao.ts'
import { criarSenhas } from './senhas.ts'
import { MAXIMO_DE_SESSOES, type SessaoAberta } from './sessoes.ts'

const ONDE = { metodo: 'POST', alvo: '/x', endereco: '127.0.0.1', traceparent: '00-0-0-00' }
const UM_DIA_MS = 24 * 3_600_000
const VIDA_DO_TOKEN_MS = 15 * 60_000

let agoraMs = Date.now()
const lugar = lugarVazio()
const reabrir = () => abrirContas(lugar.configuracao, criarSenhas(), () => agoraMs)
let contas = await reabrir()
after(async () => {
  await contas[Symbol.asyncDispose]()
  lugar[Symbol.dispose]()
})
const { cliente } = credenciaisDe(lugar.configuracao)
const conta = (await contas.porEmail(cliente.email)) as Conta

async function entrar(): Promise<SessaoAberta> {
  const aberta = await contas.sessoes.abrir(conta, ONDE)
  assert.ok(aberta)
  return aberta
}
const renovar = (codigo: string) => contas.sessoes.renovar(codigo, ONDE)
const encerrada = ({ sessao }: SessaoAberta) => contas.sessoes.encerrada(sessao, agoraMs)
function guardadas(): number {
  using banco = new DatabaseSync(join(lugar.configuracao.diretorio, 'dados', 'gateway.db'), {
    readOnly: true,
  })
  return (banco.prepare('select count(*) as n from sessoes').get() as { n: number }).n
}

beforeEach(() => {
  agoraMs += 100 * UM_DIA_MS
})

test('cada código vale uma vez e leva ao seguinte, na mesma sessão', async () => {
  const primeira = await entrar()
  const segunda = await renovar(primeira.renovacao)
  assert.ok(segunda)
  assert.equal(segunda.sessao, primeira.sessao)
  assert.notEqual(segunda.renovacao, primeira.renovacao)
  assert.deepEqual(segunda.usuario, { id: conta.id, papel: 'cliente', cliente_id: 3 })
  assert.ok(await renovar(segunda.renovacao))
})

test('um código usado de novo encerra a sessão inteira e fica na auditoria', async () => {
  const primeira = await entrar()
  const segunda = await renovar(primeira.renovacao)
  const terceira = await renovar(String(segunda?.renovacao))
  assert.ok(terceira)
  assert.equal(encerrada(primeira), false)
  assert.equal(await renovar(primeira.renovacao), undefined)
  assert.equal(encerrada(primeira), true)
  assert.equal(await renovar(terceira.renovacao), undefined, 'o código em vigor também morreu')
  const [linha] = await contas.auditoria.listar({ limite: 1 })
  assert.deepEqual(
    [linha?.acao, linha?.status, linha?.usuario_id, linha?.detalhe],
    ['renovar', 401, conta.id, 'código de renovação repetido: sessão encerrada'],
  )
})

test('de dois usos simultâneos do mesmo código, exatamente um dá certo', async () => {
  const { renovacao } = await entrar()
  const fins = await Promise.all([renovar(renovacao), renovar(renovacao), renovar(renovacao)])
  assert.equal(fins.filter((fim) => fim !== undefined).length, 1)
})

test('um código que nunca foi nosso não encerra nada', async () => {
  const sessao = await entrar()
  const textos = ['', 'x', 'ç'.repeat(64), novoCodigo().texto, `${sessao.renovacao}=`]
  for (const texto of textos) assert.equal(await renovar(texto), undefined, texto)
  assert.equal(encerrada(sessao), false)
  assert.ok(await renovar(sessao.renovacao))
})

test('no banco não há código nenhum, só resumos', async () => {
  const { renovacao } = await entrar()
  using banco = new DatabaseSync(join(lugar.configuracao.diretorio, 'dados', 'gateway.db'))
  const tudo = JSON.stringify(banco.prepare('select * from sessoes').all())
  assert.match(tudo, /"renovacao":"[\w-]{43}"/)
  for (let i = 0; i + 16 <= renovacao.length; i += 16) {
    assert.equal(tudo.includes(renovacao.slice(i, i + 16)), false)
  }
})

test('sem renovar por sete dias a sessão acaba; renovada sempre, acaba em trinta', async () => {
  const parada = await entrar()
  assert.equal(Date.parse(parada.renovacao_expira_em), agoraMs + 7 * UM_DIA_MS)
  let viva = await entrar()
  for (let dia = 6; dia < 30; dia += 6) {
    agoraMs += 6 * UM_DIA_MS
    const renovada = await renovar(viva.renovacao)
    assert.ok(renovada, `dia ${dia}`)
    viva = renovada
  }
  assert.equal(Date.parse(viva.renovacao_expira_em), agoraMs + 6 * UM_DIA_MS)
  assert.equal(await renovar(parada.renovacao), undefined)
  agoraMs += 6 * UM_DIA_MS
  assert.equal(await renovar(viva.renovacao), undefined)
})

test('uma sessão além do limite encerra a mais antiga da conta, e nenhuma outra', async () => {
  const abertas: SessaoAberta[] = []
  for (let i = 0; i <= MAXIMO_DE_SESSOES; i++) {
    agoraMs += 1
    abertas.push(await entrar())
  }
  assert.deepEqual(
    abertas.map(encerrada),
    abertas.map((_, i) => i === 0),
  )
  const [antiga, seguinte] = abertas
  assert.equal(await renovar(String(antiga?.renovacao)), undefined)
  assert.ok(await renovar(String(seguinte?.renovacao)))
})

test('com o relógio atrasado, a sessão nova ainda é a nova', async () => {
  for (let i = 0; i < MAXIMO_DE_SESSOES; i++) await entrar()
  agoraMs -= 60_000
  const nova = await entrar()
  agoraMs += 60_000
  assert.equal(encerrada(nova), false)
  assert.ok(await renovar(nova.renovacao))
})

test('as sessões que acabaram saem do banco aos poucos, com as próximas entradas', async () => {
  for (let i = 0; i < 15; i++) await entrar()
  const antes = guardadas()
  assert.ok(antes >= 15)
  agoraMs += 7 * UM_DIA_MS + VIDA_DO_TOKEN_MS
  await entrar()
  assert.equal(guardadas(), antes + 1, 'um token da última ainda poderia viver')
  agoraMs += 1
  await entrar()
  assert.equal(guardadas(), antes + 2 - 10)
  await entrar()
  await entrar()
  assert.ok(guardadas() <= 5)
})

test('depois de reiniciar, o token de uma sessão encerrada continua sem valer', async () => {
  const [fica, sai] = [await entrar(), await entrar()]
  await contas.sessoes.encerrar({ ...sai.usuario, sessao: sai.sessao }, ONDE)
  agoraMs += VIDA_DO_TOKEN_MS - 1
  await contas[Symbol.asyncDispose]()
  contas = await reabrir()
  assert.deepEqual([encerrada(fica), encerrada(sai)], [false, true])
  assert.equal(await renovar(sai.renovacao), undefined)
})

test('quem conferiu uma senha que mudou nesse meio-tempo não entra', async () => {
  const quem = { ...conta, sessao: 'outra' }
  const antes = (await contas.porId(conta.id)) as Conta
  assert.equal(await contas.mudarSenha(quem, String(antes.senha), 'nova', ONDE), true)
  assert.equal(await contas.sessoes.abrir(antes, ONDE), undefined)
  assert.equal(await contas.mudarSenha(quem, String(antes.senha), 'outra', ONDE), false)
  await contas.mudarSenha(quem, 'nova', String(antes.senha), ONDE)
  assert.ok(await contas.sessoes.abrir(antes, ONDE))
})
