// Interoperability on gRPC with another language: what Python makes of the reference's two protos
// and nothing else, as client and as payment server (specification, section 3).
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type NomeServico, type PedidoId, SERVICOS } from '../../src/contratos/ids.ts'
import { ate } from '../ate.ts'
import { umItem } from '../contrato/sistema.ts'
import { abrirHttpDeTeste } from '../contrato/sistema_http.ts'
import { abrirExemplos, type Exemplos, faltaPython, type ServidorPython } from '../python.ts'
import { portasLivres } from './portas_livres.ts'

type Sistema = Awaited<ReturnType<typeof abrirHttpDeTeste>>

const EXEMPLOS = join(import.meta.dirname, '../../exemplos/python')
const ESPERADA = readFileSync(join(EXEMPLOS, 'cliente.saida.txt'), 'utf8')
/** What the expected transcript says was asked. */
const PEDIDO = 700_001
const VALOR = 19.9
const PAGAR = ['--pedido', String(PEDIDO), '--valor', String(VALOR)]
const MOSTRADOS = 3
const ESCRITA_MS = 5_000
const RETOMADA_MS = 20_000
const DO_CATALOGO = /^(catálogo: | {2}\d).*\n/gm
const NOMES: Readonly<Record<NomeServico, string>> = {
  pedidos: 'pedidos.Pedidos',
  antifraude: 'antifraude.Antifraude',
  pagamentos: 'pagamento.Pagamento',
  estoque: 'estoque.Estoque',
  fiscal: 'fiscal.Fiscal',
  logistica: 'logistica.Logistica',
  catalogo: 'catalogo.Catalogo',
}

async function abrir(alheios: Partial<Record<NomeServico, string>> = {}): Promise<Sistema> {
  const { ambiente } = await portasLivres()
  return abrirHttpDeTeste('grpc', ambiente, {}, alheios)
}

/** The lines that it has written, once there are that many. */
async function linhasDe(alheio: ServidorPython, quantas: number): Promise<readonly string[]> {
  const escritas = () => alheio.linhas().length >= quantas
  await ate(escritas, ESCRITA_MS, `${quantas} linhas de servidor.py`)
  return alheio.linhas()
}

