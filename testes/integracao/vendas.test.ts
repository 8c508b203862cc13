// vendas over a real broker and a real PostgreSQL: each sale of the topic once in the table or once
// among the dead letters, whatever dies meanwhile.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it, type TestContext } from 'node:test'
import { setTimeout as esperar } from 'node:timers/promises'
import { Client } from 'pg'
import { comAdmin } from '../../src/arquiteturas/kafka/topicos.ts'
import { lerVenda } from '../../src/assinantes/vendas/domain.ts'
import { abrirTerminal } from '../../src/cli/terminal_de_teste.ts'
import { comandoVendas } from '../../src/cli/vendas.ts'
import { gerarVendas } from '../../src/dados/vendas.ts'
import { ate } from '../ate.ts'
import { abrirBrokerDeTeste, type BrokerDeTeste, faltaKafka } from '../kafka.ts'
import { type Avulso, abrirAvulso, lerTudo } from '../kafka_avulso.ts'
import { abrirPostgresDeTeste, consultarEm, type PostgresDeTeste } from '../postgres.ts'
import { iniciarVendas } from '../vendas_em_processo.ts'

const LIMITE_MS = 30_000
const ITEM = '{"product":"x","quantity":1,"unit_price":1}'
const GRUPO = 'vendas-group'
const MORTAS = 'vendas-group-mortas'
/** Longer than the session of a member (6 s): who stopped talking to the group would be out. */
const FORA_MS = 7_000

