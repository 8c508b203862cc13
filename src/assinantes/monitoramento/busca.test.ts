// The search: each filter, page by page, and never more of the table than one question may read.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { abrirAuditoriaDeTeste, COMECO_MS, mensagens, umaMensagem } from './auditoria_de_teste.ts'
import { buscar, LIMITES_DA_BUSCA, type LimitesDaBusca, type Procura } from './busca.ts'
import { lerUma } from './linhas.ts'

const auditoria = await abrirAuditoriaDeTeste()
after(() => auditoria[Symbol.asyncDispose]())
const { db, livro } = auditoria
const { leitura } = db

const PEQUENOS: LimitesDaBusca = { linhas: 100_000, ms: 60_000, passo: 7 }
const achar = async (procura: Partial<Procura>, limites = PEQUENOS): Promise<number[]> => {
  const { mensagens: achadas, proximo } = await buscar(
    leitura,
    { limite: 200, ...procura },
    limites,
  )
  assert.equal(proximo, null)
  return achadas.map(({ offset }) => Number(offset))
}
/** All pages, one after the other. */
async function folhear(procura: Procura, limites: LimitesDaBusca): Promise<number[][]> {
  const paginas: number[][] = []
  for (let antesDe: number | undefined; paginas.length < 100; ) {
    const pagina = await buscar(leitura, { ...procura, antesDe }, limites)
    paginas.push(pagina.mensagens.map(({ id }) => id))
    if (pagina.proximo === null) break
    antesDe = pagina.proximo
  }
  return paginas
}

await livro.gravar([
  ...mensagens(0, 40, { valor: '{"pedido_id":1001}' }),
  umaMensagem(40, { valor: '{"pedido_id":1002,"nota":"maçã 100%_"}', chave: 'letra' }),
  umaMensagem(41, { cabecalhos: { ce_id: '1002/EmitirNota', x: 'diz "oi"' }, chave: '1002' }),
  umaMensagem(42, { valor: Buffer.from([0xff, 0x00, 0x1b]), chave: Buffer.from([0xfe]) }),
  umaMensagem(43, { valor: 'antes\u0000depois' }),
  // Says that it is from before all others, and two say the same instant.
  umaMensagem(7, { topico: 'vendas', gravadaMs: COMECO_MS - 60_000, valor: 'velha' }),
  umaMensagem(8, { topico: 'vendas', gravadaMs: COMECO_MS + 41_000 }),
])

test('sem filtro: todas, as mais novas primeiro, pelo instante de cada uma', async () => {
  const { mensagens: achadas } = await buscar(leitura, { limite: 200 }, PEQUENOS)
  assert.equal(achadas.length, 46)
  const instantes = achadas.map(({ instante }) => instante)
  assert.deepEqual(instantes, instantes.toSorted().toReversed())
  assert.equal(achadas.at(-1)?.topico, 'vendas')
})

test('por pedido, por tópico e por tempo', async () => {
  assert.deepEqual(await achar({ pedido: 1_002 }), [41, 40])
  assert.equal((await achar({ pedido: 1_001 })).length, 40)
  assert.deepEqual(await achar({ pedido: 9 }), [])
  assert.deepEqual(await achar({ topico: 'vendas' }), [8, 7])
  assert.deepEqual(await achar({ topico: 'pedidos_criados' }), [])
  const desdeMs = COMECO_MS + 38_000
  assert.deepEqual(await achar({ desdeMs, ateMs: desdeMs + 1_999 }), [39, 38])
  assert.deepEqual(await achar({ ateMs: COMECO_MS - 1 }), [7])
  assert.deepEqual(await achar({ desdeMs: COMECO_MS + 42_000 }), [43, 42])
  assert.deepEqual(await achar({ pedido: 1_001, desdeMs, ateMs: desdeMs }), [38])
  assert.deepEqual(await achar({ topico: 'vendas', desdeMs: COMECO_MS }), [8])
})

test('por texto: no valor, na chave ou em um cabeçalho, letra por letra', async () => {
  assert.deepEqual(await achar({ texto: 'maçã 100%_' }), [40])
  assert.deepEqual(await achar({ texto: 'Maçã' }), [])
  assert.deepEqual(await achar({ texto: 'letra' }), [40])
  assert.deepEqual(await achar({ texto: '1002/EmitirNota' }), [41])
  assert.deepEqual(await achar({ texto: 'diz "oi"' }), [41])
  assert.deepEqual(
    await achar({ texto: '","' }),
    [],
    'o que separa os cabeçalhos não é texto deles',
  )
  assert.deepEqual(await achar({ texto: 'depois' }), [43])
  assert.deepEqual(await achar({ texto: '/wAb' }), [], 'o que não é texto não se procura')
  assert.deepEqual(await achar({ texto: '1002', pedido: 1_002, topico: 'nf_emitida' }), [41, 40])
})

