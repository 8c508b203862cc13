// A client of event streams as the tests play it: reads or not, comes and goes, and remembers, as
// a browser does, the last id that it was given.
import type { Saida } from './saida.ts'

export interface EventoLido {
  readonly evento: string
  readonly id: number | undefined
  readonly dados: Readonly<Record<string, unknown>>
}

/** The blocks of a stream that arrived whole; comments are no events. */
export function lerEventos(texto: string): { eventos: EventoLido[]; ultimoId: number | undefined } {
  const eventos: EventoLido[] = []
  let ultimoId: number | undefined
  for (const bloco of texto.split('\n\n').slice(0, -1)) {
    const campos = new Map(
      bloco.split('\n').map((linha) => linha.split(/: (.*)/s, 2) as [string, string]),
    )
    const id = campos.get('id')
    if (id !== undefined) ultimoId = Number(id)
    const dados = campos.get('data')
    if (dados === undefined) continue
    const lidos = JSON.parse(dados) as EventoLido['dados']
    eventos.push({
      evento: campos.get('event') ?? '',
      id: id === undefined ? undefined : Number(id),
      dados: lidos,
    })
  }
  return { eventos, ultimoId }
}

export interface SaidaDeTeste extends Saida {
  /** What the reader has got. */
  readonly recebido: string
  readonly fechada: boolean
  /** Whether the reader takes what comes; what it does not take waits. */
  ler(le: boolean): void
}

/** `aoFechar` is called once, whoever closed it. */
export function abrirSaidaDeTeste(aoFechar: () => void = () => undefined): SaidaDeTeste {
  const fila: { texto: string; aoSair: (() => void) | undefined }[] = []
  let recebido = ''
  let le = true
  let fechada = false

  function escoar(): void {
    while (le && fila.length > 0) {
      const { texto, aoSair } = fila.shift()!
      recebido += texto
      if (aoSair) queueMicrotask(aoSair)
    }
  }
  function fechar(): void {
    if (fechada) return
    fechada = true
    for (const { aoSair } of fila.splice(0)) if (aoSair) queueMicrotask(aoSair)
    aoFechar()
  }
  return {
    get recebido() {
      return recebido
    },
    get fechada() {
      return fechada
    },
    ler(agora) {
      le = agora
      escoar()
    },
    escrever(texto, aoSair) {
      if (fechada) return
      fila.push({ texto, aoSair })
      escoar()
    },
    pendentes: () => fila.reduce((total, { texto }) => total + texto.length, 0),
    encerrar() {
      escoar()
      fechar()
    },
    derrubar: fechar,
  }
}
