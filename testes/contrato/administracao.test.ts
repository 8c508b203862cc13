// The staff's routes in real processes, through the gateway: what is said of products reaches the
// next order, a kill -9 at any point doubles nothing and loses nothing, and retained orders end.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { NomeServico } from '../../src/contratos/ids.ts'
import type { TipoAto } from '../../src/contratos/produtos.ts'
import type { PontoDeQueda } from '../../src/persistencia/queda.ts'
import { ate } from '../ate.ts'
import { type Administracao, abrirAdministracao, LIMITE_MS } from './administracao.ts'

const UNIDADES = 1_000
let loja: Administracao
/** Orders that a stranger paid a centavo for: the only ones whose books may not balance. */
const pagosPorEstranhos = new Set<number>()

before(async () => {
  loja = await abrirAdministracao(UNIDADES)
})
after(() => loja?.[Symbol.asyncDispose]())

describe('administração: produtos', () => {
  it('o produto criado é vendido pelo seu preço, e o mudado pelo novo', async () => {
    const { id, preco_centavos } = await loja.criar('vender', 20)
    await loja.ver(id, ({ estoque }) => estoque === 20)
    assert.equal((await loja.comprar('a', id)).total_centavos, preco_centavos)
    const novo = { preco_centavos: 7_000, nome: 'Mesa redonda' }
    const { status } = await loja.admin('PATCH', `/admin/produtos/${id}`, novo)
    assert.equal(status, 200)
    assert.equal((await loja.ver(id, () => true)).nome, 'Mesa redonda')
    const peloNovo = async () => {
      const { codigo } = await loja.tentarComprar('b', id, 7_000)
      if (codigo !== undefined) assert.equal(codigo, 'preco_mudou')
      return codigo === undefined
    }
    await ate(peloNovo, LIMITE_MS, 'um pedido paga o novo preço')
    await loja.ver(id, ({ estoque }) => estoque === 18)
  })

  it('o produto sem unidades aparece com zero, e reposto é vendido', async () => {
    const { id } = await loja.criar('vazio')
    assert.equal((await loja.ver(id, () => true)).estoque, 0)
    await loja.repor('encher', id, 2)
    await loja.ver(id, ({ estoque }) => estoque === 2)
    const comprar = async () => (await loja.comprar('cheio', id)).status === 'enviado'
    await ate(comprar, LIMITE_MS, 'o produto reposto é vendido')
    await loja.ver(id, ({ estoque }) => estoque === 1)
  })

  it('50 reposições ao mesmo tempo com a mesma chave somam uma vez', async () => {
    const { id } = await loja.criar('cinquenta')
    const caminho = `/admin/produtos/${id}/reposicoes`
    const feitas = await Promise.all(
      Array.from({ length: 50 }, () => loja.insistir('POST', caminho, { quantidade: 5 }, '50')),
    )
    assert.equal(feitas.filter(({ status }) => status === 201).length, 1)
    assert.deepEqual(new Set(feitas.map(({ status }) => status)), new Set([200, 201]))
    assert.equal(new Set(feitas.map(({ texto }) => texto)).size, 1)
    await loja.ver(id, ({ estoque }) => estoque === 5)
    const outra = await loja.admin('POST', caminho, { quantidade: 6 }, '50')
    assert.deepEqual([outra.status, outra.json.codigo], [422, 'chave_divergente'])
  })

  it('reposto enquanto é vendido, nada se vende a mais nem se perde', async () => {
    const { id } = await loja.criar('concorrencia', 20)
    await loja.ver(id, ({ estoque }) => estoque === 20)
    const [pedidos] = await Promise.all([
      Promise.all(Array.from({ length: 40 }, (_, i) => loja.comprar(`corrida-${i}`, id))),
      Promise.all(Array.from({ length: 10 }, (_, i) => loja.repor(`corrida-${i}`, id, 1))),
    ])
    const enviados = pedidos.filter(({ status }) => status === 'enviado').length
    assert.ok(enviados >= 20 && enviados <= 30, `${enviados} enviados`)
    await loja.ver(id, ({ estoque }) => estoque === 30 - enviados)
  })
})

const PONTOS = ['ao_chegar', 'antes_do_commit', 'depois_do_commit'] as const
const QUEDAS: readonly (readonly [NomeServico, TipoAto, PontoDeQueda])[] = PONTOS.flatMap(
  (ponto) => [
    ['catalogo', 'CriarProduto', ponto] as const,
    // As it arrives at estoque: the product is there, its units are not.
    ['estoque', 'ReporEstoque', ponto] as const,
  ],
)