test('em páginas de qualquer tamanho, com qualquer passo, cada uma aparece uma vez', async () => {
  const [inteira] = await folhear({ limite: 200 }, LIMITES_DA_BUSCA)
  for (const limite of [1, 3, 45, 46]) {
    for (const passo of [1, 4, 46, 1_000]) {
      const paginas = await folhear({ limite }, { ...PEQUENOS, passo })
      assert.deepEqual(paginas.flat(), inteira, `${limite} por página, ${passo} por passo`)
    }
  }
})

test('uma pergunta lê só até o seu limite, e diz onde parou', async () => {
  const avara = { linhas: 14, ms: 60_000, passo: 7 }
  const paginas = await folhear({ limite: 200, texto: 'velha' }, avara)
  assert.deepEqual(
    paginas.map(({ length }) => length),
    [0, 0, 0, 1],
  )
  const semTempo = await buscar(leitura, { limite: 200, texto: 'velha' }, { ...PEQUENOS, ms: 0 })
  assert.deepEqual(semTempo.mensagens, [])
  assert.ok(semTempo.proximo, 'ao menos um passo, e de lá se continua')
})

test('a página de uma mensagem que a retenção removeu acaba ali', async () => {
  const nenhuma = { mensagens: [], proximo: null }
  assert.deepEqual(await buscar(leitura, { limite: 5, antesDe: 9_999 }), nenhuma)
})

test('na lista, o começo; uma só, inteira como veio', async () => {
  const longo = 'x'.repeat(70_000)
  await livro.gravar([umaMensagem(44, { valor: longo, cabecalhos: { ce_id: 'a' } })])
  const [naLista] = (await buscar(leitura, { limite: 1 })).mensagens
  assert.deepEqual([naLista?.trecho?.conteudo.length, naLista?.tamanho], [200, 70_000])
  assert.deepEqual([naLista?.evento, naLista?.chave], ['a', null])
  const uma = await lerUma(leitura, 'nf_emitida', 0, 44)
  assert.deepEqual([uma?.cortado, uma?.valor?.conteudo.length], [true, 65_536])
  const binaria = await lerUma(leitura, 'nf_emitida', 0, 42)
  assert.deepEqual(binaria?.valor, { codificacao: 'base64', conteudo: '/wAb' })
  assert.deepEqual(binaria?.chave, { codificacao: 'base64', conteudo: '/g==' })
  const [nulas] = (await buscar(leitura, { limite: 1, texto: 'depois' })).mensagens
  assert.equal(nulas?.trecho?.conteudo, 'antes\u0000depois')
  const comNulo = await lerUma(leitura, 'nf_emitida', 0, 43)
  assert.equal(comNulo?.valor?.conteudo, 'antes\u0000depois')
  const { cabecalhos } = (await lerUma(leitura, 'nf_emitida', 0, 41))!
  const texto = (conteudo: string) => ({ codificacao: 'utf8', conteudo })
  assert.deepEqual(cabecalhos, [
    { nome: 'ce_id', valor: texto('1002/EmitirNota') },
    { nome: 'x', valor: texto('diz "oi"') },
  ])
})

test('toda pergunta anda por um índice, limitada dos dois lados', async () => {
  const planos: string[] = []
  const espiar: typeof leitura.todos = async (sql, parametros) => {
    const plano = await leitura.todos<{ detail: string }>(`explain query plan ${sql}`, parametros)
    planos.push(...plano.map(({ detail }) => detail))
    return leitura.todos(sql, parametros)
  }
  const espia = {
    todos: espiar,
    um: async (...p: Parameters<typeof espiar>) => (await espiar(...p))[0],
  }
  for (const pedido of [undefined, 1_001]) {
    await buscar(espia as typeof leitura, { pedido, texto: 'velha', limite: 5 }, PEQUENOS)
  }
  const dasMensagens = planos.filter((plano) => / [pm] /.test(plano) && !/PRIMARY KEY/.test(plano))
  for (const plano of dasMensagens)
    assert.match(plano, /^SEARCH .*instante_ms.*>.* AND .*instante_ms,id\)</)
  assert.ok(dasMensagens.length > 4)
  assert.deepEqual(
    planos.filter((plano) => /TEMP B-TREE/.test(plano)),
    [],
  )
})
