// PostgreSQL: what every driver promises, and its own: one writer among all instances (K11), faults
// of the server and of the wire as transient ones, and no password on any screen.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { inspect } from 'node:util'
import { ErroDeInicio } from '../../src/persistencia/database.ts'
import { abrirPostgres } from '../../src/persistencia/postgres.ts'
import { ate } from '../ate.ts'
import { database, ESQUEMA, inserir, linhas } from '../database.features.ts'
import { abrirFio } from '../fio.ts'
import { abrirPostgresDeTeste, consultarEm, type PostgresDeTeste } from '../postgres.ts'

const LIMITE_MS = 10_000
let servidor: PostgresDeTeste

before(async () => {
  servidor = await abrirPostgresDeTeste()
})
after(async () => servidor?.[Symbol.asyncDispose]())

database('postgres', async () => {
  const url = await servidor.novaBase()
  return {
    abrir: (esquema = ESQUEMA) => abrirPostgres(url, 'teste', esquema),
    [Symbol.asyncDispose]: async () => undefined,
  }
})

describe('postgres: um que escreve por vez', () => {
  it('outra instância só entra depois do commit da primeira, e vê o que ela gravou', async () => {
    const url = await servidor.novaBase()
    await using uma = await abrirPostgres(url, 'teste', ESQUEMA)
    await using outra = await abrirPostgres(url, 'teste', ESQUEMA)
    const dentro = Promise.withResolvers<void>()
    const passo = Promise.withResolvers<void>()
    const primeira = uma.transacao(async (tx) => {
      await tx.executar("insert into t values (1, 'x')")
      dentro.resolve()
      await passo.promise
    })
    await dentro.promise
    let entrou = false
    const segunda = outra.transacao(async (tx) => {
      entrou = true
      return tx.todos<{ a: number }>('select a from t')
    })
    const esperando = "select pid from pg_locks where locktype = 'advisory' and not granted"
    const espera = async () => entrou || (await consultarEm(url, esperando)).length > 0
    await ate(espera, LIMITE_MS, 'a segunda pede a vez').finally(passo.resolve)
    await primeira
    assert.deepEqual(await segunda, [{ a: 1 }], 'entrou antes do commit')
  })

  it('vale também onde o servidor começa toda transação em outro isolamento', async () => {
    const url = await servidor.novaBase()
    const base = new URL(url).pathname.slice(1)
    const isolamento = "set default_transaction_isolation to 'serializable'"
    await consultarEm(url, `alter database ${base} ${isolamento}`)
    await using uma = await abrirPostgres(url, 'teste', ESQUEMA)
    await using outra = await abrirPostgres(url, 'teste', ESQUEMA)
    const somar = 'insert into t select coalesce(max(a), 0) + 1, $1 from t'
    const vezes = Array.from({ length: 20 }, (_, i) =>
      (i % 2 ? uma : outra).transacao((tx) => tx.executar(somar, ['x'])),
    )
    await Promise.all(vezes)
    assert.deepEqual(
      await linhas(uma),
      Array.from({ length: 20 }, (_, i) => i + 1),
    )
  })

  it('serviços diferentes não esperam um pelo outro nem se veem', async () => {
    const url = await servidor.novaBase()
    await using pedidos = await abrirPostgres(url, 'pedidos', ESQUEMA)
    await using fiscal = await abrirPostgres(url, 'fiscal', ESQUEMA)
    await pedidos.transacao(async (tx) => {
      await tx.executar("insert into t values (1, 'x')")
      await inserir(fiscal, 2)
    })
    assert.deepEqual([await linhas(pedidos), await linhas(fiscal)], [[1], [2]])
  })

  it('opções na URL não tiram cada serviço do seu esquema', async () => {
    const url = `${await servidor.novaBase()}?options=-c%20search_path%3Dpublic`
    await using db = await abrirPostgres(url, 'teste', ESQUEMA)
    await inserir(db, 1)
    const achadas = await consultarEm(url, "select schemaname from pg_tables where tablename = 't'")
    assert.deepEqual(achadas, [{ schemaname: 'teste' }])
  })

  it('oito instâncias abrem ao mesmo tempo um banco que ainda não existia', async () => {
    const url = await servidor.novaBase()
    const abrindo = Array.from({ length: 8 }, () => abrirPostgres(url, 'teste', ESQUEMA))
    const abertas = await Promise.all(abrindo)
    for (const [i, db] of abertas.entries()) await inserir(db, i)
    assert.equal((await linhas(abertas[0]!)).length, 8)
    await Promise.all(abertas.map((db) => db[Symbol.asyncDispose]()))
  })

  it('o commit espera pelo disco, seja qual for o padrão do servidor', async () => {
    await using db = await abrirPostgres(await servidor.novaBase(), 'teste', ESQUEMA)
    const linha = await db.transacao((tx) => tx.um('show synchronous_commit'))
    assert.deepEqual(linha, { synchronous_commit: 'on' })
  })
})

