// What travels with a dead letter, there and back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { Recebida } from './inbound.ts'
import { comoVeio, criarEnterrar, lerCausa, semCausa } from './mortas.ts'
import type { Mensagem, Saida } from './outbound.ts'

const recebida: Recebida = {
  ...{ topico: 'nf_emitida', particao: 2, offset: 41n },
  chave: Buffer.from('1001'),
  valor: Buffer.from([0xff, 0]),
  cabecalhos: new Map([[Buffer.from('ce_id'), Buffer.from('1001/EmitirNota')]]),
}

async function enterrada(recusar: (mensagem: Mensagem) => boolean = () => false) {
  const mandadas: Mensagem[] = []
  const mandar: Saida['mandar'] = async ([mensagem]) => {
    if (recusar(mensagem!)) {
      throw Object.assign(new Error('grande'), { apiId: 'MESSAGE_TOO_LARGE' })
    }
    mandadas.push(mensagem!)
  }
  const enterrar = criarEnterrar('logistica-group', { mandar } as Saida, () => undefined)
  await enterrar(recebida, new ErroDeNegocio('servico_indisponivel', 'O estoque não respondeu.'))
  assert.equal(mandadas.length, 1)
  return mandadas[0]!
}

test('a morta diz de onde veio e por quê, e volta como era', async () => {
  const { topico, chave, valor, cabecalhos } = await enterrada()
  assert.equal(topico, 'logistica-group-mortas')
  const { instante: _, ...causa } = lerCausa(cabecalhos) ?? {}
  assert.deepEqual(causa, {
    ...{ grupo: 'logistica-group', topico: 'nf_emitida', particao: 2, offset: '41' },
    ...{ codigo: 'servico_indisponivel', detalhe: 'O estoque não respondeu.' },
    ...{ passageira: true, valor_omitido: false },
  })
  const morta = { id: 7, topico: recebida.topico, chave, valor, cabecalhos: semCausa(cabecalhos) }
  const { particao: _p, offset: _o, ...original } = recebida
  assert.deepEqual(comoVeio(morta), { id: 7, mensagem: original })
})

test('a que não cabe vai sem o valor, e diz isso', async () => {
  const { valor, cabecalhos } = await enterrada((mensagem) => mensagem.valor !== undefined)
  assert.equal(valor, undefined)
  assert.equal(lerCausa(cabecalhos)?.valor_omitido, true)
})

test('o que não diz onde estava não é uma mensagem morta', async () => {
  const { cabecalhos } = await enterrada()
  const com = (nome: string, dito: string) =>
    new Map([...cabecalhos].map(([n, v]) => [n, String(n) === nome ? Buffer.from(dito) : v]))
  const trocas = [
    ['morta_particao', 'abc'],
    ['morta_particao', '99999999999'],
    ['morta_offset', '-1'],
    ['morta_topico', ''],
  ] as const
  for (const [nome, dito] of trocas) assert.equal(lerCausa(com(nome, dito)), undefined, nome)
  assert.equal(lerCausa(recebida.cabecalhos), undefined)
})
