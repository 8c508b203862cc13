// Dead letters that the topic or the client would not take as they came: they are buried all the
// same, or the message would wait at the head of its partition for ever.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { comoTextos, lerCabecalhos } from './cabecalhos.ts'
import type { Recebida } from './inbound.ts'
import { criarEnterrar, lerCausa } from './mortas.ts'
import type { Mensagem, Saida } from './outbound.ts'

const MAIOR_BYTES = 10_000
const texto = (t: string) => Buffer.from(t)
const recebida: Recebida = {
  ...{ topico: 'nf_emitida', particao: 2, offset: 41n },
  ...{ chave: texto('1001'), valor: texto('?') },
  cabecalhos: new Map([[texto('ce_id'), texto('1001/EmitirNota')]]),
}

const bytesDe = ({ chave, valor, cabecalhos }: Mensagem): number =>
  [chave, valor, ...[...cabecalhos].flat()].reduce((soma, b) => soma + (b?.length ?? 0), 0)

async function enterrada(mudada: Partial<Recebida>): Promise<Mensagem> {
  const mandadas: Mensagem[] = []
  const mandar: Saida['mandar'] = async ([mensagem]) => {
    // As the client does with what is not bytes.
    for (const valor of mensagem!.cabecalhos.values()) assert.ok(Buffer.isBuffer(valor))
    if (bytesDe(mensagem!) > MAIOR_BYTES) {
      throw Object.assign(new Error('grande'), { apiId: 'MESSAGE_TOO_LARGE' })
    }
    mandadas.push(mensagem!)
  }
  const enterrar = criarEnterrar('logistica-group', { mandar } as Saida, () => undefined)
  await enterrar({ ...recebida, ...mudada }, new ErroDeNegocio('mensagem_invalida', 'ruim'))
  const [unica] = mandadas
  assert.equal(lerCausa(unica!.cabecalhos)?.offset, '41')
  return unica!
}

test('um cabeçalho sem valor não impede o enterro', async () => {
  const cabecalhos = new Map([[texto('vazio'), undefined as unknown as Buffer]])
  assert.equal(comoTextos((await enterrada({ cabecalhos })).cabecalhos).vazio, '')
})

test('um cabeçalho nosso sem valor é como se não viesse', () => {
  const nomes = ['traceparent', 'ce_time', 'ce_source', 'ce_type', 'retomada']
  const semValor = new Map(nomes.map((nome) => [texto(nome), undefined as unknown as Buffer]))
  const { nossa, retomada, aconteceuMs } = lerCabecalhos(semValor)
  assert.deepEqual([nossa, retomada, aconteceuMs], [false, false, undefined])
})

test('de um valor grande ficam a chave e os cabeçalhos', async () => {
  const { chave, valor, cabecalhos } = await enterrada({ valor: Buffer.alloc(MAIOR_BYTES) })
  assert.equal(valor, undefined)
  assert.equal(String(chave), '1001')
  assert.equal(comoTextos(cabecalhos).ce_id, '1001/EmitirNota')
})

test('uma chave grande não sai mais: só escolher a sua partição pararia o serviço', async () => {
  const { chave, valor } = await enterrada({ chave: Buffer.alloc(MAIOR_BYTES / 2) })
  assert.equal(chave, undefined)
  assert.equal(String(valor), '?')
})

test('de cabeçalhos grandes, ou de muitos, fica a causa', async () => {
  const grande = new Map([[texto('grande'), Buffer.alloc(MAIOR_BYTES)]])
  assert.equal(comoTextos((await enterrada({ cabecalhos: grande })).cabecalhos).grande, undefined)
  const muitos = new Map(Array.from({ length: MAIOR_BYTES }, () => [texto('um'), texto('1')]))
  await enterrada({ cabecalhos: muitos as unknown as Map<Buffer, Buffer> })
})
