// The dead letters that pedidos keeps, the same on every driver: what is kept once, what is shown,
// what is sent again, and when an order waits no more.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { comoPedidoId, type Instante } from '../src/contratos/ids.ts'
import type { Database } from '../src/persistencia/database.ts'
import { consultasDePedidos } from '../src/servicos/pedidos/consultas.ts'
import { MAXIMO_DO_ASSINANTE, type Morta } from '../src/servicos/pedidos/mortas.ts'

const PEDIDO = comoPedidoId(1_001)
const OUTRO = comoPedidoId(1_002)
const instante = (s: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, s)).toISOString() as Instante

/** Of `PEDIDO`, unless its value says another; each at an offset of its own. */
let deslocamento = 0
export const umaMorta = (outra: Partial<Morta> = {}): Morta => ({
  ...{ grupo: 'estoque-group', topico: 'pagamentos_processados', particao: 2 },
  ...{ offset: String(++deslocamento), codigo: 'comando_divergente', detalhe: 'Não confere.' },
  ...{ passageira: false, instante: instante(1), valor_omitido: false },
  chave: Buffer.from(String(PEDIDO)),
  valor: Buffer.from(JSON.stringify({ pedido_id: PEDIDO, status: 'aprovado' })),
  cabecalhos: [[Buffer.from('ce_id'), Buffer.from('1001/AutorizarPagamento')]],
  ...outra,
})
export const doPedido = (pedido_id: number, outra: Partial<Morta> = {}): Morta =>
  umaMorta({ ...outra, valor: Buffer.from(JSON.stringify({ pedido_id })) })

export async function comPedidos(db: Database): Promise<ReturnType<typeof consultasDePedidos>> {
  await db.transacao((tx) =>
    tx.executarCada(
      `insert into pedidos
         (id, cliente_id, arquitetura, status, total_centavos, criado_em, atualizado_em)
       values ($1, 1, 'kafka', 'pendente', 100, '2026', '2026')`,
      [PEDIDO, OUTRO].map((id) => [id]),
    ),
  )
  return consultasDePedidos(db)
}

