// The stream in place of unary calls: the same requests and answers, over one channel of our own.
import { type Client, type ServiceError, status } from '@grpc/grpc-js'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { deFalha } from './errors.ts'
import { type Chamar, criarUnario, escreverCorpo, type Transporte } from './outbound.ts'
import { CanalDeSaida } from './stream_outbound.ts'

/** A neighbour that is not ours knows no channel: to it, from then on, unary. */
export function criarFluxo(cliente: Client): Transporte {
  const unario = criarUnario(cliente)
  const canal = new CanalDeSaida(cliente)
  let temCanal = true

  const chamar: Chamar = async (metodo, envelope, seguir, restaMs) => {
    if (!temCanal) return unario.chamar(metodo, envelope, seguir, restaMs)
    const prazo = Date.now() + restaMs
    const { comando, traceparent, arquitetura, causa } = envelope
    const corpo = metodo.requestSerialize(escreverCorpo(envelope))
    const pedida = { comando: comando.tipo, corpo, traceparent, arquitetura, causa, seguir }
    try {
      const resposta = await canal.chamar(pedida, restaMs)
      if (resposta.falha) throw deFalha(resposta.falha)
      return metodo.responseDeserialize(resposta.corpo as Buffer)
    } catch (erro) {
      if ((erro as Partial<ServiceError>).code !== status.UNIMPLEMENTED) throw erro
      temCanal = false
      const resta = prazo - Date.now()
      if (resta <= 0) throw new ErroDeNegocio('prazo_esgotado')
      return unario.chamar(metodo, envelope, seguir, resta)
    }
  }
  return { chamar, [Symbol.dispose]: () => canal[Symbol.dispose]() }
}
