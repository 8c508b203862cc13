// The door of a service's gRPC port, where the processes share a secret, and what our own clients
// say at it: of every call, unary or stream, in its metadata.
import {
  InterceptingCall,
  type Interceptor,
  ServerInterceptingCall,
  type ServerInterceptor,
  ServerListenerBuilder,
} from '@grpc/grpc-js'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { CREDENCIAL, type Credencial, criarConferencia } from '../credencial.ts'
import { paraGrpc } from './errors.ts'

/** Watchers, which know no secret, may ask this. */
const LIVRE = '/grpc.health.v1.Health/'

export function exigirCredencial(credencial: Credencial): ServerInterceptor[] {
  if (credencial === undefined) return []
  const confere = criarConferencia(credencial)
  return [
    ({ path }, chamada) => {
      const ouvinte = new ServerListenerBuilder()
        .withOnReceiveMetadata((metadados, seguir) => {
          if (path.startsWith(LIVRE) || confere(metadados.get(CREDENCIAL)[0])) seguir(metadados)
          else chamada.sendStatus(paraGrpc(new ErroDeNegocio('credencial_de_servico_invalida')))
        })
        .build()
      return new ServerInterceptingCall(chamada, { start: (seguir) => seguir(ouvinte) })
    },
  ]
}

export function dizerCredencial(credencial: Credencial): Interceptor[] {
  if (credencial === undefined) return []
  return [
    (opcoes, seguinte) =>
      new InterceptingCall(seguinte(opcoes), {
        start(metadados, ouvinte, seguir) {
          metadados.set(CREDENCIAL, credencial)
          seguir(metadados, ouvinte)
        },
      }),
  ]
}
