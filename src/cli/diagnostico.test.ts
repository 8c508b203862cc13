// What the machine has and lacks: the whole command here, and each verdict from invented findings.
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { travar } from '../infra/supervisao/trava.ts'
import { comandoDiagnostico } from './diagnostico.ts'
import type { Conferencia } from './diagnostico_conferencia.ts'
import { conferirConfiguracao } from './diagnostico_da_configuracao.ts'
import {
  conferirMemoria,
  conferirNode,
  conferirRelogio,
  programa,
} from './diagnostico_da_maquina.ts'
import { conferirPortas } from './diagnostico_das_portas.ts'
import { conferirDados, conferirDisco } from './diagnostico_dos_dados.ts'
import { abrirHttp, abrirTerminal } from './terminal_de_teste.ts'

/** Only for the length of one test. */
function comVariavel(t: TestContext, nome: string, valor: string): void {
  const antes = process.env[nome]
  process.env[nome] = valor
  t.after(() => {
    if (antes === undefined) delete process.env[nome]
    else process.env[nome] = antes
  })
}

const porNome = (conferencias: readonly Conferencia[], nome: string): Conferencia | undefined =>
  conferencias.find((uma) => uma.nome === nome)

test('a tabela diz o resultado de tudo, e nada fica para trás', async (t) => {
  using terminal = abrirTerminal(t)
  comVariavel(t, 'ECOMMERCE_DB', join(terminal.diretorio, 'e.db'))
  const { codigo, saida } = await terminal.executar(comandoDiagnostico)
  assert.equal(codigo, 0)
  assert.match(saida, /\n {2}ok {5}gravação {8}[\d,]+ ms por commit durável/)
  assert.match(saida, /\n {2}aviso {2}dados iniciais .*e\.db ainda não existe\n +→ nada: npm start/)
  assert.match(saida, /\n\nTudo o que npm start precisa está aqui\.$/)
  assert.deepEqual(readdirSync(terminal.diretorio), [])
})

test('--json: o mesmo para programas; variável sem sentido é falha e termina com 1', async (t) => {
  using terminal = abrirTerminal(t)
  comVariavel(t, 'QUATROVIAS_PERFIL', 'fantasia')
  comVariavel(t, 'GATEWAY_PORTA', 'oito')
  const { codigo, saida } = await terminal.executar(comandoDiagnostico, '--json')
  assert.equal(codigo, 1)
  const { pronta, conferencias } = JSON.parse(saida)
  assert.equal(pronta, false)
  const falhas = conferencias.filter((uma: Conferencia) => uma.resultado === 'falha')
  assert.deepEqual(
    falhas.map((uma: Conferencia) => uma.achado.split(' não serve: ')[0]),
    ['QUATROVIAS_PERFIL=fantasia', 'GATEWAY_PORTA=oito'],
  )
})

test('variáveis boas são nomeadas', async (t) => {
  comVariavel(t, 'QUATROVIAS_SEMENTE', '7')
  const [configuracao] = await conferirConfiguracao()
  assert.equal(configuracao?.resultado, 'ok')
  assert.match(configuracao?.achado ?? '', /QUATROVIAS_SEMENTE/)
})

test('porta tomada: aviso se é a de costume, falha se foi pedida, ok se é nossa', async (t) => {
  using terminal = abrirTerminal(t)
  await using http = await abrirHttp(() => undefined)
  const numero = new URL(http.url).port
  comVariavel(t, 'ESTOQUE_PORTA', numero)
  const conferir = async () => porNome(await conferirPortas(terminal.diretorio), `porta ${numero}`)
  const tomada = await conferir()
  assert.equal(tomada?.resultado, 'falha')
  assert.match(tomada?.fazer ?? '', /mude ESTOQUE_PORTA/)
  if (process.platform === 'linux') {
    assert.match(tomada?.achado ?? '', new RegExp(`tomada pelo processo ${process.pid}: .*node`))
    await using _trava = await travar(terminal.diretorio)
    assert.equal((await conferir())?.resultado, 'ok')
  }
})

test('diretório onde não se grava: falha, e não se mede nada nele', async (t) => {
  using terminal = abrirTerminal(t)
  const arquivo = join(terminal.diretorio, 'arquivo')
  writeFileSync(arquivo, '')
  const ecommerce = join(terminal.diretorio, 'e.db')
  const [escrita, ...resto] = await conferirDados(join(arquivo, 'dentro'), ecommerce)
  assert.equal(escrita?.resultado, 'falha')
  assert.deepEqual(
    resto.map(({ nome }) => nome),
    ['dados iniciais'],
  )
})

test('diretório que ainda não existe continua sem existir', async (t) => {
  using terminal = abrirTerminal(t)
  const diretorio = join(terminal.diretorio, 'a', 'b')
  const achados = await conferirDados(diretorio, join(terminal.diretorio, 'e.db'))
  assert.equal(porNome(achados, 'diretório')?.achado, `${diretorio} (será criado)`)
  assert.equal(porNome(achados, 'gravação')?.resultado, 'ok')
  assert.deepEqual(readdirSync(terminal.diretorio), [])
})

test('dados iniciais de outro programa são falha; os nossos, contados', async (t) => {
  using terminal = abrirTerminal(t)
  const arquivo = join(terminal.diretorio, 'e.db')
  const conferir = async () =>
    porNome(await conferirDados(terminal.diretorio, arquivo), 'dados iniciais')
  {
    using banco = new DatabaseSync(arquivo)
    banco.exec('create table produtos (id integer primary key, preco real)')
  }
  assert.equal((await conferir())?.resultado, 'falha')
  {
    using banco = new DatabaseSync(arquivo)
    banco.exec('alter table produtos add column preco_centavos integer')
    banco.exec('insert into produtos (preco_centavos) values (1), (2)')
  }
  assert.equal((await conferir())?.achado, `${arquivo}: 2 produtos`)
  const pasta = join(terminal.diretorio, 'pasta')
  mkdirSync(pasta)
  const [, , , dados] = await conferirDados(terminal.diretorio, pasta)
  assert.equal(dados?.resultado, 'falha')
})

test('só falta de Node ou de disco impede; o mais é aviso', () => {
  const achados = [
    conferirNode('v26.10.0'),
    conferirNode('v20.20.2'),
    conferirMemoria(2_000),
    conferirMemoria(300),
    conferirDisco(2_000),
    conferirDisco(500),
    conferirDisco(10),
    conferirRelogio(new Date('2026-01-01')),
    conferirRelogio(new Date(0)),
    programa('Java', { maior: 21, texto: '21.0.1' }, 17, 'instale'),
    programa('Java', { maior: 1, texto: '1.8.0' }, 17, 'instale'),
    programa('Java', undefined, 17, 'instale'),
  ]
  assert.deepEqual(
    achados.map(({ resultado }) => resultado),
    [
      ...['ok', 'falha', 'ok', 'aviso', 'ok', 'aviso', 'falha', 'ok', 'aviso'],
      ...['ok', 'aviso', 'aviso'],
    ],
  )
  for (const { resultado, fazer } of achados) assert.equal(fazer === undefined, resultado === 'ok')
})
