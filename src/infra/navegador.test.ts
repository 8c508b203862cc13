// What a web page may not ask of a service, and that nobody else is taken for one.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { request } from 'undici'
import { recusarPaginas } from './navegador.ts'
import { criarServidor, escutar } from './servidor_http.ts'

type Cabecalhos = Readonly<Record<string, string>>

async function pedir(endereco: string, headers: Cabecalhos, caminho = '/') {
  const app = criarServidor({ titulo: 't', descricao: 'd', aoErrar: () => undefined })
  await using _fim = { [Symbol.asyncDispose]: async () => void (await app.close()) }
  recusarPaginas(app, endereco)
  app.post('/', async () => ({ feito: true }))
  const url = await escutar(app, 0)
  const { statusCode, body } = await request(`${url}${caminho}`, { method: 'POST', headers })
  const { codigo, detail } = (await body.json()) as Record<string, unknown>
  return { status: statusCode, codigo, detail: String(detail) }
}

const DE_PAGINA: readonly (readonly [Cabecalhos, RegExp])[] = [
  [{ origin: 'https://mal.example' }, /Origin/],
  [{ origin: 'null' }, /Origin/],
  [{ origin: '' }, /Origin/],
  [{ 'sec-fetch-site': 'cross-site' }, /Sec-Fetch-Site/],
  [{ 'sec-fetch-site': 'same-site' }, /Sec-Fetch-Site/],
]
for (const [cabecalhos, dito] of DE_PAGINA) {
  test(`${JSON.stringify(cabecalhos)} é recusado em todo endereço, com rota ou sem`, async () => {
    for (const endereco of ['127.0.0.1', '0.0.0.0']) {
      for (const caminho of ['/', '/nada']) {
        const { status, codigo, detail } = await pedir(endereco, cabecalhos, caminho)
        assert.deepEqual([status, codigo], [401, 'credencial_de_servico_invalida'])
        assert.match(detail, dito)
      }
    }
  })
}

test('Host alheio é recusado onde só esta máquina chega, e só aí', async () => {
  const cabecalhos = { host: 'mal.example:3001' }
  for (const endereco of ['127.0.0.1', '127.8.8.8', '::1']) {
    const { status, codigo, detail } = await pedir(endereco, cabecalhos)
    assert.deepEqual([status, codigo], [401, 'credencial_de_servico_invalida'])
    assert.match(detail, /Host/)
  }
  assert.equal((await pedir('0.0.0.0', cabecalhos)).status, 200)
})

test('quem não é a página de outro site é atendido', async () => {
  for (const cabecalhos of [
    {},
    { host: 'localhost:3001' },
    { host: '[::1]' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-mode': 'cors' },
  ] satisfies Cabecalhos[]) {
    assert.equal((await pedir('127.0.0.1', cabecalhos)).status, 200, JSON.stringify(cabecalhos))
  }
})
