// The fuzz against the real processes: whatever is asked of the gateway, its answers are those of
// the document, and the books of all services agree when it is over.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Papel } from '../../src/gateway/acesso/direitos.ts'
import { criarConformidade } from '../../src/gateway/conformidade_de_teste.ts'
import type { Credenciais } from '../../src/gateway/contas/credenciais.ts'
import { requisitar } from '../../src/gateway/gateway_de_teste.ts'
import type { Documento } from '../../src/gateway/openapi.ts'
import { abrirBancada, type Bancada } from '../../src/laboratorio/bancada.ts'
import { ate } from '../ate.ts'
import { type Alvo, iniciarCorrida } from '../fuzz/corrida.ts'

/** Another one: SEMENTE=7 node --test testes/integracao/fuzz.test.ts */
const SEMENTE = Number(process.env.SEMENTE ?? 20_260_103)
const QUANTAS = 1_500
const ESPERA_MS = 30_000
const HISTORICO = 1
const COMPRA = { itens: [{ produto_id: 1, quantidade: 1 }], metodo: 'pix' }

describe('fuzz do sistema inteiro', () => {
  let bancada: Bancada
  let alvo: Alvo
  before(async () => {
    bancada = await abrirBancada({
      gateway: true,
      unidades: 10_000,
      ambiente: {
        GATEWAY_LIMITE_POR_ENDERECO: '0',
        GATEWAY_LIMITE_POR_CLIENTE: '0',
        GATEWAY_LIMITE_DE_ENTRADA: '0',
      },
    })
    alvo = await mirar(bancada)
  })
  after(() => bancada?.[Symbol.asyncDispose]())

  it(`${QUANTAS} requisições: só respostas prometidas`, async (t) => {
    t.diagnostic(`SEMENTE=${SEMENTE}`)
    await using corrida = iniciarCorrida(alvo)
    await corrida.correr(QUANTAS, SEMENTE)
    t.diagnostic(JSON.stringify(Object.fromEntries(corrida.contagem)))
    assert.ok([...alvo.conformidade.vistas].some((vista) => vista === 'fazerPedido 201'))
  })

  it('nenhum processo caiu, e o gateway ainda faz um pedido', async () => {
    for (const nome of ['gateway', 'pedidos', 'estoque', 'pagamentos'] as const) {
      assert.equal(bancada.reinicios(nome), 0, nome)
    }
    // Somebody new: an administrator may have made an operator of the first client.
    const corpo = { nome: 'Ana Nova', email: 'ana.nova@example.com', senha: 'longa e bem guardada' }
    await requisitar(bancada.gateway, 'POST', '/auth/cadastro', { corpo })
    const { json } = await requisitar(bancada.gateway, 'POST', '/auth/login', { corpo })
    assert.equal((await comprar(bancada.gateway, String(json.token))).status, 201)
  })

  it('os livros de todos os serviços conferem', async () => {
    const conferido = async () => (await bancada.conferir()).problemas.length === 0
    await ate(conferido, ESPERA_MS, 'os livros conferem').catch(async (erro: Error) => {
      assert.fail(
        `${erro.message}\n${JSON.stringify((await bancada.conferir()).problemas, null, 2)}`,
      )
    })
  })
})

let chaves = 0
const comprar = (url: string, token: string) =>
  requisitar(url, 'POST', '/pedidos', {
    token,
    corpo: COMPRA,
    cabecalhos: { 'idempotency-key': `fuzz-${++chaves}` },
  })

/** Two orders of the client and one from the history are there for the fuzz to find. */
async function mirar({ gateway: url, diretorio }: Bancada): Promise<Alvo> {
  const { json } = await requisitar(url, 'GET', '/openapi.json')
  const conformidade = criarConformidade(json as Documento)
  const lido = readFileSync(join(diretorio, 'credenciais.json'), 'utf8')
  const credenciais = JSON.parse(lido) as Credenciais
  const tokens = new Map<Papel, Promise<string>>()
  const entrar = async (papel: Papel): Promise<string> => {
    const { json } = await requisitar(url, 'POST', '/auth/login', { corpo: credenciais[papel] })
    return String(json.token)
  }
  const tokenDe = (papel: Papel): Promise<string> => {
    const token = tokens.get(papel) ?? entrar(papel)
    tokens.set(papel, token)
    return token
  }
  const token = await tokenDe('cliente')
  const feitos = [await comprar(url, token), await comprar(url, token)]
  return {
    url,
    conformidade,
    contexto: {
      esquemas: (json as Documento).components?.schemas ?? {},
      conhecidos: {
        pedido_id: [HISTORICO, ...feitos.map((feito) => feito.json.id)],
        produto_id: [1, 2, 3],
        email: ['ninguem@example.com'],
      },
    },
    tokenDe,
    async esquecer(papel, recusado) {
      if ((await tokens.get(papel)) === recusado) tokens.delete(papel)
    },
    passageiros: new Set(['arquitetura_fechada', 'sobrecarregado']),
  }
}