describe('postgres: o que dá errado', () => {
  it('comando que falha e é ignorado pelo corpo não passa por gravado', async () => {
    await using db = await abrirPostgres(await servidor.novaBase(), 'teste', ESQUEMA)
    await inserir(db, 1)
    const gravando = db.transacao(async (tx) => {
      await tx.executar("insert into t values (1, 'de novo')").catch(() => undefined)
    })
    await assert.rejects(gravando, /desfez a transação/)
  })

  it('um NUL, que o PostgreSQL não guarda, não derruba o comando', async () => {
    await using db = await abrirPostgres(await servidor.novaBase(), 'teste', ESQUEMA)
    await inserir(db, 1, 'a\0b')
    assert.deepEqual(await db.leitura.um('select b from t'), { b: 'a\uFFFDb' })
  })

  it('sem servidor as operações falham por ora; quando ele volta, voltam', async () => {
    await using proprio = await abrirPostgresDeTeste()
    await using db = await abrirPostgres(await proprio.novaBase(), 'teste', ESQUEMA)
    await inserir(db, 1)
    await linhas(db)
    const emCurso = db.transacao(async (tx) => {
      await tx.executar("insert into t values (2, 'x')")
      await proprio.parar()
      await tx.um('select 1')
    })
    await assert.rejects(emCurso, { codigo: 'banco_falhou', canRetry: true })
    await assert.rejects(inserir(db, 3), { codigo: 'banco_falhou', canRetry: true })
    await assert.rejects(linhas(db), { codigo: 'banco_falhou', canRetry: true })
    await proprio.voltar()
    await inserir(db, 4)
    assert.deepEqual(await linhas(db), [1, 4])
  })

  it('commit cuja resposta se perdeu é dito como falha, embora esteja gravado', async () => {
    const url = await servidor.novaBase()
    await using fio = await abrirFio(url)
    await using db = await abrirPostgres(fio.url, 'teste', ESQUEMA)
    const gravando = db.transacao(async (tx) => {
      await tx.executar("insert into t values (1, 'x')")
      fio.calarDepoisDe('commit')
    })
    const gravado = async () => (await consultarEm(url, 'select a from teste.t')).length === 1
    const falhou = assert.rejects(gravando, { codigo: 'banco_falhou', canRetry: true })
    await ate(gravado, LIMITE_MS, 'o commit chega ao servidor')
    fio.cortar()
    await falhou
    assert.deepEqual(await linhas(db), [1])
    await inserir(db, 2)
    assert.deepEqual(await linhas(db), [1, 2])
  })

  it('conexões derrubadas enquanto ninguém as usa não encerram o processo', async () => {
    const url = await servidor.novaBase()
    await using db = await abrirPostgres(url, 'teste', ESQUEMA)
    await inserir(db, 1)
    await linhas(db)
    const outras = 'from pg_stat_activity where datname = current_database() and pid <> '
    await consultarEm(url, `select pg_terminate_backend(pid) ${outras} pg_backend_pid()`)
    const vivas = async () =>
      (await consultarEm(url, `select pid ${outras} pg_backend_pid()`)).length
    await ate(async () => (await vivas()) === 0, LIMITE_MS, 'as conexões caem')
    const tentar = () => inserir(db, 2).then(...ouNao)
    await ate(tentar, LIMITE_MS, 'o banco volta a gravar')
    await ate(() => linhas(db).then(...ouNao), LIMITE_MS, 'e a ler')
  })

  it('disco cheio, vez que não chega e servidor em queda têm o seu código', async () => {
    await using db = await abrirPostgres(await servidor.novaBase(), 'teste', ESQUEMA)
    const lancar = (codigo: string) =>
      db.transacao((tx) =>
        tx.executar(`do $$ begin raise exception 'x' using errcode = '${codigo}'; end $$`),
      )
    const esperados = {
      ...{ 53100: 'banco_sem_espaco', 53300: 'banco_ocupado', 40001: 'banco_ocupado' },
      ...{ '40P01': 'banco_ocupado', '55P03': 'banco_ocupado', 58030: 'banco_falhou' },
      ...{ '08006': 'banco_falhou', '57P01': 'banco_falhou', '25006': 'banco_falhou' },
    }
    for (const [sqlstate, codigo] of Object.entries(esperados)) {
      await assert.rejects(lancar(sqlstate), { codigo, canRetry: true }, sqlstate)
    }
    await assert.rejects(lancar('23505'), { code: '23505' })
    await inserir(db, 1)
  })

  it('depois de uma falha grava-se por outra conexão: esta pode ser de uma réplica', async () => {
    await using db = await abrirPostgres(await servidor.novaBase(), 'teste', ESQUEMA)
    const conexao = () => db.transacao((tx) => tx.um('select pg_backend_pid() as pid'))
    const antes = await conexao()
    assert.deepEqual(await conexao(), antes)
    const gravando = db.transacao(async (tx) => {
      await tx.executar('set transaction read only')
      await tx.executar("insert into t values (1, 'x')")
    })
    await assert.rejects(gravando, { codigo: 'banco_falhou' })
    assert.notDeepEqual(await conexao(), antes)
  })
})

