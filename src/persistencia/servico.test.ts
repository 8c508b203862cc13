// The skeleton of every service, one command at a time: known commands (K2, K4), deadlines and what
// is asked outside (K9), over a real SQLite file.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ate } from '../../testes/ate.ts'
import { abrirBancoDeTeste, envelope, resumido, SEM_REGISTRO } from '../../testes/banco.ts'
import {
  cadernoDe,
  ESQUEMA,
  gravados,
  INDECIDIVEL,
  nadaGravado,
  pagar,
  servicoDeTeste,
  um,
  varios,
} from '../../testes/caderno.ts'
import type { AutorizarPagamento } from '../contratos/comandos.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { EventoGravado } from '../contratos/eventos.ts'
import { agora } from '../contratos/ids.ts'
import type { Database } from './database.ts'
import { eventosApos } from './diario.ts'
import type { Operacoes } from './servico.ts'

test('um comando grava um evento, com tudo que veio no envelope', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const pedido = envelope(pagar(7))
  const [resultado] = await servicoDeTeste(db, { perguntaFora: false }).handle([pedido])
  assert.equal(resultado && resumido(resultado), 'PagamentoAprovado')
  const [gravado, ...outros] = await gravados(db)
  assert.deepEqual(outros, [])
  assert.ok(resultado?.ok && gravado)
  assert.deepEqual(gravado, resultado.gravado)
  const { causa, arquitetura, traceparent, instante } = pedido
  assert.partialDeepStrictEqual(gravado, { id: 1, causa, arquitetura, traceparent, instante })
})

test('o que levou tempo fora é datado pelo seu fim', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const pedido = envelope(pagar(1))
  const preparar = async () => {
    await ate(() => agora() > pedido.instante, 1_000, 'o relógio anda')
  }
  await servicoDeTeste(db, { preparar }).handle([pedido])
  assert.ok((await gravados(db))[0]!.instante > pedido.instante)
})

test('comando repetido responde o evento gravado e nem prepara nem decide', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const servico = servicoDeTeste(db)
  const primeiro = await um(servico, 1)
  const segundo = await um(servico, 1)
  assert.ok(primeiro.ok && segundo.ok)
  assert.deepEqual([primeiro.repetido, segundo.repetido], [false, true])
  assert.deepEqual(segundo.gravado, primeiro.gravado)
  assert.deepEqual([servico.preparos, servico.decisoes], [1, 1])
  assert.equal((await gravados(db)).length, 1)
})

test('repetido de um comando que não pergunta fora também não decide', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const servico = servicoDeTeste(db, { perguntaFora: false })
  await um(servico, 1)
  assert.equal(resumido(await um(servico, 1)), 'PagamentoAprovado repetido')
  assert.equal(servico.decisoes, 1)
})

test('o repetido é reconhecido também depois de abrir o serviço de novo', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  await um(servicoDeTeste(db), 1)
  const reaberto = servicoDeTeste(db)
  assert.equal(resumido(await um(reaberto, 1)), 'PagamentoAprovado repetido')
  assert.equal(reaberto.preparos, 0)
})

test('comando conhecido com outro conteúdo é divergente e nada é feito', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  for (const perguntaFora of [true, false]) {
    const servico = servicoDeTeste(db, { perguntaFora })
    await um(servico, 1)
    assert.equal(resumido(await um(servico, 1, 200)), 'comando_divergente')
  }
  assert.equal((await gravados(db)).length, 1)
  assert.deepEqual(
    (await cadernoDe(db)).map((l) => l.soma),
    [100],
  )
})

test('comando vencido responde prazo_esgotado e não deixa evento nem linha', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const servico = servicoDeTeste(db)
  assert.equal(resumido(await um(servico, 1, 100, Date.now() - 1)), 'prazo_esgotado')
  await nadaGravado(db)
  assert.equal(servico.decisoes, 0)
  assert.equal(resumido(await um(servico, 1)), 'PagamentoAprovado')
})

test('prazo que vence enquanto o provedor pensa não grava nada', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const prazo = Date.now() + 30
  const preparar = async () => {
    await ate(() => Date.now() > prazo, 1_000, 'o prazo vence')
  }
  const servico = servicoDeTeste(db, { preparar })
  assert.equal(resumido(await um(servico, 1, 100, prazo)), 'prazo_esgotado')
  assert.equal(servico.preparos, 1)
  await nadaGravado(db)
})

test('comando conhecido responde o seu evento mesmo com o prazo vencido', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  for (const perguntaFora of [true, false]) {
    const servico = servicoDeTeste(db, { perguntaFora })
    await um(servico, 1)
    const repetido = await um(servico, 1, 100, Date.now() - 1)
    assert.equal(resumido(repetido), 'PagamentoAprovado repetido')
  }
})

