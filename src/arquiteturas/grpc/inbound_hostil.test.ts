// What no honest client sends: bytes that are no message, too many of them, methods that nobody
// has. Each gets a clean status, and the next honest call its answer.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, afterEach, before, describe, it } from 'node:test'
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import { status } from '@grpc/grpc-js'
import fc from 'fast-check'
import { CanalService } from './gerado/comum.ts'
import {
  abrirEstranho,
  abrirPorta,
  aprovar,
  comBytes,
  type Estranho,
  PAGAR,
} from './portas_de_teste.ts'

const HONESTO = { pedido_id: 7, valor: 5, itens: [] }
const MAIOR_MENSAGEM = 256 * 1024
const BYTES = comBytes(PAGAR)

/** Field 3, `valor_centavos`, as whatever int64 this is. */
const comCentavos = (valor: bigint): Buffer =>
  Buffer.from(new BinaryWriter().uint32(8).int32(7).uint32(24).int64(valor).finish())
const campoGrande = (bytes: number): Buffer =>
  PAGAR.requestSerialize({ ...HONESTO, chave_simulacao: 'x'.repeat(bytes) })

describe('um estranho hostil em pagamentos', () => {
  const pilha = new AsyncDisposableStack()
  let atendidos = 0
  let endereco: string
  let estranho: Estranho
  before(async () => {
    const porta = await abrirPorta('pagamentos', (envelope, seguir) => {
      atendidos += 1
      return aprovar(envelope, seguir)
    })
    endereco = pilha.use(porta).endereco
    estranho = pilha.use(abrirEstranho(endereco))
  })
  after(() => pilha.disposeAsync())
  afterEach(async () => {
    for (const cliente of [estranho, abrirEstranho(endereco)]) {
      const { code, details } = await cliente.chamar(PAGAR, HONESTO)
      assert.equal(code, status.OK, details)
      if (cliente !== estranho) cliente[Symbol.dispose]()
    }
  })

  const recusado = async (bytes: Buffer): Promise<void> => {
    const antes = atendidos
    const fim = await estranho.chamar(BYTES, bytes)
    assert.deepEqual([fim.code, fim.codigo], [status.INVALID_ARGUMENT, 'requisicao_invalida'])
    assert.equal(fim.details, 'A mensagem não pôde ser decodificada.')
    assert.equal(atendidos, antes)
  }

  const mensagem = PAGAR.requestSerialize({ ...HONESTO, metodo: 'pix', valor_centavos: 500 })
  for (const [nome, bytes] of [
    ['bytes que não são mensagem', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f])],
    ['mensagem cortada no meio de um campo', mensagem.subarray(0, -1)],
    ['int64 logo além de 2^53', comCentavos(2n ** 53n)],
    ['o maior int64', comCentavos(2n ** 63n - 1n)],
    ['o menor int64', comCentavos(-(2n ** 63n))],
  ] as const) {
    it(`${nome}: recusado como requisição inválida`, () => recusado(bytes))
  }

  it('quaisquer bytes têm um status limpo, e nunca um erro interno', async () => {
    const limpo = fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
      const fim = await estranho.chamar(BYTES, Buffer.from(bytes))
      assert.ok([status.OK, status.INVALID_ARGUMENT].includes(fim.code), status[fim.code])
    })
    await fc.assert(limpo, { numRuns: 300 })
  })

  it('campos e tipos de fio que não conhecemos não atrapalham', async () => {
    const futuro = Buffer.concat([
      mensagem,
      Buffer.from(new BinaryWriter().uint32(794).string('x').finish()),
    ])
    assert.equal((await estranho.chamar(BYTES, futuro)).code, status.OK)
  })

  it('mensagem maior que o limite não é lida, e a do tamanho dele é', async () => {
    const antes = atendidos
    const grande = await estranho.chamar(BYTES, campoGrande(MAIOR_MENSAGEM))
    assert.equal(grande.code, status.RESOURCE_EXHAUSTED)
    assert.equal(atendidos, antes)
    const sobra = MAIOR_MENSAGEM - campoGrande(MAIOR_MENSAGEM).length
    const justa = await estranho.chamar(BYTES, campoGrande(MAIOR_MENSAGEM + sobra))
    assert.equal(justa.campo, 'chave_simulacao')
  })

  it('mensagem que descomprime além do limite não é lida', async () => {
    const opcoes = { 'grpc-internal-encoding-request': 'gzip' }
    const fim = await estranho.chamar(BYTES, campoGrande(64 * MAIOR_MENSAGEM), opcoes)
    assert.equal(fim.code, status.RESOURCE_EXHAUSTED)
  })

  it('metadados enormes são recusados, e quem os mandou pode voltar', async () => {
    using outro = abrirEstranho(endereco)
    const antes = atendidos
    const grande = { 'x-seguir': 'x'.repeat(200_000) }
    assert.notEqual((await outro.chamar(PAGAR, HONESTO, grande)).code, status.OK)
    assert.equal(atendidos, antes)
    assert.equal((await outro.chamar(PAGAR, HONESTO)).code, status.OK)
  })

  it('prazo que não é um prazo é recusado', async () => {
    const fim = await estranho.chamar(PAGAR, HONESTO, { 'grpc-timeout': 'logo' })
    assert.notEqual(fim.code, status.OK)
  })

  for (const path of ['/pagamento.Pagamento/Nenhum', '/outro.Outro/Metodo', '/', '/x']) {
    it(`método ${path} não é oferecido`, async () => {
      const fim = await estranho.chamar({ ...PAGAR, path }, HONESTO)
      assert.equal(fim.code, status.UNIMPLEMENTED)
    })
  }

  it('o canal chamado como se fosse um método simples não derruba nada', async () => {
    const { path } = CanalService.abrir
    const fim = await estranho.chamar({ ...BYTES, path }, Buffer.from([0xff, 0xff]))
    assert.notEqual(fim.code, status.OK)
  })

  it('quem não fala HTTP/2 é desligado', async () => {
    const [host = '', port] = endereco.split(':')
    const ponta = connect(Number(port), host)
    ponta.on('error', () => undefined)
    ponta.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(100))
    ponta.resume()
    await once(ponta, 'close')
  })
})
