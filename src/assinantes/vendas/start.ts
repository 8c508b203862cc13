// vendas: each sale of the topic, once, in PostgreSQL. A message is done with when its row is
// committed, or when it is among the dead letters.
import type { FastifyInstance } from 'fastify'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { lerVariavel } from '../../infra/configuracao.ts'
import { VARIAVEIS_DO_LOTE_DE_VENDAS } from '../../infra/variaveis_do_lote_de_vendas.ts'
import { ErroDeInicio } from '../../persistencia/database.ts'
import { comoErroDeInicio } from '../../persistencia/postgres_erros.ts'
import { ateOPrazo } from '../../persistencia/prazo.ts'
import type { AbrirAssinante } from '../partes.ts'
import { motivoDe } from './falhas.ts'
import { criarInsistencia, type Insistencia } from './insistencia.ts'
import { criarLotes } from './lotes.ts'
import { criarMedidas, type Medidas } from './medidas.ts'
import { abrirRepositorio, type Repositorio, TabelaImpropria } from './repository.ts'
import { criarTratar } from './tratar.ts'

/** Batches that gather while the workers are busy. */
const JUNTANDO = 4
/** How long what is still being written at the end is waited for. */
const FECHAR_MS = 1_000

export const abrir: AbrirAssinante = async (partes) => {
  const { avisar, metricas } = partes
  const url = partes.configuracao.postgresDasVendas
  if (!url) throw new ErroDeInicio('vendas grava em um PostgreSQL: diga VENDAS_DATABASE_URL', 2)
  const [lote, esperaMs, trabalhadores] = lerNumeros()
  await using pilha = new AsyncDisposableStack()
  const repositorio = await abrirRepositorio(url, trabalhadores)
  pilha.defer(() => ateOPrazo(repositorio.fechar(), Date.now() + FECHAR_MS, () => undefined))
  const fim = new AbortController()
  pilha.defer(() => fim.abort(new ErroDeNegocio('encerrando')))
  const insistencia = criarInsistencia(
    {
      repositorio,
      aoCair: (erro) => avisar('o PostgreSQL das vendas não responde', { motivo: motivoDe(erro) }),
      aoVoltar: (foraMs) =>
        avisar('o PostgreSQL das vendas voltou', { fora_ms: Math.round(foraMs) }),
    },
    fim.signal,
  )
  await preparar(url, repositorio, insistencia)
  const medidas = criarMedidas(metricas, () => insistencia.fora)
  const gravar = medidas.medindo(insistencia.gravar)
  const lotes = criarLotes({ lote, esperaMs, trabalhadores, gravar })
  registrarSituacao(partes.app, medidas, insistencia)
  // No order among the messages of a key: the batches keep that of a number.
  partes.consumir(criarTratar(partes, lotes, medidas), (trabalhadores + JUNTANDO) * lote, false)
  return pilha.move()
}

const lerNumeros = () =>
  VARIAVEIS_DO_LOTE_DE_VENDAS.slice(0, 3).map((variavel) =>
    Number(lerVariavel(variavel, process.env)),
  ) as [number, number, number]

/** Who answers, and says no, is a mistake of whoever starts; who does not answer is waited for. */
async function preparar(url: string, repositorio: Repositorio, insistencia: Insistencia) {
  try {
    await repositorio.preparar()
  } catch (erro) {
    if (erro instanceof TabelaImpropria) {
      throw new ErroDeInicio(`a tabela sales não serve: ${erro.message}`, 2)
    }
    if (/^(28|3D|42)/.test(motivoDe(erro))) throw comoErroDeInicio(url, erro)
    insistencia.preparar(erro as Error).catch(() => undefined)
  }
}

/** Of the batches' own tries: one more question would wait behind them for a connection. */
function registrarSituacao(app: FastifyInstance, { contagem }: Medidas, insistencia: Insistencia) {
  app.register(async (rotas) => {
    rotas.get('/interno/vendas', {
      schema: { tags: ['operação'], summary: 'As vendas gravadas e o banco delas' },
      handler: async () => ({
        banco: insistencia.fora ? 'não responde' : 'responde',
        ...contagem,
      }),
    })
  })
}
