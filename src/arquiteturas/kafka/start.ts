// Opens publish/subscribe for one service: the relay that carries its log to the topics, and its
// member of the consumer group. Neither needs the cluster to be there: what is committed waits.
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { EventoGravado } from '../../contratos/eventos.ts'
import type { NomeServico, PedidoId } from '../../contratos/ids.ts'
import { fluxoPorTopico, grupoDe, lidosPor, TOPICOS_DAS_MORTAS } from '../../contratos/topicos.ts'
import { criarCauda } from '../../persistencia/cauda.ts'
import { eventosApos, ultimoId } from '../../persistencia/diario.ts'
import { iniciarRelay, MAIOR_LOTE, type Relay } from '../../persistencia/relay.ts'
import type { Ausencias, Bastidores, PeloDiario, PortaAberta } from '../arquitetura.ts'
import { medirAtrasos, porGrupo } from './atraso.ts'
import { assuntoDe } from './cabecalhos.ts'
import { type ConexaoKafka, ehDestaMaquina } from './conexao.ts'
import { type Consumidor, iniciarConsumidor, JANELA } from './consumidor.ts'
import { desistirSempre } from './espera.ts'
import { type GuardaDosTopicos, guardarTopicos, type Parou } from './guarda_dos_topicos.ts'
import {
  criarTratar,
  type Enterrar,
  insistir,
  PACIENCIA,
  type Recebida,
  type Tratar,
} from './inbound.ts'
import { criarMedidas, type Medidas } from './medidas.ts'
import { comoRecebida, comoVeio, criarEnterrar, lerCausa, semCausa } from './mortas.ts'
import { comoMensagem, criarSaida, type DaLinha, doFluxo, type Saida } from './outbound.ts'
import { abrirRelayDeProdutos } from './produtos.ts'
import { fontesDe, registrarGrupos, registrarSituacao } from './situacao.ts'
import { criarSubstituto, grupoDoSubstituto, lidosNaVolta } from './substituto.ts'

/**
 * Events that may wait to be published: with Kafka down an order is one, of about a kilobyte here
 * and again there. As many as a gigabyte holds.
 */
const MAXIMO_PENDENTE = 1_000_000

