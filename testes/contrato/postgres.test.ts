// The same services over PostgreSQL in place of SQLite: the features that write most, and the
// checker over the books there.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { esquemaDe } from '../../src/infra/banco_do_servico.ts'
import { LivrosIlegiveis } from '../../src/laboratorio/conferencias/livros.ts'
import { abrirPostgres } from '../../src/persistencia/postgres.ts'
import { atosSobreProdutos } from '../atos_sobre_produtos.features.ts'
import { abrirPostgresDeTeste, consultarEm, type PostgresDeTeste } from '../postgres.ts'
import { cancelamento } from './cancelamento.features.ts'
import { fluxo } from './fluxo.features.ts'
import { repeticoes } from './repeticoes.features.ts'
import { abrirMemoriaDeTeste } from './sistema_memoria.ts'

let servidor: PostgresDeTeste
before(async () => {
  servidor = await abrirPostgresDeTeste()
})
after(async () => servidor?.[Symbol.asyncDispose]())

const NOME = 'memoria com PostgreSQL'
const abrir = async (ambiente?: Record<string, string>) =>
  abrirMemoriaDeTeste({ ...ambiente, DATABASE_URL: await servidor.novaBase() })

fluxo(NOME, abrir)
repeticoes(NOME, abrir)
cancelamento(NOME, abrir)
atosSobreProdutos('postgres', async (modulo) =>
  abrirPostgres(await servidor.novaBase(), modulo.nome, esquemaDe(modulo)),
)

test('o conferente lê os livros no PostgreSQL: o que se mexe neles aparece', async () => {
  const url = await servidor.novaBase()
  await using sistema = await abrirMemoriaDeTeste({ DATABASE_URL: url })
  for (const chave of ['a', 'b', 'c']) await sistema.criar({ chave })
  const antes = await sistema.conferir()
  assert.deepEqual([antes.pedidos, antes.porStatus, antes.problemas], [3, { enviado: 3 }, []])
  await consultarEm(url, 'delete from logistica.eventos where id = 2')
  await consultarEm(
    url,
    'update pagamentos.pagamentos set valor_centavos = 1 where pedido_id = 1001',
  )
  const reposicao = "1, 'admin/1/ReporEstoque/x', 1, 5, 0, '2026-01-01T00:00:00.000Z'"
  await consultarEm(url, `insert into estoque.reposicoes values (${reposicao})`)
  const { porConferencia } = await sistema.conferir()
  assert.deepEqual(
    Object.entries(porConferencia).flatMap(([nome, n]) => (n > 0 ? [nome] : [])),
    [
      'mudanca_com_passo',
      'pagamento_e_provedor',
      'reservado_e_livre',
      'passos_completos',
      'eventos_sem_falta',
      'envios_e_eventos',
      'conteudo_dos_eventos',
    ],
  )
  // As in books that were not opened since there are restocks.
  await consultarEm(url, 'drop table estoque.reposicoes')
  assert.equal((await sistema.conferir()).porConferencia.reservado_e_livre, 0)
  await consultarEm(url, 'drop schema fiscal cascade')
  await assert.rejects(sistema.conferir(), (erro) => {
    assert.ok(erro instanceof LivrosIlegiveis)
    assert.match(erro.message, /^Não foi possível ler o livro fiscal no PostgreSQL: /)
    return true
  })
})
