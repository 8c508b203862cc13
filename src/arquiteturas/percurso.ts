// How an order walks through the services on a synchronous architecture (K8): a hop nests only
// forward calls and only when asked; the root loops over whatever the replies have not run.
import { type Comando, destino } from '../contratos/comandos.ts'
import { type Contexto, type Envelope, envelopar, type Servico } from '../contratos/envelope.ts'
import { comoErro, ErroDeNegocio } from '../contratos/errors.ts'
import type { Evento } from '../contratos/eventos.ts'
import { ehDeIda, proximo, registro } from '../contratos/fluxo.ts'
import { pontoDeQueda } from '../persistencia/queda.ts'
import { type Atender, type Enviar, type Passo, parar, type Trilha } from './arquitetura.ts'

/** The longest walk has 12 commands; more means that the flow table has a circle. */
const MAXIMO_DE_PASSOS = 24

/** A hop: decide the command, then call the next service if the request asked for it. */
export const criarSalto =
  (servico: Servico, enviar: Enviar): Atender =>
  async (envelope, seguir) => {
    const trilha = await decidir(servico, envelope)
    const ultimo = trilha.passos.at(-1)
    const seguinte = seguir && ultimo && proximo(ultimo.evento)
    if (!seguinte || !ehDeIda(seguinte.tipo)) return trilha
    const resto = await enviarCom(enviar, seguinte, envelope, true)
    const falha = resto.falha && comoRepassada(resto.falha)
    return { passos: [...trilha.passos, ...resto.passos], falha }
  }

/**
 * The root, pedidos: while the flow has a next command, send it or decide it here. Runs the
 * compensations, stands in for foreign services that continue nothing, and *is* the resumer.
 * Returns the steps after `inicial`, the last of which ends the flow unless there is a `falha`.
 */
export async function percorrer(
  servico: Servico,
  enviar: Enviar,
  inicial: Evento,
  contexto: Contexto,
): Promise<Trilha> {
  const passos: Passo[] = []
  let aRegistrar: Evento[] = [inicial]
  /** Takes note of the steps since the last time, in one batch with the command behind them. */
  async function decidirAqui(comando?: Comando): Promise<Trilha> {
    const novos = aRegistrar.map(registro)
    aRegistrar = []
    const lote = [...novos, comando].filter((c) => c !== undefined)
    const trilhas = await Promise.all(lote.map((c) => decidir(servico, envelopar(c, contexto))))
    const falha = trilhas.find((t) => t.falha)?.falha
    return { passos: comando ? (trilhas.at(-1)?.passos ?? []) : [], falha }
  }

  let atual = inicial
  for (let i = 0; i < MAXIMO_DE_PASSOS; i++) {
    const comando = proximo(atual)
    if (!comando) {
      const { falha } = await decidirAqui()
      return { passos, falha }
    }
    const aqui = destino[comando.tipo] === 'pedidos'
    const trilha = aqui
      ? await decidirAqui(comando)
      : await enviarCom(enviar, comando, contexto, comando.tipo !== 'AnalisarPedido')
    passos.push(...trilha.passos)
    aRegistrar.push(...trilha.passos.map(({ evento }) => evento))
    const ultimo = trilha.passos.at(-1)
    if (trilha.falha || !ultimo) {
      if (!aqui) await decidirAqui()
      return { passos, falha: trilha.falha ?? new ErroDeNegocio('defeito') }
    }
    atual = ultimo.evento
  }
  return { passos, falha: comoErro(new Error(`o fluxo não termina a partir de ${inicial.tipo}`)) }
}

export async function decidir(servico: Servico, envelope: Envelope): Promise<Trilha> {
  const [resultado] = await servico.handle([envelope])
  if (!resultado?.ok) return parar(resultado?.erro ?? new ErroDeNegocio('defeito'))
  return { passos: [{ evento: resultado.gravado.evento, repetido: resultado.repetido }] }
}

async function enviarCom(
  enviar: Enviar,
  comando: Comando,
  contexto: Contexto,
  seguir: boolean,
): Promise<Trilha> {
  pontoDeQueda('antes_de_enviar', comando.tipo)
  const trilha = await enviar(envelopar(comando, contexto), seguir)
  pontoDeQueda('depois_de_enviar', comando.tipo)
  return trilha
}

/** Whoever sees this must not repeat it: the hop that failed has had its own repeat. */
const comoRepassada = (erro: ErroDeNegocio): ErroDeNegocio =>
  new ErroDeNegocio(erro.codigo, erro.message, { repassado: true, causa: erro.cause })