export function abrirKafka(conexao: ConexaoKafka): PeloDiario {
  const aindaNao = async () => {
    throw new ErroDeNegocio('servico_indisponivel', 'O Kafka ainda não foi aberto.')
  }
  let republicar: PeloDiario['republicar'] = aindaNao
  let reenviar: PeloDiario['reenviar'] = aindaNao
  let lotada: PeloDiario['lotada'] = async () => false
  return {
    nome: 'kafka',
    republicar: (inicio) => republicar(inicio),
    reenviar: (mortas) => reenviar(mortas),
    lotada: () => lotada(),
    async servir({ nome, app }, bastidores) {
      await using pilha = new AsyncDisposableStack()
      const fim = new AbortController()
      pilha.defer(() => fim.abort())
      const guarda = await guardarTopicos(conexao, bastidores.avisar, fim.signal)
      const parou = aoParar(guarda, bastidores)
      const saida = pilha.use(criarSaida(conexao, `quatrovias-${nome}`))
      republicar = (inicio) => saida.mandar(inicio.flatMap((g) => doFluxo(nome, g, true) ?? []))
      reenviar = (mortas) => saida.publicar(mortas.map(comoVeio))
      const { alteracoes, ausencias } = bastidores
      const relay = pilha.use(
        alteracoes
          ? abrirRelayDeProdutos(alteracoes, saida, bastidores, parou)
          : abrirRelay(nome, conexao, saida, bastidores, parou),
      )
      const fontes = fontesDe(conexao, relay, bastidores)
      lotada = async () => ((await fontes.publicacao())?.pendentes ?? 0) > MAXIMO_PENDENTE
      const medidas = criarMedidas(bastidores.metricas, fontes)
      const consumidor = pilha.use(
        abrirConsumidor(nome, conexao, saida, bastidores, medidas, parou),
      )
      if (ausencias) pilha.use(substituir(ausencias, relay, conexao, saida, bastidores, parou))
      registrarSituacao(app, relay, consumidor)
      registrarGrupos(app, conexao, fontes)
      const aberta = pilha.move()
      return { [Symbol.asyncDispose]: () => aberta.disposeAsync() } satisfies PortaAberta
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** Told of each outage: the topics may be what is missing. */
const aoParar =
  (guarda: GuardaDosTopicos, { avisar }: Bastidores): Parou =>
  (oQue, erro) => {
    avisar(`${oQue} parou: ${erro.message}`, { err: erro.cause })
    guarda.conferir()
  }

function abrirRelay(
  nome: NomeServico,
  conexao: ConexaoKafka,
  saida: Saida,
  bastidores: Bastidores,
  parou: Parou,
) {
  const { db, avisos, aoGravar, avisar } = bastidores
  const levar = criarEnterrar(grupoDe(nome), saida, (c) => avisar('evento recusado', c))
  const enterrar = (recebida: Recebida, porque: string) =>
    levar(recebida, new ErroDeNegocio('mensagem_invalida', `O Kafka a recusou: ${porque}`))

  /** Other architectures' orders walk by themselves: of those only what pedidos tells goes out. */
  async function linhasDe(lote: readonly EventoGravado[]): Promise<DaLinha[]> {
    const linhas: DaLinha[] = []
    const avisosDe = await avisos?.(lote)
    for (const gravado of lote) {
      const { id } = gravado
      const doPedido = gravado.arquitetura === 'kafka' ? doFluxo(nome, gravado) : undefined
      if (doPedido) linhas.push({ id, mensagem: doPedido })
      for (const { topico, pedido_id, valor } of avisosDe?.(gravado) ?? []) {
        const assunto = assuntoDe(nome, gravado)
        linhas.push({ id, mensagem: comoMensagem({ topico, valor, assunto, chave: pedido_id }) })
      }
    }
    return linhas
  }

  const cauda = criarCauda<EventoGravado>(2 * MAIOR_LOTE)
  return iniciarRelay<EventoGravado>({
    db,
    destino: 'kafka',
    ler: async (apos, limite) => cauda.apos(apos, limite) ?? eventosApos(db.leitura, apos, limite),
    ultimoId: () => ultimoId(db.leitura),
    ...(!ehDestaMaquina(conexao) && { boot: '' }),
    async publicar(lote) {
      const recusadas = await saida.publicar(await linhasDe(lote))
      // An order whose step no topic takes waits for a person, like one whose message died.
      for (const { linha, mensagem } of recusadas) {
        if (linha.mensagem.topico in fluxoPorTopico) await enterrar(comoRecebida(linha), mensagem)
      }
      return recusadas
    },
    aoGravar: (chamar) =>
      aoGravar((novos) => {
        cauda.acrescentar(novos)
        chamar()
      }),
    aoFalhar: (erro) => parou('a publicação', erro),
  })
}

function abrirConsumidor(
  nome: NomeServico,
  conexao: ConexaoKafka,
  saida: Saida,
  { servico, compra, avisar, guardarMorta, instancia }: Bastidores,
  { morreu, decidiu }: Medidas,
  parou: Parou,
): Consumidor | undefined {
  const topicos = lidosPor(nome)
  if (topicos.length === 0) return undefined
  const grupo = grupoDe(nome)
  const levar = criarEnterrar(grupo, saida, (causa) => avisar('mensagem morta', causa))
  const enterrar: Enterrar = async (mensagem, erro) => {
    await levar(mensagem, erro)
    morreu(erro.codigo)
  }
  const partes = { nome, servico, compra, saida, enterrar, aoDecidir: decidiu }
  const decidir = criarTratar(partes)
  const mortas = guardarMorta ? TOPICOS_DAS_MORTAS : []
  const tratar: Tratar = (mensagem, signal) =>
    mortas.includes(mensagem.topico) ? guardar(mensagem, signal) : decidir(mensagem, signal)

  async function guardar(mensagem: Recebida, signal: AbortSignal): Promise<void> {
    const causa = lerCausa(mensagem.cabecalhos)
    if (!causa) return avisar(`o que está em ${mensagem.topico} não é uma mensagem morta`)
    const { chave, valor, cabecalhos } = mensagem
    const morta = { ...causa, chave, valor, cabecalhos: semCausa(cabecalhos) }
    const tentar = async () => {
      await guardarMorta?.(morta)
      return undefined
    }
    const falha = await insistir(tentar, ({ canRetry }) => canRetry, PACIENCIA, signal)
    if (falha) avisar(`uma mensagem morta não pôde ser guardada: ${falha.message}`, causa)
  }

  return iniciarConsumidor({
    ...{ conexao, grupo, instancia, tratar, quem: `quatrovias-${nome}` },
    topicos: [...topicos, ...mortas],
    aoFalhar: (erro) => parou('a leitura', erro),
  })
}

/**
 * All instances of pedidos together, but for what they may just be handling. A cluster that does
 * not answer is one through which nobody can have been heard.
 */
async function lemosTudo(conexao: ConexaoKafka): Promise<boolean> {
  const atrasos = await medirAtrasos(conexao).catch(() => undefined)
  return atrasos !== undefined && (porGrupo(atrasos)[grupoDe('pedidos')] ?? 0) <= JANELA
}

/** In the process of pedidos, for each service of ours that is absent. */
function substituir(
  ausencias: Ausencias,
  relay: Relay,
  conexao: ConexaoKafka,
  saida: Saida,
  { servico, compra, avisar, instancia }: Bastidores,
  parou: Parou,
): AsyncDisposable {
  const fim = new AbortController()
  const desistindo = desistirSempre(
    {
      ...{ servico, ausencias },
      leituraEmDia: () => lemosTudo(conexao),
      publicacaoAtrasadaMs: async () => (await relay.situacao()).idadeMs,
      aoFalhar: (erro) => avisar(`os pedidos que esperam demais não foram vistos: ${erro.message}`),
    },
    fim.signal,
  )
  const jaFoi = async (id: PedidoId) => {
    const status = (await ausencias.pedido(id))?.status
    return status === 'enviado' || status === 'entregue'
  }
  const consumidores = ausencias.ausentes.flatMap((nome) => {
    const topicos = lidosNaVolta(nome)
    if (topicos.length === 0) return []
    const enterrar = criarEnterrar(grupoDe(nome), saida, (c) => avisar('mensagem morta', c))
    const substituto = criarSubstituto(saida, jaFoi)
    const tratar = criarTratar({ nome, servico: substituto, compra, saida, enterrar })
    return iniciarConsumidor({
      ...{ conexao, topicos, tratar, instancia, quem: 'quatrovias-pedidos' },
      grupo: grupoDoSubstituto(nome),
      aoFalhar: (erro) => parou(`a leitura no lugar de ${nome}`, erro),
    })
  })
  return {
    async [Symbol.asyncDispose]() {
      fim.abort()
      await Promise.all([desistindo, ...consumidores.map((um) => um[Symbol.asyncDispose]())])
    },
  }
}
