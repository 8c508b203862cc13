// Bad news over a real wire, both ways of calling: what it is stays what it was, and nobody hears
// more of our insides than the catalogue of errors says.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { Metadata, status } from '@grpc/grpc-js'
import { type CodigoDeErro, ERROS, ErroDeNegocio } from '../../contratos/errors.ts'
import { MODOS_GRPC, parar, type Sincrona, type Trilha } from '../arquitetura.ts'
import { deGrpc } from './errors.ts'
import { PagamentoService } from './gerado/pagamento.ts'
import {
  abrirAlheio,
  abrirEstranho,
  abrirPorta,
  aprovar,
  envelopado,
  PAGAR,
  pagamento,
} from './portas_de_teste.ts'
import { abrirGrpc } from './start.ts'

const CODIGOS = Object.keys(ERROS) as CodigoDeErro[]
const SEGREDO = 'select senha from clientes where nome = $1'
const NUMEROS = Object.values(status).filter((s) => typeof s === 'number' && s !== status.OK)

/** What is for who asks to know, and the status that says so to a client of another language. */
const STATUS: Readonly<Partial<Record<CodigoDeErro, status>>> = {
  campo_invalido: status.INVALID_ARGUMENT,
  requisicao_invalida: status.INVALID_ARGUMENT,
  comando_divergente: status.ALREADY_EXISTS,
  pedido_desconhecido: status.NOT_FOUND,
  pedido_ja_enviado: status.FAILED_PRECONDITION,
  sobrecarregado: status.RESOURCE_EXHAUSTED,
  prazo_esgotado: status.DEADLINE_EXCEEDED,
  servico_indisponivel: status.UNAVAILABLE,
  operacao_nao_suportada: status.UNIMPLEMENTED,
  defeito: status.INTERNAL,
}
/** A server that is not ours: what a repeat may mend, and what only a person can. */
const DE_OUTROS: Readonly<Record<number, CodigoDeErro>> = {
  [status.CANCELLED]: 'servico_indisponivel',
  [status.UNKNOWN]: 'servico_indisponivel',
  [status.INVALID_ARGUMENT]: 'campo_invalido',
  [status.DEADLINE_EXCEEDED]: 'prazo_esgotado',
  [status.NOT_FOUND]: 'operacao_nao_suportada',
  [status.ALREADY_EXISTS]: 'comando_divergente',
  [status.PERMISSION_DENIED]: 'campo_invalido',
  [status.RESOURCE_EXHAUSTED]: 'sobrecarregado',
  [status.FAILED_PRECONDITION]: 'campo_invalido',
  [status.ABORTED]: 'servico_indisponivel',
  [status.OUT_OF_RANGE]: 'campo_invalido',
  [status.UNIMPLEMENTED]: 'operacao_nao_suportada',
  [status.INTERNAL]: 'servico_indisponivel',
  [status.UNAVAILABLE]: 'servico_indisponivel',
  [status.DATA_LOSS]: 'servico_indisponivel',
  [status.UNAUTHENTICATED]: 'campo_invalido',
}
const PASSAM: readonly status[] = [
  ...[status.CANCELLED, status.UNKNOWN, status.DEADLINE_EXCEEDED, status.RESOURCE_EXHAUSTED],
  ...[status.ABORTED, status.INTERNAL, status.UNAVAILABLE, status.DATA_LOSS],
]

/** Said at the door, before any service is asked; to one of ours it says something else (below). */
const DOS_SERVICOS = CODIGOS.filter((codigo) => codigo !== 'credencial_de_servico_invalida')

for (const modo of MODOS_GRPC) {
  describe(`erros no fio, ${modo}`, () => {
    let responder: () => Promise<Trilha>
    let saida: Sincrona
    const pilha = new AsyncDisposableStack()
    before(async () => {
      const { endereco } = pilha.use(await abrirPorta('pagamentos', () => responder()))
      saida = pilha.use(abrirGrpc({ pagamentos: endereco }, modo))
    })
    after(() => pilha.disposeAsync())

    async function falhar(erro: Error): Promise<ErroDeNegocio> {
      responder = async () => {
        throw erro
      }
      const { passos, falha } = await saida.enviar(envelopado(pagamento(1)), false)
      assert.deepEqual(passos, [])
      return falha!
    }

    for (const codigo of DOS_SERVICOS) {
      it(`${codigo} chega inteiro, com acentos, campo e se foi repassado`, async () => {
        for (const dados of [{}, { campo: 'itens.0.preço', repassado: true }]) {
          const mandado = new ErroDeNegocio(codigo, 'Não há “açaí” a 100% – é o fim.', dados)
          const { message, campo, repassado, canRetry, ...lido } = await falhar(mandado)
          assert.deepEqual(
            [lido.codigo, message, campo, repassado, canRetry],
            [codigo, mandado.message, mandado.campo, mandado.repassado, mandado.canRetry],
          )
        }
      })
    }

    it('o texto do catálogo chega como está escrito', async () => {
      for (const codigo of DOS_SERVICOS) {
        assert.equal((await falhar(new ErroDeNegocio(codigo))).message, ERROS[codigo].titulo)
      }
    })

    it('defeito nosso diz só o que o catálogo diz', async () => {
      const falha = await falhar(new TypeError(SEGREDO))
      assert.deepEqual([falha.codigo, falha.message], ['defeito', ERROS.defeito.titulo])
      assert.deepEqual([falha.campo, falha.repassado], [undefined, false])
    })
  })
}