test('o provedor é perguntado fora da transação: um pedido lento não segura o outro', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const lento = Promise.withResolvers<void>()
  const preparar = ({ pedido_id }: AutorizarPagamento) =>
    pedido_id === 1 ? lento.promise : Promise.resolve()
  const servico = servicoDeTeste(db, { preparar })
  const primeiro = um(servico, 1)
  assert.equal(resumido(await um(servico, 2)), 'PagamentoAprovado')
  assert.deepEqual(
    (await gravados(db)).map((g) => g.evento.pedido_id),
    [2],
  )
  lento.resolve()
  assert.equal(resumido(await primeiro), 'PagamentoAprovado')
})

test('num mesmo handle o lento não segura a gravação do rápido', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const lento = Promise.withResolvers<void>()
  const preparar = ({ pedido_id }: AutorizarPagamento) =>
    pedido_id === 1 ? lento.promise : Promise.resolve()
  const ambos = varios(servicoDeTeste(db, { preparar }), [pagar(1), pagar(2)])
  await ate(async () => (await gravados(db)).length === 1, 1_000, 'o rápido está gravado')
  lento.resolve()
  assert.deepEqual((await ambos).map(resumido), ['PagamentoAprovado', 'PagamentoAprovado'])
})

test('falha ao preparar não deixa nada e o mesmo comando passa depois', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  let fora = true
  const preparar = async () => {
    if (fora) throw new ErroDeNegocio('servico_indisponivel')
  }
  const servico = servicoDeTeste(db, { preparar })
  assert.equal(resumido(await um(servico, 1)), 'servico_indisponivel')
  await nadaGravado(db)
  fora = false
  assert.equal(resumido(await um(servico, 1)), 'PagamentoAprovado')
})

test('o imprevisto é um defeito que guarda a sua causa, e o serviço segue vivo', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const causa = new TypeError('imprevisto')
  const preparar = async ({ pedido_id }: AutorizarPagamento) => {
    if (pedido_id === 1) throw causa
  }
  const servico = servicoDeTeste(db, { preparar })
  const resultado = await um(servico, 1)
  assert.ok(!resultado.ok)
  assert.deepEqual([resultado.erro.codigo, resultado.erro.cause], ['defeito', causa])
  assert.equal(resumido(await um(servico, 2)), 'PagamentoAprovado')
})

test('o que se anuncia é o que o commit gravou, depois dele e na ordem do diário', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const lidos: Promise<unknown>[] = []
  const anunciados: EventoGravado[] = []
  const operacoes: Operacoes = {
    ...SEM_REGISTRO,
    gravou(novos) {
      anunciados.push(...novos)
      lidos.push(eventosApos(db.leitura, novos[0]!.id - 1, novos.length))
      lidos.push(Promise.resolve(novos))
    },
  }
  const servico = servicoDeTeste(db, { operacoes })
  await Promise.all([1, 2, 3].map((pedido) => um(servico, pedido)))
  await Promise.all([3, 4].map((pedido) => um(servico, pedido)))
  const [noDiario, dito, maisNoDiario, maisDito] = await Promise.all(lidos)
  assert.deepEqual([noDiario, maisNoDiario], [dito, maisDito])
  assert.deepEqual(
    anunciados.map(({ id, evento }) => [id, evento.pedido_id]),
    [1, 2, 3, 4].map((n) => [n, n]),
  )
})

test('o que o commit não gravou não se anuncia', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const anunciados: unknown[] = []
  const semCommit: Database = {
    ...db,
    transacao: (corpo) =>
      db.transacao(async (tx) => {
        await corpo(tx)
        throw new ErroDeNegocio('banco_sem_espaco')
      }),
  }
  const operacoes: Operacoes = { ...SEM_REGISTRO, gravou: (novos) => anunciados.push(...novos) }
  const resultado = await um(servicoDeTeste(semCommit, { operacoes }), 1)
  assert.ok(!resultado.ok)
  assert.deepEqual(anunciados, [])
})

test('cada operação é anunciada ao chegar e ao terminar; só o gravado acorda alguém', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const anuncios: string[] = []
  const operacoes: Operacoes = {
    chegou: ({ causa }) => anuncios.push(`chegou ${causa}`),
    terminou: (_e, resultado) => anuncios.push(`terminou ${resumido(resultado)}`),
    gravou: (novos) => anuncios.push(`gravou ${novos.length}`),
  }
  const servico = servicoDeTeste(db, { operacoes })
  await um(servico, 1)
  await um(servico, 1)
  await um(servico, 2, INDECIDIVEL)
  assert.deepEqual(anuncios, [
    'chegou 1/AutorizarPagamento',
    'gravou 1',
    'terminou PagamentoAprovado',
    'chegou 1/AutorizarPagamento',
    'terminou PagamentoAprovado repetido',
    'chegou 2/AutorizarPagamento',
    'terminou pedido_desconhecido',
  ])
})
