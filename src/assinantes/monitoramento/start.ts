// monitoramento: takes down every message of every topic, and answers what there was.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { criarFresco } from '../../arquiteturas/kafka/fresco.ts'
import { listarTopicos } from '../../arquiteturas/kafka/visao_dos_topicos.ts'
import { comoErro } from '../../contratos/errors.ts'
import { abrirSqlite } from '../../persistencia/sqlite.ts'
import type { AbrirAssinante } from '../partes.ts'
import { criarEscrita } from './escrita.ts'
import { criarIdentificar } from './identidade.ts'
import { abrirLivro } from './livro.ts'
import { criarMedidas } from './medidas.ts'
import { type Anotada, anotar } from './mensagem.ts'
import { lerGuardadas } from './repository.ts'
import { iniciarRetencao } from './retencao.ts'
import { registrarRotas } from './rotas.ts'

/** Messages in flight, which is also the largest batch. */
const JANELA = 500
/** Of the cluster: as it is now, or not at all. */
const VISTA = { frescoMs: 0, esperaMs: 1_000 }
const ESQUEMA = readFileSync(new URL('./schema.sql', import.meta.url), 'utf8')

export const abrir: AbrirAssinante = async (partes) => {
  const { conexao, configuracao, diretorio, app, metricas, avisar } = partes
  await using pilha = new AsyncDisposableStack()
  const db = pilha.use(abrirSqlite(join(diretorio, 'monitoramento.db'), ESQUEMA))
  const falhou = (oQue: string) => (erro: unknown) => {
    const { codigo, message, cause } = comoErro(erro)
    avisar(`${oQue}: ${message}`, { codigo, err: cause ?? erro })
  }
  const medidas = criarMedidas(metricas, () => lerGuardadas(db.leitura))
  const livro = await abrirLivro(db, criarIdentificar(conexao))
  const gravar = async (lote: readonly Anotada[]): Promise<void> => {
    const inicio = performance.now()
    const porTopico = await livro.gravar(lote)
    medidas.gravou(porTopico, (performance.now() - inicio) / 1_000)
  }
  const escrita = pilha.use(criarEscrita(gravar, falhou('a auditoria espera')))
  const { monitoramento } = configuracao
  pilha.use(iniciarRetencao(db, monitoramento, falhou('a retenção espera')))
  const verCluster = criarFresco(() => listarTopicos(conexao), VISTA)
  registrarRotas(app, db.leitura, verCluster)
  partes.consumir((recebida) => escrita.gravar(anotar(recebida)), JANELA, false)
  const aberto = pilha.move()
  return { [Symbol.asyncDispose]: () => aberto.disposeAsync() }
}
