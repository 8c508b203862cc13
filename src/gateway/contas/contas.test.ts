// Accounts as an administrator lists and changes them.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { ErroDeNegocio } from '../../contratos/errors.ts'
import { CLIENTE_ID, credenciaisDe, lugarVazio } from '../gateway_de_teste.ts'
import { abrirContas, type ContaVisivel } from './contas.ts'
import { criarSenhas } from './senhas.ts'

const ONDE = { metodo: 'POST', alvo: '/x', endereco: '127.0.0.1', traceparent: '00-0-0-00' }
const senhas = criarSenhas()
const lugar = lugarVazio()
const contas = await abrirContas(lugar.configuracao, senhas)
after(async () => {
  await contas[Symbol.asyncDispose]()
  lugar[Symbol.dispose]()
})
const credenciais = credenciaisDe(lugar.configuracao)
const doPapel = async (papel: keyof typeof credenciais) => {
  const conta = await contas.porEmail(credenciais[papel].email)
  assert.ok(conta)
  return conta
}
const erro = (codigo: string, campo?: string) => (lancado: ErroDeNegocio) =>
  lancado.codigo === codigo && lancado.campo === campo
let feitas = 0
async function cadastrada(): Promise<ContaVisivel> {
  feitas += 1
  const email = `nova${feitas}@example.com`
  const nova = await contas.cadastrar({ nome: 'Nova', email, senha: 'phc' }, ONDE)
  assert.ok(nova)
  return nova
}

test('a lista vem das mais novas às mais velhas, em páginas, sem resumo de senha', async () => {
  const nova = await cadastrada()
  const primeira = await contas.listar({ limite: 2 })
  assert.equal(primeira.length, 2)
  assert.deepEqual(primeira[0], nova)
  for (const conta of primeira) assert.equal('senha' in conta, false)
  const resto = await contas.listar({ limite: 100, antesDe: primeira[1]?.id })
  const ids = [...primeira, ...resto].map(({ id }) => id)
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => b - a),
  )
  assert.ok(resto.some(({ email }) => email === 'cliente_1_ana@example.com'))
})

test('a lista de um papel tem só as contas dele', async () => {
  const equipe = await contas.listar({ limite: 100, papel: 'operador' })
  assert.deepEqual(
    equipe.map(({ email }) => email),
    [credenciais.operador.email],
  )
})

test('quem vira equipe e volta a ser cliente mantém o número de cliente', async () => {
  const nova = await cadastrada()
  assert.ok(Number(nova.cliente_id) > CLIENTE_ID)
  const operadora = await contas.mudarPapel(nova.id, 'operador')
  assert.deepEqual(operadora, { ...nova, papel: 'operador' })
  const outra = await cadastrada()
  assert.ok(Number(outra.cliente_id) > Number(nova.cliente_id), 'o número não foi reusado')
  assert.deepEqual(await contas.mudarPapel(nova.id, 'cliente'), nova)
})

test('a equipe que vira cliente recebe o próximo número', async () => {
  const { id, cliente_id } = await doPapel('operador')
  assert.equal(cliente_id, null)
  const antes = await cadastrada()
  const virou = await contas.mudarPapel(id, 'cliente')
  assert.equal(virou.cliente_id, Number(antes.cliente_id) + 1)
  await contas.mudarPapel(id, 'operador')
})

test('o último administrador não deixa de ser, e com outro pode', async () => {
  const { id } = await doPapel('admin')
  await assert.rejects(contas.mudarPapel(id, 'operador'), erro('ultimo_admin'))
  assert.equal((await doPapel('admin')).papel, 'admin')
  const outra = await cadastrada()
  await contas.mudarPapel(outra.id, 'admin')
  assert.equal((await contas.mudarPapel(id, 'operador')).papel, 'operador')
  await contas.mudarPapel(id, 'admin')
  await contas.mudarPapel(outra.id, 'cliente')
})

test('dois administradores que saem ao mesmo tempo não deixam o sistema sem nenhum', async () => {
  const { id } = await doPapel('admin')
  const outra = await cadastrada()
  await contas.mudarPapel(outra.id, 'admin')
  const fins = await Promise.allSettled([
    contas.mudarPapel(id, 'operador'),
    contas.mudarPapel(outra.id, 'operador'),
  ])
  assert.deepEqual(fins.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.equal((await contas.listar({ limite: 100, papel: 'admin' })).length, 1)
  await contas.mudarPapel(outra.id, 'admin')
  await contas.mudarPapel(id, 'admin')
  await contas.mudarPapel(outra.id, 'cliente')
})

test('conta que não existe, ou gerada, não muda de papel', async () => {
  await assert.rejects(contas.mudarPapel(999_999, 'admin'), erro('usuario_desconhecido'))
  const gerada = await contas.porEmail('cliente_1_ana@example.com')
  await assert.rejects(
    contas.mudarPapel(Number(gerada?.id), 'operador'),
    erro('campo_invalido', 'papel'),
  )
})

test('mudar o papel encerra na hora as sessões da conta, e só as dela', async () => {
  const operador = await doPapel('operador')
  const cliente = await doPapel('cliente')
  const [dele, outra] = [
    await contas.sessoes.abrir(operador, ONDE),
    await contas.sessoes.abrir(cliente, ONDE),
  ]
  assert.ok(dele && outra)
  const encerrada = (sessao: string) => contas.sessoes.encerrada(sessao, Date.now())
  await contas.mudarPapel(operador.id, 'operador')
  assert.equal(encerrada(dele.sessao), false, 'o mesmo papel não muda nada')
  await contas.mudarPapel(operador.id, 'admin')
  assert.equal(encerrada(dele.sessao), true)
  assert.equal(encerrada(outra.sessao), false)
  assert.equal(await contas.sessoes.renovar(dele.renovacao, ONDE), undefined)
  await contas.mudarPapel(operador.id, 'operador')
})
