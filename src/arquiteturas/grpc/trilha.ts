// The trail on the wire: events and bad news between our form and the generated one.
import type { Evento } from '../../contratos/eventos.ts'
import type { Passo, Trilha } from '../arquitetura.ts'
import { deFalha, paraFalha } from './errors.ts'
import type * as fio from './gerado/comum.ts'

export const escreverTrilha = ({ passos, falha }: Trilha): fio.Trilha => ({
  passos: passos.map(({ evento, repetido }) => ({ evento: escreverEvento(evento), repetido })),
  falha: falha && paraFalha(falha),
})

export const lerTrilha = ({ passos, falha }: fio.Trilha): Trilha => ({
  passos: passos.map(lerPasso),
  falha: falha && deFalha(falha),
})

/** `evento` may be missing from what somebody else wrote; whoever reads the trail looks. */
const lerPasso = ({ evento, repetido }: fio.Passo): Passo => ({
  evento: (evento && lerEvento(evento)) as Evento,
  repetido,
})

/** Every event's fields have one name and one type, so one flat message holds them all. */
export function escreverEvento(evento: Evento): fio.Evento {
  const { itens, ...resto } = evento as Evento & { itens?: fio.Item[] }
  return itens ? { ...resto, itens: { itens } } : resto
}

/** Absent fields stay absent: an event read is equal to the one written. */
export function lerEvento(lido: fio.Evento): Evento {
  const evento: Record<string, unknown> = {}
  for (const nome in lido) {
    const valor = lido[nome as keyof fio.Evento]
    if (valor !== undefined) evento[nome] = valor
  }
  if (lido.itens) evento.itens = lido.itens.itens.map(lerItem)
  return evento as unknown as Evento
}

const lerItem = ({ preco_unitario_centavos, ...item }: fio.Item) =>
  preco_unitario_centavos === undefined ? item : { ...item, preco_unitario_centavos }