const falta = faltaKafka()
if (falta) it('vendas', { skip: falta })
else
  describe('vendas', () => {
    const pilha = new AsyncDisposableStack()
    let broker: BrokerDeTeste
    let postgres: PostgresDeTeste
    let avulso: Avulso
    let base: string
    before(async () => {
      broker = pilha.use(await abrirBrokerDeTeste())
      postgres = pilha.use(await abrirPostgresDeTeste())
      avulso = pilha.use(abrirAvulso(broker.conexao))
      base = await postgres.novaBase()
      // As the reference has it, and with a column that may not be null.
      await consultarEm(
        base,
        `create table sales (
          order_number int primary key, total numeric not null, processed_at timestamp)`,
      )
    })
    after(() => pilha.disposeAsync())

    const ambiente = () => ({
      ...{ KAFKA_BROKERS: broker.endereco, KAFKA_PARTICOES: '3', VENDAS_DATABASE_URL: base },
    })

    const iniciar = (outras: Record<string, string> = {}) =>
      iniciarVendas({ ...ambiente(), ...outras })

    async function mandar(valores: readonly (string | Buffer | undefined)[]): Promise<void> {
      await Promise.all(
        valores.map((valor) =>
          avulso.mandar({
            topic: 'vendas',
            ...(valor !== undefined && { value: Buffer.from(valor) }),
          }),
        ),
      )
    }
    const gerar = (quantas: number, primeira: number) =>
      [...gerarVendas(quantas, primeira, primeira)].map((venda) => JSON.stringify(venda))
    const linhas = async (de: number, quantas: number): Promise<Map<number, string>> => {
      const sql = `select order_number, total::text as total from sales
        where order_number >= ${de} and order_number < ${de + quantas}
        and processed_at between timezone('utc', now()) - interval '5 minutes'
          and timezone('utc', now())`
      const lidas = await consultarEm(base, sql)
      return new Map(lidas.map(({ order_number, total }) => [Number(order_number), String(total)]))
    }
    const esperadas = (textos: readonly string[]) =>
      new Map(textos.map(lerVenda).map(({ numero, total }) => [numero, total]))
    const gravadas = async (textos: readonly string[], limiteMs = LIMITE_MS) => {
      const certas = esperadas(textos)
      const de = Math.min(...certas.keys())
      const vistas = await ate(
        async () => {
          const achadas = await linhas(de, certas.size).catch(() => undefined)
          return achadas?.size === certas.size ? achadas : undefined
        },
        ...([limiteMs, `${certas.size} vendas de ${de} em diante`] as const),
      )
      assert.deepEqual(new Map([...vistas].sort()), new Map([...certas].sort()))
    }
    const mortas = async () => (await lerTudo(broker.conexao, [MORTAS])).map(({ value }) => value)
    const membros = async () => {
      const grupo = await comAdmin(broker.conexao, async (admin) =>
        (await admin.describeGroups({ groups: [GRUPO] })).get(GRUPO),
      )
      return grupo?.state === 'Stable' ? [...grupo.members.keys()].sort() : []
    }

    it('a amostra vira cem linhas exatas; enviada outra vez, é absorvida', async (t) => {
      const terminal = noTerminal(t, ambiente())
      const amostra = JSON.parse(await readFile('sales_sample.json', 'utf8')) as object[]
      // Before anybody of the group was ever there.
      assert.deepEqual(await terminal('enviar'), [0, 'enviadas a vendas: 100', ''])
      await using vendas = await iniciar()
      await gravadas(amostra.map((venda) => JSON.stringify(venda)))
      await terminal('enviar')
      const contado = await vendas.tratou({ gravadas: 100, repetidas: 100 })
      assert.deepEqual([contado.banco, contado.gravadas, contado.mortas], ['responde', 100, 0])
      const [codigo, saida] = await terminal('listar', '--limite', '2', '--json')
      const lidas = JSON.parse(saida)
      assert.deepEqual([codigo, lidas.quantidade, lidas.vendas.length], [0, 100, 2])
      assert.equal(lidas.vendas[0].total, lerVenda(JSON.stringify(amostra[0])).total)
      const metricas = await (await fetch(`${vendas.url}/metrics`)).text()
      assert.match(metricas, /quatrovias_vendas_total\{resultado="gravada",servico="vendas"\} 100/)
      await vendas.encerrar('SIGTERM')
    })

    it('o que não serve morre uma vez, com o motivo, e o resto se grava', async () => {
      await using vendas = await iniciar()
      const boas = gerar(20, 10_001)
      const outroTotal = boas[3]!.replace(/"quantity":\d/, '"quantity":4')
      const ruins = [
        ...['{', 'null', '[]', '"texto"', '{"order_number":10001}'],
        ...['{"order_number":"10001","items":[{"product":"x","quantity":1,"unit_price":1}]}'],
        ...['{"order_number":10001,"items":[{"product":"x","quantity":-1,"unit_price":1}]}'],
        `{"order_number":10001,"items":[${Array(10_000).fill(ITEM).join()}]}`,
      ]
      await mandar(boas)
      await gravadas(boas)
      await mandar([outroTotal, ...ruins, Buffer.from([0x7b, 0xff, 0x7d]), undefined, ...boas])
      const esperado = { gravadas: 20, mortas: ruins.length + 3 }
      const contado = await vendas.tratou({ ...esperado, repetidas: 20 })
      assert.partialDeepStrictEqual(contado, esperado)
      const enterradas = await mortas()
      for (const ruim of [outroTotal, ...ruins]) {
        assert.equal(enterradas.filter((valor) => valor === ruim).length, 1, ruim.slice(0, 80))
      }
      assert.equal(enterradas.length, ruins.length + 3)
      await gravadas(boas)
      await vendas.encerrar('SIGTERM')
      const dito = vendas.linhas().filter((linha) => linha.includes('mensagem morta'))
      assert.equal(dito.filter((linha) => linha.includes('conflito_de_total')).length, 1)
      assert.ok(dito.some((linha) => linha.includes('items.0.quantity')))
    })

    it('banco fora por mais que uma sessão: ninguém sai do grupo, e tudo se grava', async () => {
      await using vendas = await iniciar()
      const textos = gerar(2_500, 20_001)
      await mandar(textos.slice(0, 500))
      await gravadas(textos.slice(0, 500))
      const antes = await ate(membros, LIMITE_MS, 'um membro')
      await postgres.parar()
      await mandar(textos.slice(500))
      await ate(
        async () => (await vendas.situacao()).banco === 'não responde',
        ...([LIMITE_MS, 'banco não responde'] as const),
      )
      // What is under test is a time: longer than the session.
      await esperar(FORA_MS)
      assert.deepEqual(await membros(), antes)
      await postgres.voltar()
      await gravadas(textos)
      assert.deepEqual(await membros(), antes)
      const contado = await vendas.tratou({ gravadas: 2_500 })
      assert.partialDeepStrictEqual(contado, { gravadas: 2_500, mortas: 0 })
      await vendas.encerrar('SIGTERM')
      const ditas = (texto: string) =>
        vendas.linhas().filter((linha) => linha.includes(`das vendas ${texto}`))
      // Cut, refused, starting up: each once.
      const motivos = ditas('não responde').map((linha) => JSON.parse(linha).motivo)
      assert.ok(motivos.length > 0)
      assert.deepEqual(motivos, [...new Set(motivos)])
      assert.equal(ditas('voltou').length, 1)
    })

    it('morto no meio dos lotes: o seguinte termina, nada se perde nem se dobra', async () => {
      const textos = gerar(4_000, 30_001)
      {
        await using primeira = await iniciar({ VENDAS_LOTE: '20' })
        const mandando = mandar(textos)
        await ate(
          async () => (await linhas(30_001, 4_000)).size > 300,
          ...([LIMITE_MS, 'no meio'] as const),
        )
        await primeira.encerrar('SIGKILL')
        await mandando
      }
      assert.ok((await linhas(30_001, 4_000)).size < 4_000, 'morreu antes do fim')
      // Nor does it matter that nobody answers when the second one starts.
      await postgres.parar()
      await using segunda = await iniciar()
      assert.equal((await segunda.situacao()).banco, 'não responde')
      await postgres.voltar()
      await gravadas(textos)
      assert.equal((await segunda.situacao()).mortas, 0)
      await segunda.encerrar('SIGTERM')
    })

    it('duas instâncias dividem as partições, e cada venda é gravada uma vez', async () => {
      // A database without the table, which both of them make.
      base = await postgres.novaBase()
      const [primeira, segunda] = await Promise.all([iniciar(), iniciar()])
      await using uma = primeira
      await using outra = segunda
      await ate(async () => (await membros()).length === 2, LIMITE_MS, 'dois membros')
      const textos = gerar(2_000, 40_001)
      await mandar(textos)
      await gravadas(textos)
      const contar = async () => {
        const contagens = await Promise.all([uma, outra].map((vendas) => vendas.situacao()))
        const [a = 0, b = 0] = contagens.map(({ gravadas }) => gravadas)
        return a + b >= 2_000 ? ([a, b] as const) : undefined
      }
      const [a, b] = await ate(contar, LIMITE_MS, 'cada uma contou as suas')
      assert.equal(a + b, 2_000)
      assert.ok(a > 0 && b > 0, `${a} e ${b}`)
      await Promise.all([uma, outra].map((vendas) => vendas.encerrar('SIGTERM')))
    })

    it('a linha que um gatilho recusa morre só, e as vizinhas se gravam', async () => {
      base = await postgres.novaBase()
      await using vendas = await iniciar()
      const textos = gerar(21, 50_001)
      await consultarEm(
        base,
        `create function recusar() returns trigger language plpgsql as
          'begin raise exception ''não aceito %'', new.order_number; end';
        create trigger recusar before insert on sales for each row
          when (new.order_number = 50006) execute function recusar()`,
      )
      await mandar(textos)
      await gravadas(textos.slice(0, 5))
      // They are of several partitions: the dead one may be counted before its neighbours.
      const contado = await vendas.tratou({ gravadas: 20, mortas: 1 })
      assert.partialDeepStrictEqual(contado, { gravadas: 20, mortas: 1 })
      assert.ok((await mortas()).includes(textos[5]!))
      await vendas.encerrar('SIGTERM')
      assert.ok(!vendas.linhas().some((linha) => linha.includes('das vendas não responde')))
    })

    it('um banco ocupado responde: o que se diz dele é o que os lotes sabem', async () => {
      base = await postgres.novaBase()
      await using vendas = await iniciar({ VENDAS_TRABALHADORES: '1' })
      const alheio = new Client({ connectionString: base })
      try {
        await alheio.connect()
        await alheio.query('begin; lock table sales')
        const textos = gerar(20, 60_001)
        await mandar(textos)
        const esperando = `select 1 from pg_stat_activity where wait_event_type = 'Lock'`
        await ate(
          async () => (await consultarEm(base, esperando)).length > 0,
          ...([LIMITE_MS, 'um lote à espera da tabela'] as const),
        )
        assert.equal((await vendas.situacao()).banco, 'responde')
        await alheio.query('commit')
        await gravadas(textos)
      } finally {
        await alheio.end()
      }
      await vendas.encerrar('SIGTERM')
    })

    it('senha errada, base que não há ou tabela que arredonda: código 2, sem a senha', async () => {
      const outra = await postgres.novaBase()
      const criar = 'create table sales (order_number int primary key, total numeric(10,2))'
      await consultarEm(outra, criar)
      const errada = base.replace(postgres.senha, 'outra-senha')
      const nenhuma = base.replace(/\/[^/]*$/, '/nenhuma')
      const ditos = await Promise.all(
        [errada, nenhuma, outra].map((url) =>
          iniciar({ VENDAS_DATABASE_URL: url }).then(String, (erro: Error) => erro.message),
        ),
      )
      assert.match(ditos[0]!, /usuário ou senha recusados/)
      assert.doesNotMatch(ditos[0]!, /outra-senha/)
      assert.match(ditos[1]!, /não existe a base de dados/)
      assert.match(ditos[2]!, /numeric\(10,2\), que arredonda/)
    })
  })

/** The command as typed: exit code, stdout, stderr. */
function noTerminal(t: TestContext, variaveis: Record<string, string>) {
  return async (...argumentos: string[]): Promise<[number, string, string]> => {
    using terminal = abrirTerminal(t)
    const antes = { ...process.env }
    Object.assign(process.env, variaveis)
    try {
      const { codigo, saida, erros } = await terminal.executar(comandoVendas, ...argumentos)
      return [codigo, saida, erros]
    } finally {
      for (const nome of Object.keys(variaveis)) delete process.env[nome]
      Object.assign(process.env, antes)
    }
  }
}
