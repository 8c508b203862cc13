// A notice as a message: its headers are ours, whatever the client typed as its name.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comoClienteId, comoPedidoId, type Instante } from '../../contratos/ids.ts'
import type { Aviso } from './canais/canal.ts'
import { comoEml } from './carta.ts'

const REMETENTE = 'loja <loja@quatrovias.example>'
const aviso = (nome = 'Maria', email = 'maria@example.com'): Aviso => ({
  ...{ pedido_id: comoPedidoId(1_001), cliente_id: comoClienteId(3), status: 'enviado' },
  ...{ instante: '2026-01-02T03:04:05.678Z' as Instante, para: { nome, email } },
})
/** Unfolded, by name in lower case; a name that comes twice is a failure. */
async function cabecalhosDe(carta: Aviso): Promise<Map<string, string>> {
  const eml = String(await comoEml(carta, REMETENTE))
  const [topo = ''] = eml.split('\r\n\r\n')
  const linhas = topo.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')
  const achados = new Map<string, string>()
  for (const linha of linhas) {
    const [, nome = '', valor = ''] = /^([\w-]+): (.*)$/.exec(linha) ?? []
    assert.ok(nome !== '' && !achados.has(nome.toLowerCase()), linha)
    achados.set(nome.toLowerCase(), valor)
  }
  return achados
}

test('a carta diz de quem, a quem, quando, e tem sempre o mesmo Message-ID', async () => {
  const cabecalhos = await cabecalhosDe(aviso())
  assert.equal(cabecalhos.get('from'), REMETENTE)
  assert.equal(cabecalhos.get('to'), 'Maria <maria@example.com>')
  assert.equal(cabecalhos.get('message-id'), '<1001.enviado@quatrovias>')
  assert.equal(cabecalhos.get('date'), 'Fri, 02 Jan 2026 03:04:05 +0000')
  assert.equal(cabecalhos.get('auto-submitted'), 'auto-generated')
  assert.match(cabecalhos.get('content-type') ?? '', /^multipart\/alternative; boundary=/)
})

test('o mesmo aviso dá os mesmos bytes, em linhas que qualquer servidor aceita', async () => {
  const uma = String(await comoEml(aviso('Conceição Ávila'), REMETENTE))
  assert.equal(uma, String(await comoEml(aviso('Conceição Ávila'), REMETENTE)))
  for (const linha of uma.split('\r\n')) assert.match(linha, /^[\x20-\x7e\t]{0,998}$/)
})

test('um nome não acrescenta cabeçalhos nem destinatários', async () => {
  const maus = [
    'Ana\r\nBcc: outro@example.com',
    'Ana\nSubject: outro',
    'Ana\u2028Bcc: outro@example.com',
    'outro@example.com, Ana',
    'Ana <outro@example.com>',
    '"Ana" <outro@example.com>, "B"',
    '\u202eanA',
    '=?UTF-8?Q?Ana=0D=0ABcc=3A_x?=',
    'A\ud800',
  ]
  const nomes = [...(await cabecalhosDe(aviso())).keys()]
  for (const mau of maus) {
    const cabecalhos = await cabecalhosDe(aviso(mau))
    assert.deepEqual([...cabecalhos.keys()], nomes, mau)
    assert.equal(cabecalhos.get('subject'), (await cabecalhosDe(aviso())).get('subject'))
    // What is not between quotes or encoded holds one address, and it is the client's.
    const para = cabecalhos.get('to')?.replaceAll(/"(\\.|[^"\\])*"|=\?[^?]+\?[QB]\?[^?]*\?=/g, '')
    assert.deepEqual(para?.match(/[^\s<>,]+@[^\s<>,]+/g), ['maria@example.com'], mau)
    assert.ok(!para?.includes(','), mau)
  }
})
