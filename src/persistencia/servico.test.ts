// The skeleton of every service (K2, K4, K9, K10, K11), over a real SQLite file and a small made-up
// definition: each payment adds its value to a sum, which shows in what order they were decided.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ate } from '../../testes/ate.ts'
import {
  abrirBancoDeTeste,
  type BancoDeTeste,
  envelope,
  resumido,
  SEM_REGISTRO,
} from '../../testes/banco.ts'
import type { AutorizarPagamento } from '../contratos/comandos.ts'
import { comoCentavos } from '../contratos/dinheiro.ts'
import type { Resultado, Servico } from '../contratos/envelope.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { agora, comoPedidoId } from '../contratos/ids.ts'
import type { Database } from './database.ts'
import { eventosApos } from './diario.ts'
import { criarServico, type Definicao, type Operacoes } from './servico.ts'

/** Values that the made-up service cannot bear: one when deciding, one when the row is written. */
const INDECIDIVEL = 666
const VENENO = 13
const ESQUEMA = `
  create table caderno (
    pedido_id integer primary key,
    soma integer not null,
    valor integer not null check (valor <> ${VENENO})
  );`

interface Contagem {
  preparos: number
  decisoes: number
}
interface Opcoes {
  readonly preparar?: (comando: AutorizarPagamento) => Promise<void>
  readonly perguntaFora?: boolean
  readonly operacoes?: Operacoes
}
type Caderno = Definicao<AutorizarPagamento, number, void>

const abrir: Caderno['abrir'] = async (tx) => {
  const linha = await tx.um<{ soma: number }>('select coalesce(max(soma), 0) as soma from caderno')
  let soma = linha?.soma ?? 0
  const linhas: number[][] = []
  return {
    estado: () => soma,
    guardar({ comando }, _evento, nova) {
      soma = nova
      linhas.push([comando.pedido_id, nova, comando.valor_centavos])
    },
    gravar: (tx) =>
      tx.executarCada('insert into caderno (pedido_id, soma, valor) values ($1, $2, $3)', linhas),
  }
}

function servicoDeTeste(db: Database, opcoes: Opcoes = {}): Servico & Contagem {
  const contagem: Contagem = { preparos: 0, decisoes: 0 }
  const definicao: Caderno = {
    nome: 'pagamentos',
    abrir,
    perguntaFora: () => opcoes.perguntaFora ?? true,
    async preparar({ comando }) {
      contagem.preparos++
      await opcoes.preparar?.(comando)
    },
    decide(_soma, { comando }) {
      contagem.decisoes++
      if (comando.valor_centavos === INDECIDIVEL) throw new ErroDeNegocio('pedido_desconhecido')
      const { pedido_id, valor_centavos } = comando
      return { tipo: 'PagamentoAprovado', pedido_id, valor_centavos }
    },
    evolve: (soma, evento) =>
      evento.tipo === 'PagamentoAprovado' ? soma + evento.valor_centavos : soma,
  }
  return Object.assign(contagem, criarServico(definicao, db, opcoes.operacoes ?? SEM_REGISTRO))
}

const pagar = (pedido: number, valor = 100): AutorizarPagamento => ({
  tipo: 'AutorizarPagamento',
  pedido_id: comoPedidoId(pedido),
  valor_centavos: comoCentavos(valor),
})
const um = async (servico: Servico, pedido: number, valor = 100, prazo?: number) =>
  (await servico.handle([envelope(pagar(pedido, valor), prazo)]))[0] as Resultado
const varios = (servico: Servico, comandos: readonly AutorizarPagamento[]) =>
  servico.handle(comandos.map((comando) => envelope(comando)))

const gravados = (db: BancoDeTeste) => eventosApos(db.leitura, 0, 1_000)
const cadernoDe = (db: BancoDeTeste) =>
  db.leitura.todos<{ pedido_id: number; soma: number }>(
    'select pedido_id, soma from caderno order by soma',
  )
async function nadaGravado(db: BancoDeTeste): Promise<void> {
  assert.deepEqual([await gravados(db), await cadernoDe(db)], [[], []])
}

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

test('o resultado i responde ao comando i e o lote é uma transação', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const pedidos = [5, 3, 9, 1]
  const resultados = await varios(
    servicoDeTeste(db),
    pedidos.map((n) => pagar(n)),
  )
  assert.deepEqual(
    resultados.map((r) => r.ok && r.gravado.evento.pedido_id),
    pedidos,
  )
  assert.equal(db.transacoes(), 1)
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

test('repetido e divergente dentro de um mesmo lote são reconhecidos', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const servico = servicoDeTeste(db)
  const resultados = await varios(servico, [pagar(1), pagar(1), pagar(1, 200), pagar(2)])
  assert.deepEqual(resultados.map(resumido), [
    'PagamentoAprovado',
    'PagamentoAprovado repetido',
    'comando_divergente',
    'PagamentoAprovado',
  ])
  assert.equal(servico.decisoes, 2)
})