describe('exemplos em Python', { skip: (await faltaPython()) ?? false }, () => {
  let exemplos: Exemplos
  before(async () => {
    exemplos = await abrirExemplos()
  })
  after(() => exemplos?.[Symbol.asyncDispose]())

  it('o cliente e o servidor da referência se entendem sem nós', async () => {
    await using alheio = await exemplos.servidor('--porta', '0')
    const rodada = await exemplos.rodar('cliente.py', '--pagamento', alheio.endereco, ...PAGAR)
    const saida = ESPERADA.replaceAll(DO_CATALOGO, '')
    assert.deepEqual(rodada, { codigo: 0, saida, erros: '' })
    assert.equal(await alheio.terminar('SIGTERM'), 0)
  })

  describe('com os nossos servidores', () => {
    let sistema: Sistema
    before(async () => {
      sistema = await abrir()
    })
    after(() => sistema?.[Symbol.asyncDispose]())

    const pagar = (pedido: number) => {
      const { pagamentos } = sistema.enderecosGrpc
      const argumentos = ['--pagamento', pagamentos, '--pedido', String(pedido), '--valor', '5']
      return exemplos.rodar('cliente.py', ...argumentos)
    }

    it('o cliente lê o catálogo, paga e ouve o que o exemplo promete', async () => {
      const { catalogo, pagamentos } = sistema.enderecosGrpc
      const enderecos = ['--catalogo', catalogo, '--pagamento', pagamentos]
      const { codigo, saida, erros } = await exemplos.rodar('cliente.py', ...enderecos, ...PAGAR)
      assert.deepEqual([codigo, erros], [0, ''])
      assert.equal(saida.replaceAll(DO_CATALOGO, ''), ESPERADA.replaceAll(DO_CATALOGO, ''))
      // Names are drawn: the ones to expect are those that REST gives.
      const { corpo } = await sistema.requisitar('catalogo', 'GET', '/produtos')
      const produtos: { id: number; nome: string; estoque: number }[] = corpo
      const listados = produtos
        .slice(0, MOSTRADOS)
        .map(({ id, nome, estoque }) => `  ${id} ${nome}: ${estoque} em estoque\n`)
      const doCatalogo = saida.match(DO_CATALOGO)
      assert.deepEqual(doCatalogo, [`catálogo: ${produtos.length} produtos\n`, ...listados])
      assert.equal(doCatalogo.length, ESPERADA.match(DO_CATALOGO)?.length)
    })

    it('os dois campos bastam: pagamentos cobra uma vez e ninguém mais sabe', async () => {
      const numero = PEDIDO + 1
      assert.equal((await pagar(numero)).codigo, 0)
      for (const servico of SERVICOS) {
        if (servico === 'catalogo') continue
        const eventos = await sistema.eventos(servico, numero as PedidoId)
        assert.equal(eventos.length, servico === 'pagamentos' ? 1 : 0, servico)
      }
    })

    it('a recusa é uma resposta, não um erro', async () => {
      await sistema.simular('pagamentos', { taxa_sucesso: 0 })
      const { saida } = await pagar(PEDIDO + 2)
      await sistema.simular('pagamentos', { taxa_sucesso: 1 })
      assert.match(saida, /: recusa, "Pagamento rejeitado"\no mesmo de novo: a mesma resposta\n/)
    })

    for (const nome of SERVICOS) {
      it(`${nome} diz por reflexão o que é, e que está bem`, async () => {
        const endereco = sistema.enderecosGrpc[nome]
        const servico = NOMES[nome]
        const pedido = ['--endereco', endereco, '--descrever', servico]
        const { codigo, saida, erros } = await exemplos.rodar('reflexao.py', ...pedido)
        assert.deepEqual([codigo, erros], [0, ''])
        const linhas = saida.split('\n')
        const saude = linhas.filter((linha) => linha.startsWith('saúde de '))
        for (const quem of ['', servico]) assert.ok(saude.includes(`saúde de "${quem}": SERVING`))
        const outras = saude.filter((linha) => !linha.endsWith(': SERVING'))
        assert.deepEqual(outras, [])
        assert.ok(linhas.includes(`service ${servico}`), saida)
      })
    }

    it('chamada montada só com os descritores paga', async () => {
      const { pagamentos } = sistema.enderecosGrpc
      const pedido = ['--pedido', String(PEDIDO + 3), '--valor', String(VALOR)]
      const { saida } = await exemplos.rodar('reflexao.py', '--endereco', pagamentos, ...pedido)
      assert.match(saida, /message pagamento\.PagamentoRequest\n {2}int32 pedido_id = 1\n/)
      assert.match(saida, /\n {2}float valor = 2\n {2}optional int64 valor_centavos = 3\n/)
      assert.match(saida, new RegExp(`: ${PEDIDO + 3} True "Pagamento aprovado"\n$`))
    })
  })

  describe('servidor de pagamento em Python no lugar do nosso', () => {
    it('pedido passa por ele e é enviado: o que ele não continua, pedidos continua', async () => {
      await using alheio = await exemplos.servidor('--porta', '0')
      await using sistema = await abrir({ pagamentos: alheio.endereco })
      const { pedido } = await sistema.criar({ chave: 'feliz', itens: umItem(2) })
      assert.equal(pedido?.status, 'enviado')
      const valor = (pedido.total_centavos / 100).toFixed(2)
      const cobrancas = await linhasDe(alheio, 1)
      assert.deepEqual(cobrancas, [`pedido ${pedido.id}, valor ${valor}: Pagamento aprovado`])
      for (const [servico, evento] of [
        ['estoque', 'EstoqueSeparado'],
        ['fiscal', 'NotaEmitida'],
        ['logistica', 'EnvioAgendado'],
      ] as const) {
        assert.deepEqual(await sistema.eventos(servico, pedido.id), [evento])
      }
    })

    it('a recusa dele cancela o pedido, sem separação', async () => {
      await using alheio = await exemplos.servidor('--porta', '0', '--recusar')
      await using sistema = await abrir({ pagamentos: alheio.endereco })
      const { pedido } = await sistema.criar({ chave: 'recusa' })
      assert.equal(pedido?.status, 'cancelado')
      assert.ok(pedido.motivo)
      assert.deepEqual(await sistema.eventos('estoque', pedido.id), [])
      assert.match((await linhasDe(alheio, 1)).join('\n'), /^[^\n]+: Pagamento rejeitado$/)
    })

    it('o estorno, que ele não tem, espera uma pessoa', async () => {
      await using alheio = await exemplos.servidor('--porta', '0')
      await using sistema = await abrir({ pagamentos: alheio.endereco })
      await sistema.simular('fiscal', { taxa_sucesso: 0 })
      const { erro, pedidoEmAberto } = await sistema.criar({ chave: 'sem-estorno' })
      assert.equal(erro, 'pedido_em_andamento')
      const pedido = await sistema.pedido(pedidoEmAberto!)
      assert.equal(pedido?.retido?.codigo, 'operacao_nao_suportada')
      const noEstoque = await sistema.eventos('estoque', pedido.id)
      assert.deepEqual(noEstoque, ['EstoqueSeparado', 'EstoqueLiberado'])
    })

    it('morto, deixa o pedido em aberto, que termina quando ele volta', async () => {
      await using alheio = await exemplos.servidor('--porta', '0')
      await using sistema = await abrir({ pagamentos: alheio.endereco })
      assert.equal((await sistema.criar({ chave: 'antes' })).pedido?.status, 'enviado')
      assert.equal(await alheio.terminar('SIGKILL'), 'SIGKILL')
      const { erro, pedidoEmAberto } = await sistema.criar({ chave: 'caiu' })
      assert.equal(erro, 'pedido_em_andamento')
      const id = pedidoEmAberto!
      const aberto = await sistema.pedido(id)
      assert.equal(aberto?.status, 'pendente')
      assert.equal(aberto.retido, undefined)
      assert.ok((await sistema.abertos()).includes(id))
      await using deVolta = await exemplos.servidor('--porta', String(alheio.porta))
      const retomado = async () => {
        await sistema.retomar(id)
        return (await sistema.pedido(id))?.status === 'enviado'
      }
      await ate(retomado, RETOMADA_MS, `pedido ${id} enviado`)
      const [cobranca] = await linhasDe(deVolta, 1)
      assert.match(cobranca ?? '', new RegExp(`^pedido ${id}, valor .*: Pagamento aprovado`))
      assert.deepEqual(await sistema.eventos('logistica', id), ['EnvioAgendado'])
    })
  })
})