export function mortas(driver: string, abrir: () => Promise<Database>): void {
  const em = async (
    corpo: (consultas: Awaited<ReturnType<typeof comPedidos>>) => Promise<void>,
  ): Promise<void> => {
    await using db = await abrir()
    await corpo(await comPedidos(db))
  }
  const marcar = (ids: readonly number[]) => ({ ids, recusadas: [] })

  describe(`mensagens mortas em ${driver}`, () => {
    it('cada uma é guardada uma vez, e retém o seu pedido se não for passageira', () =>
      em(async ({ guardarMorta, mortas, retidos }) => {
        const definitiva = umaMorta()
        for (const morta of [definitiva, definitiva, doPedido(OUTRO, { passageira: true })]) {
          await guardarMorta(morta)
        }
        assert.equal(await mortas.contar({}), 2)
        const presos = (await retidos(10)).map(({ pedido_id, codigo }) => [pedido_id, codigo])
        assert.deepEqual(presos, [[PEDIDO, 'comando_divergente']])
      }))

    it('as de um assinante não retêm o pedido, e ficam só as mais novas', async () => {
      await using db = await abrir()
      const { guardarMorta, mortas, retidos } = await comPedidos(db)
      const cheia = Array.from({ length: MAXIMO_DO_ASSINANTE }, (_, i) => [i + 1, String(i)])
      await db.transacao((tx) =>
        tx.executarCada(
          `insert into mortas (id, grupo, topico, particao, deslocamento, codigo, detalhe,
             passageira, cabecalhos, instante)
           values ($1, 'vendas-group', 'vendas', 0, $2, 'x', 'x', 0, '[]', '2026')`,
          cheia,
        ),
      )
      const deAssinante = { grupo: 'vendas-group', topico: 'vendas' }
      await guardarMorta(umaMorta({ ...deAssinante, detalhe: 'a mais nova' }))
      await guardarMorta(umaMorta())
      assert.equal(await mortas.contar({ grupo: 'vendas-group' }), MAXIMO_DO_ASSINANTE)
      assert.equal(await mortas.ver(1), undefined)
      const [mais] = await mortas.listar({ grupo: 'vendas-group' }, 1)
      assert.equal(mais?.detalhe, 'a mais nova')
      assert.equal((await retidos(10)).length, 1)
    })

    it('a lista vem das mais novas, página a página, só com o que se pede', () =>
      em(async ({ guardarMorta, mortas }) => {
        await guardarMorta(umaMorta())
        await guardarMorta(umaMorta({ grupo: 'pedidos-group', topico: 'nf_emitida' }))
        await guardarMorta(doPedido(OUTRO, { passageira: true, offset: '9007199254740993' }))
        await guardarMorta(umaMorta({ chave: undefined, valor: Buffer.from('lixo') }))
        await mortas.marcar(marcar([1]))
        const ids = async (...pergunta: Parameters<typeof mortas.listar>) =>
          (await mortas.listar(...pergunta)).map(({ id }) => id)
        assert.deepEqual(await ids({}, 3), [4, 3, 2])
        assert.deepEqual(await ids({}, 3, 2), [1])
        assert.deepEqual(await ids({ grupo: 'pedidos-group' }, 9), [2])
        assert.deepEqual(await ids({ topico: 'pagamentos_processados' }, 9), [4, 3, 1])
        assert.deepEqual(await ids({ pedido_id: OUTRO }, 9), [3])
        assert.deepEqual(await ids({ pendentes: true }, 9), [4, 3, 2])
        assert.equal(await mortas.contar({ pendentes: true, grupo: 'estoque-group' }), 2)
        const [lixo, passageira] = await mortas.listar({}, 2)
        assert.deepEqual([lixo?.pedido_id, lixo?.passageira], [null, false])
        assert.deepEqual([passageira?.passageira, passageira?.offset], [true, '9007199254740993'])
      }))

    it('uma mostra o que trazia: texto como texto, o mais em base64', () =>
      em(async ({ guardarMorta, mortas }) => {
        await guardarMorta(umaMorta())
        await guardarMorta(umaMorta({ chave: undefined, valor: Buffer.from([0xff, 0xfe]) }))
        const texto = await mortas.ver(1)
        assert.deepEqual(
          [texto?.chave?.conteudo, texto?.valor],
          ['1001', { codificacao: 'utf8', conteudo: '{"pedido_id":1001,"status":"aprovado"}' }],
        )
        const valor = { codificacao: 'utf8', conteudo: '1001/AutorizarPagamento' }
        assert.deepEqual(texto?.cabecalhos, [{ nome: 'ce_id', valor }])
        const bytes = await mortas.ver(2)
        assert.deepEqual(
          [bytes?.chave, bytes?.valor],
          [null, { codificacao: 'base64', conteudo: '//4=' }],
        )
        assert.equal(await mortas.ver(3), undefined)
      }))

    it('volta como veio, byte a byte, e as mais antigas primeiro', () =>
      em(async ({ guardarMorta, mortas }) => {
        const originais = [
          umaMorta({ valor: Buffer.from([0, 255]) }),
          umaMorta({ chave: undefined, valor: undefined }),
        ]
        for (const morta of originais) await guardarMorta(morta)
        const lidas = await mortas.aReenviar({}, 0, 10)
        assert.deepEqual(
          lidas.map(({ id: _, ...morta }) => morta),
          originais.map(({ topico, particao, offset, chave, valor, cabecalhos }) => ({
            ...{ topico, particao, offset, chave, valor, cabecalhos },
          })),
        )
        assert.deepEqual(await mortas.aReenviar({}, 0, 1), [lidas[0]])
        assert.deepEqual(await mortas.aReenviar({}, 1, 10), [lidas[1]])
      }))

    it('nem a reenviada nem a recusada volta a ser enviada com as outras', () =>
      em(async ({ guardarMorta, mortas }) => {
        await guardarMorta(umaMorta({ valor_omitido: true, valor: undefined }))
        for (let i = 0; i < 3; i++) await guardarMorta(umaMorta())
        await mortas.marcar({ ids: [2], recusadas: [{ id: 3, porque: 'grande' }] })
        assert.deepEqual(
          (await mortas.aReenviar({}, 0, 10)).map(({ id }) => id),
          [4],
        )
        const recusas = (await mortas.listar({}, 9)).map(({ recusa }) => recusa)
        assert.deepEqual(recusas, [null, 'grande', null, 'valor_omitido'])
      }))

    it('a mesma mensagem, morta em dois grupos, volta para os dois de uma vez', () =>
      em(async ({ guardarMorta, mortas }) => {
        const lugar = { particao: 0, offset: '0' }
        await guardarMorta(umaMorta(lugar))
        await guardarMorta(umaMorta({ ...lugar, grupo: 'pedidos-group' }))
        const refeito = Buffer.from('{"pedido_id":1002}')
        await guardarMorta(
          umaMorta({ ...lugar, grupo: 'pedidos-group', valor: refeito, instante: instante(5) }),
        )
        await guardarMorta(umaMorta({ ...lugar, particao: 1 }))
        await mortas.marcar(marcar([1]))
        const pendentes = await mortas.listar({ pendentes: true }, 9)
        assert.deepEqual(
          pendentes.map(({ id }) => id),
          [4, 3],
        )
      }))

    it('as passageiras são só as mortas há bastante tempo', () =>
      em(async ({ guardarMorta, mortas }) => {
        await guardarMorta(umaMorta({ instante: instante(1) }))
        await guardarMorta(umaMorta({ passageira: true, instante: instante(2) }))
        await guardarMorta(umaMorta({ passageira: true, instante: instante(3) }))
        const ate = async (s: number) =>
          (await mortas.passageiras(instante(s), 9)).map(({ id }) => id)
        assert.deepEqual([await ate(1), await ate(2), await ate(3)], [[], [2], [2, 3]])
        await mortas.marcar(marcar([2]))
        assert.deepEqual(await ate(3), [3])
      }))

    it('o pedido é solto com a última das suas, e só se foi por elas que esperava', () =>
      em(async ({ guardarMorta, mortas, retidos, reter }) => {
        for (const id of [PEDIDO, PEDIDO, OUTRO]) await guardarMorta(doPedido(id))
        await reter(OUTRO, 'defeito', 'Outra coisa.')
        const presos = async () => (await retidos(9)).map(({ pedido_id }) => pedido_id)
        await mortas.marcar(marcar([1]))
        assert.deepEqual(await presos(), [OUTRO, PEDIDO], 'a segunda ainda o retém')
        await mortas.marcar(marcar([2, 3]))
        assert.deepEqual(await presos(), [OUTRO], 'este espera por outra coisa')
      }))

    it('a que morre de novo antes de ser marcada continua a reter', () =>
      em(async ({ guardarMorta, mortas, retidos }) => {
        await guardarMorta(umaMorta())
        await guardarMorta(umaMorta({ instante: instante(9) }))
        await mortas.marcar(marcar([1]))
        assert.equal((await retidos(9)).length, 1)
      }))
  })
}