const ouNao = [() => true, () => false] as const

describe('postgres: o que não abre', () => {
  const naoAbre = async (url: string, mensagem: RegExp, esquema = ESQUEMA) => {
    const erro = await abrirPostgres(url, 'teste', esquema).catch((e: unknown) => e)
    assert.ok(erro instanceof ErroDeInicio, inspect(erro))
    assert.match(erro.message, mensagem)
    assert.equal(erro.exitCode, 2)
    assert.ok(!inspect(erro, { depth: 9 }).includes(servidor.senha), 'a senha não aparece')
  }

  it('porta em que ninguém ouve', async () => {
    const url = new URL(await servidor.novaBase())
    url.port = '1'
    await naoAbre(url.href, /^banco_inacessivel: nenhum PostgreSQL responde em 127\.0\.0\.1:1/)
  })

  it('senha errada', async () => {
    const url = new URL(await servidor.novaBase())
    url.password = `${servidor.senha}-errada`
    await naoAbre(url.href, /^banco_inacessivel: usuário ou senha recusados por 127\.0\.0\.1/)
  })

  it('base de dados que não existe', async () => {
    const url = new URL(await servidor.novaBase())
    url.pathname = '/nenhuma'
    await naoAbre(url.href, /^banco_inacessivel: não existe a base de dados .*\/nenhuma/)
  })

  it('URL que não se entende', async () => {
    await naoAbre(`postgres://a:${servidor.senha}@:porta:/x`, /DATABASE_URL/)
  })

  it('esquema que o banco recusa, e nada dele fica', async () => {
    const url = await servidor.novaBase()
    await naoAbre(url, /^banco_inacessivel: .* 127\.0\.0\.1/, `${ESQUEMA}; create tabela x`)
    assert.deepEqual(await consultarEm(url, "select 1 from pg_tables where tablename = 't'"), [])
  })
})
