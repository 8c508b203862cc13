// The stream in place of unary calls, as whoever sends over it sees it: who has no channel is
// called one by one, and what broke twice is not tried a third time.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type handleUnaryCall, status } from '@grpc/grpc-js'
import { ate } from '../../../testes/ate.ts'
import { abrirFio } from '../../../testes/fio.ts'
import type { AutorizarPagamento } from '../../contratos/comandos.ts'
import type { Trilha } from '../arquitetura.ts'
import { CanalService } from './gerado/comum.ts'
import {
  type EstornoRequest,
  type EstornoResponse,
  type PagamentoRequest,
  type PagamentoResponse,
  PagamentoService,
} from './gerado/pagamento.ts'
import {
  abrirAlheio,
  abrirCanalAlheio,
  abrirPorta,
  aprovado,
  envelopado,
  type Ponta,
  pagamento,
  respostaDe,
} from './portas_de_teste.ts'
import { abrirGrpc } from './start.ts'

const LIMITE_MS = 5_000
const PEDIDOS = Array.from({ length: 600 }, (_, i) => i + 1)

const processarPagamento: handleUnaryCall<PagamentoRequest, PagamentoResponse> = (
  { request: { pedido_id } },
  responder,
) => responder(null, { pedido_id, sucesso: true, mensagem: 'Pagamento aprovado' })
const estornarPagamento: handleUnaryCall<EstornoRequest, EstornoResponse> = (_, responder) =>
  responder({ code: status.UNIMPLEMENTED })

const aprovada = ({ passos, falha }: Trilha): boolean =>
  falha === undefined && passos[0]?.evento.tipo === 'PagamentoAprovado'

describe('o fluxo no lugar das chamadas', () => {
  it('a quem não tem canal se pergunta uma vez, e daí em diante se chama um a um', async () => {
    let perguntas = 0
    const abrir = (ponta: Ponta) => {
      perguntas += 1
      ponta.emit('error', { code: status.UNIMPLEMENTED })
    }
    const portas = { processarPagamento, estornarPagamento }
    await using alheio = await abrirAlheio([
      [PagamentoService, portas],
      [CanalService, { abrir }],
    ])
    await using saida = abrirGrpc({ pagamentos: alheio.endereco }, 'fluxo')
    const pagar = (n: number) => saida.enviar(envelopado(pagamento(n)), true)
    assert.ok((await Promise.all(PEDIDOS.map(pagar))).every(aprovada))
    assert.ok((await Promise.all(PEDIDOS.map(pagar))).every(aprovada))
    assert.equal(perguntas, 1)
  })

  it('mil de uma vez a quem não é nosso: nenhuma espera em vão', async () => {
    const portas = { processarPagamento, estornarPagamento }
    await using alheio = await abrirAlheio([[PagamentoService, portas]])
    await using saida = abrirGrpc({ pagamentos: alheio.endereco }, 'fluxo')
    const prazo = Date.now() + LIMITE_MS
    const enviar = (n: number) => saida.enviar(envelopado(pagamento(n), prazo), true)
    assert.ok((await Promise.all(PEDIDOS.map(enviar))).every(aprovada))
  })

  it('rompido duas vezes é indisponível, e não vai uma terceira', async () => {
    await using alheio = await abrirCanalAlheio((_, ponta) => {
      ponta.emit('error', { code: status.UNAVAILABLE })
    })
    await using saida = abrirGrpc({ pagamentos: alheio.endereco }, 'fluxo')
    const { passos, falha } = await saida.enviar(envelopado(pagamento(1)), true)
    assert.deepEqual([passos, falha?.codigo], [[], 'servico_indisponivel'])
    assert.equal(alheio.recebidas.length, 2)
    const causas = alheio.recebidas.map(({ causa, comando }) => `${comando} ${causa}`)
    assert.deepEqual(causas, Array(2).fill('AutorizarPagamento 1/AutorizarPagamento'))
  })

  it('a conexão cai com comandos a caminho: todos terminam, cada um decidido uma vez', async () => {
    const decididos = new Map<string, number>()
    const chegadas: string[] = []
    const presos = Promise.withResolvers<void>()
    await using porta = await abrirPorta('pagamentos', async ({ comando, causa }) => {
      chegadas.push(causa)
      const vezes = (decididos.get(causa) ?? 0) + 1
      decididos.set(causa, vezes)
      if (chegadas.length <= 100) await presos.promise
      return aprovado(comando as AutorizarPagamento)
    })
    await using fio = await abrirFio(`http://${porta.endereco}`)
    await using saida = abrirGrpc({ pagamentos: new URL(fio.url).host }, 'fluxo')
    const enviando = PEDIDOS.slice(0, 100).map((n) => saida.enviar(envelopado(pagamento(n)), true))
    await ate(() => chegadas.length === 100, LIMITE_MS, 'todos a caminho')
    fio.cortar()
    assert.ok((await Promise.all(enviando)).every(aprovada))
    presos.resolve()
    assert.deepEqual(new Set(decididos.values()), new Set([2]))
  })

  it('resposta que não se decodifica é de um comando só', async () => {
    await using alheio = await abrirCanalAlheio((chamada, ponta) => {
      const corpo = Buffer.from([0xff, 0xff])
      const boa = respostaDe(chamada)
      ponta.write({ itens: [chamada.causa.startsWith('2/') ? { ...boa, corpo } : boa] })
    })
    await using saida = abrirGrpc({ pagamentos: alheio.endereco }, 'fluxo')
    const pagar = (n: number) => saida.enviar(envelopado(pagamento(n)), true)
    const [um, dois, tres] = await Promise.all([pagar(1), pagar(2), pagar(3)])
    assert.ok(aprovada(um!) && aprovada(tres!))
    assert.equal(dois?.falha?.codigo, 'defeito')
    assert.equal(alheio.pontas.length, 1)
  })

  it('sem ninguém do outro lado, a chamada seguinte encontra quem voltou', async () => {
    const primeiro = await abrirPorta('pagamentos', async () => ({ passos: [] }))
    const { endereco } = primeiro
    await primeiro[Symbol.asyncDispose]()
    await using saida = abrirGrpc({ pagamentos: endereco }, 'fluxo')
    const { falha } = await saida.enviar(envelopado(pagamento(1)), true)
    assert.equal(falha?.codigo, 'servico_indisponivel')
  })
})
