// The dead letters: a message that a group could not handle goes, as it came, to the group's own
// topic, with the reason and where it stood, and blocks nobody.
import type { ErroDeNegocio } from '../../contratos/errors.ts'
import { agora } from '../../contratos/ids.ts'
import { topicoDasMortas } from '../../contratos/topicos.ts'
import type { MortaAReenviar } from '../../servicos/pedidos/mortas_guardadas.ts'
import { type CabecalhosLidos, comoTextos } from './cabecalhos.ts'
import { recusaDeVez } from './errors.ts'
import type { Enterrar, Recebida } from './inbound.ts'
import type { DaLinha, Mensagem, Saida } from './outbound.ts'

const PREFIXO = 'morta_'
const MAIOR_DETALHE = 500
/** Of the key and of each header of a letter that was too large; and how many of these it keeps. */
const PEQUENO_BYTES = 1_000
const MAXIMO_CABECALHOS = 20
const VAZIO = Buffer.alloc(0)
/** Partition and offset, as big as either can be. */
const ONDE = /^\d{1,9}\/\d{1,19}$/

/** What is known of a dead letter beside the message itself. */
export interface Causa {
  readonly grupo: string
  readonly codigo: string
  readonly detalhe: string
  readonly topico: string
  readonly particao: number
  readonly offset: string
  readonly instante: string
  /** The fault might have passed: it is sent again by itself, later. */
  readonly passageira: boolean
  readonly valor_omitido: boolean
}

export function criarEnterrar(
  grupo: string,
  saida: Saida,
  avisar: (causa: Causa) => void,
): Enterrar {
  return async (mensagem, erro) => {
    const causa = causaDe(grupo, mensagem, erro)
    avisar(causa)
    try {
      await saida.mandar([comoMorta(mensagem, causa, mensagem.valor)])
    } catch (lancado) {
      // Too large for our topic: where it stands is enough to find it.
      if (recusaDeVez(lancado) === undefined) throw lancado
      const cortada = { ...causa, valor_omitido: true }
      await saida.mandar([comoMorta(semOGrande(mensagem), cortada, undefined)])
    }
  }
}

const causaDe = (grupo: string, mensagem: Recebida, erro: ErroDeNegocio): Causa => ({
  grupo,
  codigo: erro.codigo,
  detalhe: erro.message.slice(0, MAIOR_DETALHE),
  topico: mensagem.topico,
  particao: mensagem.particao,
  offset: String(mensagem.offset),
  instante: agora(),
  passageira: erro.canRetry,
  valor_omitido: false,
})

function comoMorta(mensagem: Recebida, causa: Causa, valor: Buffer | undefined): Mensagem {
  // A header may come without a value, and cannot leave so.
  const cabecalhos = new Map(semCausa(mensagem.cabecalhos).map(([n, v]) => [n, v ?? VAZIO]))
  for (const [nome, dito] of Object.entries(causa)) {
    cabecalhos.set(Buffer.from(PREFIXO + nome), Buffer.from(String(dito)))
  }
  // The client's partitioner takes half a minute for a key of a megabyte, and nothing else runs.
  const chave = (mensagem.chave?.length ?? 0) <= PEQUENO_BYTES ? mensagem.chave : undefined
  return { topico: topicoDasMortas(causa.grupo), chave, valor, cabecalhos }
}

/** The headers may be what is too large. */
function semOGrande(mensagem: Recebida): Recebida {
  const pequenos = [...mensagem.cabecalhos].filter(
    ([nome, valor]) => nome.length + (valor?.length ?? 0) <= PEQUENO_BYTES,
  )
  return { ...mensagem, cabecalhos: new Map(pequenos.slice(0, MAXIMO_CABECALHOS)) }
}

/** One that died before and was sent again dies of its last cause only. */
export const semCausa = (cabecalhos: CabecalhosLidos): [Buffer, Buffer][] =>
  [...cabecalhos].filter(([nome]) => !String(nome).startsWith(PREFIXO))

/** As it came, to where it died. */
export const comoVeio = (morta: Omit<MortaAReenviar, 'particao' | 'offset'>): DaLinha => {
  const { id, topico, chave, valor, cabecalhos } = morta
  return { id, mensagem: { topico, chave, valor, cabecalhos: new Map(cabecalhos) } }
}

/** An event that never stood anywhere: its place is that in the log. */
export const comoRecebida = ({ id, mensagem }: DaLinha): Recebida => ({
  ...mensagem,
  ...{ particao: 0, offset: BigInt(id) },
})

/** `undefined` for what nobody of ours put there. */
export function lerCausa(cabecalhos: CabecalhosLidos): Causa | undefined {
  const textos = comoTextos(cabecalhos)
  const dito = (nome: keyof Causa): string => textos[PREFIXO + nome] ?? ''
  if (!dito('grupo') || !dito('topico') || !ONDE.test(`${dito('particao')}/${dito('offset')}`)) {
    return undefined
  }
  return {
    grupo: dito('grupo'),
    codigo: dito('codigo'),
    detalhe: dito('detalhe'),
    topico: dito('topico'),
    particao: Number(dito('particao')),
    offset: dito('offset'),
    instante: dito('instante'),
    passageira: dito('passageira') === 'true',
    valor_omitido: dito('valor_omitido') === 'true',
  }
}