for (const modo of MODOS_GRPC) {
  it(`${modo}: a porta que não aceita a nossa credencial é falha passageira`, async () => {
    const nada = { abertas: [], consultas: undefined, app: undefined as never, porta: 0 }
    const segredo = 's'.repeat(32)
    await using porta = await abrirGrpc({}, modo, segredo).servir({
      ...nada,
      nome: 'pagamentos',
      atender: aprovar,
    })
    const enderecos = { pagamentos: porta.endereco! }
    await using sem = abrirGrpc(enderecos, modo)
    const { falha } = await sem.enviar(envelopado(pagamento(1)), false)
    assert.equal(falha?.codigo, 'servico_indisponivel')
    await using com = abrirGrpc(enderecos, modo, segredo)
    assert.equal((await com.enviar(envelopado(pagamento(1)), false)).passos.length, 1)
  })
}

describe('erros a um cliente de outra linguagem', () => {
  it('cada código tem o status que ele entende', async () => {
    let erro = new ErroDeNegocio('defeito')
    await using porta = await abrirPorta('pagamentos', async () => parar(erro))
    using estranho = abrirEstranho(porta.endereco)
    for (const codigo of CODIGOS) {
      erro = new ErroDeNegocio(codigo)
      const fim = await estranho.chamar(PAGAR, { pedido_id: 1, valor: 1, itens: [] })
      assert.notEqual(fim.code, status.OK)
      assert.equal(fim.details, ERROS[codigo].titulo)
      const esperado = STATUS[codigo]
      if (esperado !== undefined) assert.equal(status[fim.code], status[esperado], codigo)
    }
  })

  it('um TypeError é INTERNAL, sem nada de dentro nos trailers', async () => {
    const cair = async () => {
      throw new TypeError(SEGREDO)
    }
    await using porta = await abrirPorta('pagamentos', cair)
    using estranho = abrirEstranho(porta.endereco)
    const fim = await estranho.chamar(PAGAR, { pedido_id: 1, valor: 1, itens: [] })
    assert.equal(fim.code, status.INTERNAL)
    const tudo = fim.details + JSON.stringify(fim.metadata.toJSON())
    assert.ok(!/select|senha|TypeError|\.ts|at /.test(tudo), tudo)
    assert.equal(fim.details, ERROS.defeito.titulo)
  })

  it('resposta que não se pode codificar é INTERNAL, e a porta continua aberta', async () => {
    let valor: unknown = { toString: () => SEGREDO }
    const responder = async () =>
      ({ passos: [{ evento: { tipo: 'PagamentoRejeitado', pedido_id: valor } }] }) as never
    await using porta = await abrirPorta('pagamentos', responder)
    using estranho = abrirEstranho(porta.endereco)
    const ruim = await estranho.chamar(PAGAR, { pedido_id: 1, valor: 1, itens: [] })
    assert.equal(ruim.code, status.INTERNAL)
    assert.ok(!ruim.details.includes('select'), ruim.details)
    valor = 1
    const bom = await estranho.chamar(PAGAR, { pedido_id: 1, valor: 1, itens: [] })
    assert.equal(bom.code, status.OK)
  })
})

describe('erros de um servidor que não é nosso', () => {
  const comStatus = (code: status, metadata = new Metadata()) =>
    deGrpc(Object.assign(new Error(), { code, details: SEGREDO, metadata }))

  it('cada status sem código nosso tem um, e passa o que um servidor doente diz', () => {
    for (const code of NUMEROS) {
      const erro = comStatus(code)
      assert.equal(erro.codigo, DE_OUTROS[code], status[code])
      assert.equal(erro.canRetry, PASSAM.includes(code), status[code])
      assert.ok(!erro.message.includes('select'))
    }
  })

  it('status que não existe e código que não conhecemos são falhas que podem passar', () => {
    assert.equal(comStatus(77 as status).codigo, 'servico_indisponivel')
    const deAmanha = new Metadata()
    deAmanha.set('codigo', 'toString')
    assert.equal(comStatus(status.ABORTED, deAmanha).codigo, 'servico_indisponivel')
  })

  it('campo mal codificado fica como veio', () => {
    const metadata = new Metadata()
    metadata.set('codigo', 'campo_invalido')
    metadata.set('campo', '%E0%A4%A')
    assert.equal(comStatus(status.INVALID_ARGUMENT, metadata).campo, '%E0%A4%A')
  })

  for (const modo of MODOS_GRPC) {
    it(`por ${modo}, cada um deles chega a quem enviou`, async () => {
      let code = status.UNKNOWN
      const processarPagamento = (_: unknown, responder: (erro: object) => void) =>
        responder({ code, details: SEGREDO })
      const portas = { processarPagamento, estornarPagamento: processarPagamento }
      await using alheio = await abrirAlheio([[PagamentoService, portas]])
      await using saida = abrirGrpc({ pagamentos: alheio.endereco }, modo)
      for (code of NUMEROS as status[]) {
        const { falha } = await saida.enviar(envelopado(pagamento(1)), true)
        assert.equal(falha?.codigo, DE_OUTROS[code], status[code])
        assert.ok(!falha?.message.includes('select'))
      }
    })
  }
})
