// Leaves by a plain call, copied as JSON on both ways so that nothing is shared that a wire would
// not share.
import { destino } from '../../contratos/comandos.ts'
import type { Envelope } from '../../contratos/envelope.ts'
import type { Enviar, Passo } from '../arquitetura.ts'
import { parar } from '../arquitetura.ts'
import { prazoDoSalto } from '../politica.ts'
import { servicoFechado } from './errors.ts'
import type { Portas } from './inbound.ts'

const copiar = <T>(valor: T): T => JSON.parse(JSON.stringify(valor)) as T

export const criarEnviar =
  (portas: Portas): Enviar =>
  async (envelope, seguir) => {
    const nome = destino[envelope.comando.tipo]
    const porta = portas.get(nome)
    if (!porta) return parar(servicoFechado(nome))
    const restaMs = prazoDoSalto(envelope.prazo)
    if (typeof restaMs !== 'number') return parar(restaMs)
    const copia: Envelope = { ...copiar(envelope), prazo: Date.now() + restaMs }
    const { passos, falha } = await porta(copia, seguir)
    return { passos: copiar<readonly Passo[]>(passos), falha }
  }