test('cem comandos iguais ao mesmo tempo dão um evento e 99 repetidos', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const servico = servicoDeTeste(db)
  const resultados = await Promise.all(Array.from({ length: 100 }, () => um(servico, 1)))
  assert.equal(resultados.filter((r) => r.ok && r.repetido).length, 99)
  assert.equal((await gravados(db)).length, 1)
  assert.equal(servico.decisoes, 1)
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

test('o vencido cai sozinho do seu lote; os outros são gravados', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const lote = [envelope(pagar(1)), envelope(pagar(2), Date.now() - 1), envelope(pagar(3))]
  const resultados = await servicoDeTeste(db).handle(lote)
  const esperado = ['PagamentoAprovado', 'prazo_esgotado', 'PagamentoAprovado']
  assert.deepEqual(resultados.map(resumido), esperado)
  assert.deepEqual(
    (await gravados(db)).map((g) => g.id),
    [1, 2],
  )
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

test('erro ao decidir falha só o seu comando e nada dele é gravado', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const lote = [pagar(1), pagar(2, INDECIDIVEL), pagar(3)]
  const resultados = await varios(servicoDeTeste(db), lote)
  const esperado = ['PagamentoAprovado', 'pedido_desconhecido', 'PagamentoAprovado']
  assert.deepEqual(resultados.map(resumido), esperado)
  assert.deepEqual(
    (await cadernoDe(db)).map((l) => [l.pedido_id, l.soma]),
    [
      [1, 100],
      [3, 200],
    ],
  )
  assert.equal(db.transacoes(), 1)
})

test('comando envenenado falha sozinho na gravação; o resto do lote é gravado sem buraco', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const lote = [pagar(1), pagar(2), pagar(3, VENENO), pagar(4), pagar(5, VENENO), pagar(6)]
  const resultados = await varios(servicoDeTeste(db), lote)
  const bom = 'PagamentoAprovado'
  assert.deepEqual(resultados.map(resumido), [bom, bom, 'defeito', bom, 'defeito', bom])
  const linhas = await gravados(db)
  assert.deepEqual(
    linhas.map((g) => [g.id, g.evento.pedido_id]),
    [1, 2, 4, 6].map((pedido, i) => [i + 1, pedido]),
  )
  assert.deepEqual(
    (await cadernoDe(db)).map((l) => l.soma),
    [100, 200, 300, 400],
  )
  assert.deepEqual(
    resultados.filter((r) => r.ok).map((r) => r.gravado),
    linhas,
  )
})

test('banco ocupado falha o lote inteiro como passageiro, sem refazer um por um', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  let tentativas = 0
  const ocupado: Database = {
    leitura: db.leitura,
    async transacao() {
      tentativas++
      throw new ErroDeNegocio('banco_ocupado')
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
  const resultados = await varios(servicoDeTeste(ocupado), [pagar(1), pagar(2), pagar(3)])
  assert.deepEqual(resultados.map(resumido), Array(3).fill('banco_ocupado'))
  assert.equal(tentativas, 1)
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

test('duzentos ao mesmo tempo: ids contíguos na ordem em que foram decididos e gravados', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  // Each takes another number of turns to prepare, so that they fall into many batches.
  const preparar = async ({ pedido_id }: AutorizarPagamento) => {
    for (let i = 0; i < (pedido_id * 7) % 11; i++) await new Promise(setImmediate)
  }
  const servico = servicoDeTeste(db, { preparar })
  const pedidos = Array.from({ length: 200 }, (_, i) => i + 1)
  const resultados = await Promise.all(pedidos.map((n) => um(servico, n)))
  const linhas = await gravados(db)
  assert.deepEqual(
    linhas.map((g) => g.id),
    pedidos,
  )
  const ordem = (await cadernoDe(db)).map((l) => l.pedido_id)
  assert.deepEqual(
    linhas.map((g) => g.evento.pedido_id),
    ordem,
  )
  assert.ok(resultados.every((r) => r.ok && linhas[r.gravado.id - 1]?.causa === r.gravado.causa))
  assert.ok(db.transacoes() > 1 && db.transacoes() < 200, `${db.transacoes()} transações`)
})

test('cada operação é anunciada ao chegar e ao terminar; só o que gravou acorda quem segue', async () => {
  await using db = await abrirBancoDeTeste(ESQUEMA)
  const anuncios: string[] = []
  const operacoes: Operacoes = {
    chegou: ({ causa }) => anuncios.push(`chegou ${causa}`),
    terminou: (_e, resultado) => anuncios.push(`terminou ${resumido(resultado)}`),
    gravou: (n) => anuncios.push(`gravou ${n}`),
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