describe('administração: quedas', () => {
  for (const [servico, ato, ponto] of QUEDAS) {
    it(`${servico} morto em ${ponto} de ${ato}: quem insiste cria um produto só`, async () => {
      const nome = `Mesa ${ato} ${ponto}`
      const corpo = { nome, preco_centavos: 1_050, unidades: 5 }
      await loja.morrendo(servico, ato, ponto, async () => {
        const primeira = await loja.admin('POST', '/admin/produtos', corpo, nome)
        assert.equal(primeira.status, 503)
        await loja.insistir('POST', '/admin/produtos', corpo, nome)
      })
      const iguais = (await loja.produtos()).filter((produto) => produto.nome === nome)
      assert.equal(iguais.length, 1)
      await loja.ver(iguais[0]!.id, ({ estoque }) => estoque === 5)
    })
  }

  for (const ponto of PONTOS) {
    it(`estoque morto em ${ponto} de uma reposição: quem insiste repõe uma vez`, async () => {
      const { id } = await loja.criar(`queda-${ponto}`)
      const caminho = `/admin/produtos/${id}/reposicoes`
      await loja.morrendo('estoque', 'ReporEstoque', ponto, async () => {
        const primeira = await loja.admin('POST', caminho, { quantidade: 5 }, ponto)
        assert.equal(primeira.status, 503)
        const { json } = await loja.insistir('POST', caminho, { quantidade: 5 }, ponto)
        assert.deepEqual(json, { produto_id: id, quantidade: 5, estoque: 5 })
      })
      await loja.ver(id, ({ estoque }) => estoque === 5)
    })

    it(`catálogo morto em ${ponto} de uma mudança: quem insiste muda uma vez`, async () => {
      const { id } = await loja.criar(`mudança-${ponto}`)
      const corpo = { preco_centavos: 9_000 }
      await loja.morrendo('catalogo', 'MudarProduto', ponto, async () => {
        const primeira = await loja.admin('PATCH', `/admin/produtos/${id}`, corpo)
        assert.equal(primeira.status, 503)
        await loja.insistir('PATCH', `/admin/produtos/${id}`, corpo)
      })
      assert.equal((await loja.ver(id, () => true)).preco_centavos, 9_000)
    })
  }
})

describe('administração: pedidos retidos', () => {
  /** An order whose payment was already made for another amount can only wait for a person. */
  async function criarRetido(chave: string): Promise<number> {
    const id = (await loja.comprar(`antes-${chave}`, 1)).id + 1
    pagosPorEstranhos.add(id)
    await loja.pagarPorFora(id)
    assert.deepEqual(await loja.tentarComprar(chave, 1), { codigo: 'pedido_em_andamento', id })
    return id
  }
  const retidos = async () => {
    const { json } = await loja.operador('GET', '/operacao/retidos')
    return json as unknown as { pedido_id: number; codigo: string }[]
  }

  it('aparecem dos mais novos aos mais velhos, e retomados sem conserto ficam', async () => {
    const [velho, novo] = [await criarRetido('um'), await criarRetido('dois')]
    const codigo = 'comando_divergente'
    const ids = () => retidos().then((lista) => lista.map((retido) => retido.pedido_id))
    assert.deepEqual(await ids(), [novo, velho])
    const { json } = await loja.operador('GET', `/operacao/retidos?antes_de=${novo}&limite=1`)
    assert.deepEqual((json as unknown as object[]).length, 1)
    const retomado = await loja.operador('POST', `/operacao/retidos/${velho}/retomar`)
    assert.deepEqual([retomado.status, retomado.json.codigo], [409, codigo])
    assert.deepEqual(await ids(), [novo, velho])
  })

  it('cancelado, o pedido termina e sai da lista', async () => {
    for (const { pedido_id } of await retidos()) {
      const { status, json } = await loja.operador('POST', `/pedidos/${pedido_id}/cancelar`)
      assert.deepEqual([status, json.status, json.retido], [201, 'cancelado', undefined])
    }
    assert.deepEqual(await retidos(), [])
  })

  it('retomar um pedido interrompido, ainda não retido, leva-o ao fim', async () => {
    let id = 0
    await loja.morrendo('fiscal', 'EmitirNota', 'antes_do_commit', async () => {
      const aceito = await loja.tentarComprar('interrompido', 1)
      id = aceito.id
      assert.equal(aceito.codigo, 'pedido_em_andamento')
    })
    const retomado = await loja.insistir('POST', `/operacao/retidos/${id}/retomar`)
    assert.deepEqual([retomado.json.id, retomado.json.status], [id, 'enviado'])
  })
})

it('fora o centavo que estranhos pagaram, os livros fecham', async () => {
  const { problemas } = await loja.conferir()
  const outros = problemas.filter(({ pedido_id }) => !pagosPorEstranhos.has(pedido_id ?? 0))
  assert.deepEqual(outros, [])
})
