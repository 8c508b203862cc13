// What a client reads, for every status; and that what it typed as its name is only a name.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { STATUS } from '../../contratos/eventos.ts'
import { escrever } from './textos.ts'

test('cada status tem assunto, texto e HTML seus, com o número do pedido e o nome', () => {
  const assuntos = new Set<string>()
  for (const status of STATUS) {
    const { assunto, texto, html } = escrever(1_001, status, 'Maria')
    assuntos.add(assunto)
    assert.match(assunto, /^Pedido 1001: \p{Ll}.{8,60}[^.]$/u, status)
    assert.match(texto, /^Olá, Maria!\n\n[\s\S]+\n\nEquipe quatrovias\n\n-- \n/, status)
    assert.ok(html.includes(`<h1>${assunto}</h1>`) && html.includes('<p>Olá, Maria!</p>'), status)
    for (const linha of texto.split('\n\n').slice(1, -3)) {
      assert.match(linha, /^\p{Lu}.*[.!]$/u, `${status}: ${linha}`)
      assert.ok(html.includes(`<p>${linha}</p>`), `${status}: ${linha}`)
    }
    assert.doesNotMatch(`${assunto}${texto}${html}`, /undefined|null|\[object/, status)
  }
  assert.equal(assuntos.size, STATUS.length)
})

test('um nome com marcas de HTML não é HTML', () => {
  const { texto, html } = escrever(1, 'enviado', `<img src="x" onerror='y'>&`)
  assert.match(html, /<p>Olá, &lt;img src=&quot;x&quot; onerror=&#39;y&#39;&gt;&amp;!<\/p>/)
  assert.doesNotMatch(html, /<img/)
  assert.match(texto, /^Olá, <img src="x" onerror='y'>&!/)
})
