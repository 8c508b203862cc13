// The crash suite runs apart: it starts processes, and only where an architecture has them.
import { it } from 'node:test'
import { caracteristicas } from '../../src/arquiteturas/arquitetura.ts'
import { ARQUITETURAS } from '../../src/contratos/ids.ts'
import { quedas } from './quedas.features.ts'

for (const nome of ARQUITETURAS) {
  const { processosSeparados, replyIs } = caracteristicas[nome]
  // Where the order is only accepted: testes/integracao/kafka_quedas.test.ts.
  if (replyIs === 'aceite') continue
  if (processosSeparados) quedas(nome, nome)
  else it(`${nome}: quedas`, { skip: 'os serviços não são processos que possam morrer' })
}
quedas('grpc (unário)', 'grpc', { QUATROVIAS_GRPC: 'unario' })
