// The ways out, each on its own: what the file holds, and what a refusal of the server means.
import assert from 'node:assert/strict'
import { mkdtempDisposableSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { abrirCorreio } from '../../../../testes/correio.ts'
import { comoClienteId, comoPedidoId, type Instante } from '../../../contratos/ids.ts'
import type { NomeCanal } from '../../../contratos/notificacoes.ts'
import { abrirArquivo, apagarArquivosEm } from './arquivo.ts'
import { type Aviso, RecusaDefinitiva } from './canal.ts'
import { criarRegistroDeAvisos } from './registro.ts'
import { abrirSmtp } from './smtp.ts'

const REMETENTE = 'loja <loja@quatrovias.example>'
const AVISO: Aviso = {
  ...{ pedido_id: comoPedidoId(1_001), cliente_id: comoClienteId(3), status: 'enviado' },
  instante: '2026-01-02T03:04:05.678Z' as Instante,
  para: { nome: 'Maria', email: 'maria@example.com' },
}
const { signal } = new AbortController()

test('arquivo: uma mensagem inteira, só para o dono; repetida, o mesmo arquivo', async () => {
  using pasta = mkdtempDisposableSync(join(tmpdir(), 'quatrovias-correio-'))
  const correio = join(pasta.path, 'correio')
  const canal = await abrirArquivo(correio, REMETENTE)
  const caminho = join(correio, '1001-enviado.eml')
  await canal.enviar(AVISO, signal)
  const primeira = readFileSync(caminho, 'utf8')
  assert.match(primeira, /^To: Maria <maria@example\.com>\r$/m)
  await canal.enviar(AVISO, signal)
  assert.deepEqual(readdirSync(correio), ['1001-enviado.eml'])
  assert.equal(readFileSync(caminho, 'utf8'), primeira)
  assert.equal(statSync(caminho).mode & 0o777, 0o600)
  assert.equal(statSync(correio).mode & 0o777, 0o700)
})

test('arquivo: esquecida a notificação, o seu arquivo sai; os outros ficam', async () => {
  using pasta = mkdtempDisposableSync(join(tmpdir(), 'quatrovias-correio-'))
  const canal = await abrirArquivo(pasta.path, REMETENTE)
  for (const pedido of [1, 2, 3]) {
    await canal.enviar({ ...AVISO, pedido_id: comoPedidoId(pedido) }, signal)
  }
  const podada = (pedido: number, nome: NomeCanal) => ({
    ...{ id: pedido, pedido_id: comoPedidoId(pedido), status: AVISO.status, canal: nome },
  })
  const apagar = apagarArquivosEm(pasta.path)
  await apagar([podada(1, 'arquivo'), podada(2, 'smtp'), podada(9, 'arquivo')])
  assert.deepEqual(readdirSync(pasta.path).toSorted(), ['2-enviado.eml', '3-enviado.eml'])
})

test('registro: o que mudou e de quem, sem nome nem endereço', async () => {
  const linhas: unknown[] = []
  const canal = criarRegistroDeAvisos((...linha) => void linhas.push(linha))
  await canal.enviar(AVISO, signal)
  const { para: _, ...campos } = AVISO
  assert.deepEqual(linhas, [['Pedido 1001: seu pedido está a caminho', campos]])
})

test('smtp: a mensagem chega a quem é, e a nenhum outro', async () => {
  await using correio = await abrirCorreio()
  using canal = abrirSmtp(correio.url, REMETENTE)
  const nome = 'Maria, outra@example.com\r\nBcc: mais@example.com'
  await canal.enviar({ ...AVISO, para: { nome, email: 'maria@example.com' } }, signal)
  assert.deepEqual(
    correio.recebidas.map(({ para, id }) => [para, id]),
    [['maria@example.com', '1001.enviado@quatrovias']],
  )
})

test('smtp: a recusa do destinatário é de vez, com a razão; a seguinte ainda sai', async () => {
  await using correio = await abrirCorreio()
  using canal = abrirSmtp(correio.url, REMETENTE)
  correio.recusados.add('maria@example.com')
  const recusa = (erro: Error) =>
    erro instanceof RecusaDefinitiva && /^550 5\.1\.1/.test(erro.message)
  await assert.rejects(canal.enviar(AVISO, signal), recusa)
  correio.recusados.clear()
  await canal.enviar(AVISO, signal)
  assert.equal(correio.recebidas.length, 1)
})

test('smtp: a recusa de quem manda pode passar; a da mensagem é de vez', async () => {
  await using correio = await abrirCorreio()
  using canal = abrirSmtp(correio.url, REMETENTE)
  for (const [passo, resposta, deVez] of [
    ['MAIL FROM', '530 5.7.0 Authentication required', false],
    ['MAIL FROM', '550 5.4.5 Daily user sending quota exceeded', false],
    ['MAIL FROM', '553 5.7.1 Sender address rejected: not owned by user', false],
    ['RCPT TO', '530 Must issue a STARTTLS command first', false],
    ['RCPT TO', '553 5.7.1 Sender address rejected: not owned by user', false],
    ['RCPT TO', '450 4.2.0 Greylisted', false],
    ['RCPT TO', '550 no such user', true],
    ['RCPT TO', '552 5.2.2 Mailbox full', true],
    ['DATA', '451 4.3.0 Try again', false],
    ['DATA', '554 5.7.1 Message refused', true],
  ] as const) {
    correio.recusas.clear()
    correio.recusas.set(passo, resposta)
    const recusa = (erro: Error) => erro instanceof RecusaDefinitiva === deVez
    await assert.rejects(canal.enviar(AVISO, signal), recusa, `${passo}: ${resposta}`)
  }
})

test('smtp: o endereço que não se escreve é recusado de vez, antes de sair', async () => {
  await using correio = await abrirCorreio()
  using canal = abrirSmtp(correio.url, REMETENTE)
  const para = { nome: 'Maria', email: '' }
  await assert.rejects(canal.enviar({ ...AVISO, para }, signal), RecusaDefinitiva)
})

test('smtp: sem servidor, ou com a senha errada, pode passar', async () => {
  await using correio = await abrirCorreio()
  const passa = (erro: Error) => !(erro instanceof RecusaDefinitiva)
  for (const url of [correio.url.replace('loja:', 'loja:errada'), 'smtp://127.0.0.1:9']) {
    using canal = abrirSmtp(url, REMETENTE)
    await assert.rejects(canal.enviar(AVISO, signal), passa, url)
  }
})

test('smtp: quem é cortado no meio não fica à espera', async () => {
  await using correio = await abrirCorreio()
  using canal = abrirSmtp(correio.url, REMETENTE)
  const corte = new AbortController()
  correio.aoReceber = () => corte.abort()
  await assert.rejects(canal.enviar(AVISO, corte.signal))
})
