// Bad input at every REST door: a clear refusal that names the field, no text from inside, and
// nothing half-done left behind.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { request } from 'undici'
import { type CodigoDeErro, ERROS } from '../../src/contratos/errors.ts'
import { SERVICOS } from '../../src/contratos/ids.ts'
import { abrirHttpDeTeste } from '../contrato/sistema_http.ts'
import {
  caminhosRuins,
  camposRuins,
  chavesRuins,
  corposRuins,
  daWeb,
  type Entrada,
  pedidosRuins,
  semLugar,
  tiposRuins,
} from './entradas_ruins.ts'
import { type PortasLivres, portasLivres } from './portas_livres.ts'

const GRUPOS: Readonly<Record<string, readonly Entrada[]>> = {
  'campo com valor errado é recusado pelo nome': [...camposRuins, ...pedidosRuins],
  'pedido sem chave de idempotência que sirva é recusado': chavesRuins,
  'corpo que não se lê é recusado': corposRuins,
  'tipo de conteúdo que não é JSON é recusado': tiposRuins,
  'endereço com número de pedido errado é recusado': caminhosRuins,
  'endereço que não existe é recusado': semLugar,
  'página da web é recusada': daWeb,
}
/** Traces of a stack, of SQL, of a library's English. */
const DE_DENTRO =
  /node_modules|\.ts:\d|\bat \w+ \(|SQLITE|\bselect \b|\binsert into\b|\bZod|FST_ERR|SyntaxError/i
const INGLES = /\b(invalid|expected|must|should|required|received|unexpected|not found|too \w+)\b/i

describe('entradas ruins por REST', () => {
  let portas: PortasLivres
  let sistema: Awaited<ReturnType<typeof abrirHttpDeTeste>>
  let pedidosAntes: number
  before(async () => {
    portas = await portasLivres()
    sistema = await abrirHttpDeTeste('rest', portas.ambiente)
    pedidosAntes = await contarPedidos()
  })
  after(() => sistema?.[Symbol.asyncDispose]())

  async function contarPedidos(): Promise<number> {
    const { corpo } = await sistema.requisitar('pedidos', 'GET', '/pedidos?limite=100')
    return corpo.length
  }

  for (const [grupo, entradas] of Object.entries(GRUPOS)) {
    describe(grupo, () => {
      for (const entrada of entradas) {
        it(entrada.nome, async () => {
          const { servico, method, path, corpo, cabecalhos = {} } = entrada
          const resposta = await request(`${portas.enderecos[servico]}${path}`, {
            ...{ method, headers: cabecalhos, body: corpo ?? null },
          })
          const tipo = String(resposta.headers['content-type'])
          const texto = await resposta.body.text()
          conferirRecusa(entrada, resposta.statusCode, tipo, texto)
        })
      }
    })
  }

  it('cabeçalhos grandes demais são recusados', async () => {
    const headers = { 'idempotency-key': 'x'.repeat(20_000) }
    const { statusCode, body } = await request(`${portas.enderecos.pedidos}/pedidos`, { headers })
    assert.equal(statusCode, 431)
    assert.doesNotMatch(await body.text(), DE_DENTRO)
  })

  it('nenhum serviço guardou nada de tudo isso', async () => {
    for (const servico of SERVICOS) {
      const { corpo } = await sistema.requisitar(servico, 'GET', '/interno/eventos')
      const causas = corpo.map((e: { causa: string }) => e.causa)
      assert.deepEqual(causas, [], servico)
    }
    assert.equal(await contarPedidos(), pedidosAntes)
  })

  it('e todos ainda atendem', async () => {
    const { pedido } = await sistema.criar({ chave: 'depois-de-tudo' })
    assert.equal(pedido?.status, 'enviado')
  })
})

function conferirRecusa(
  { codigo, campo }: Entrada,
  status: number,
  tipo: string,
  texto: string,
): void {
  assert.ok(status >= 400 && status < 500, `HTTP ${status}: ${texto.slice(0, 300)}`)
  assert.match(tipo, /^application\/problem\+json/)
  const problema = JSON.parse(texto) as Record<string, unknown>
  const esperados: readonly unknown[] = Array.isArray(codigo) ? codigo : [codigo]
  assert.ok(esperados.includes(problema.codigo), `${problema.codigo}: ${texto}`)
  const { status: doCatalogo, titulo } = ERROS[problema.codigo as CodigoDeErro]
  assert.deepEqual([problema.status, problema.title, status], [doCatalogo, titulo, doCatalogo])
  assert.ok(String(problema.detail).length > 0)
  assert.doesNotMatch(texto, DE_DENTRO)
  assert.doesNotMatch(`${problema.title} ${problema.detail}`, INGLES)
  if (campo !== undefined) assert.equal(problema.campo, campo)
  assert.notEqual(problema.campo, '', 'o campo, onde não há um, não se escreve')
}
