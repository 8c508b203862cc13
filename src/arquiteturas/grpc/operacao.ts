// What operators and tools ask of any gRPC server: is it well (grpc.health.v1), what does it offer
// (server reflection, for grpcurl and the like).
import { readFileSync } from 'node:fs'
import { BinaryReader } from '@bufbuild/protobuf/wire'
import type { Server } from '@grpc/grpc-js'
import { ReflectionService } from '@grpc/reflection'
import { HealthImplementation } from 'grpc-health-check'
import type { NomeServico } from '../../contratos/ids.ts'

const DESCRITORES = new URL('./gerado/descritores.binpb', import.meta.url)

/** The name of each service on the wire: package and service of its proto. */
const NOME_NO_FIO: Readonly<Record<NomeServico, string>> = {
  pedidos: 'pedidos.Pedidos',
  antifraude: 'antifraude.Antifraude',
  pagamentos: 'pagamento.Pagamento',
  estoque: 'estoque.Estoque',
  fiscal: 'fiscal.Fiscal',
  logistica: 'logistica.Logistica',
  catalogo: 'catalogo.Catalogo',
}

/** Disposed, it says NOT_SERVING to whoever asks or watches. */
export function registrarOperacao(servidor: Server, nome: NomeServico): Disposable {
  const noFio = NOME_NO_FIO[nome]
  const saude = new HealthImplementation({ '': 'SERVING', [noFio]: 'SERVING' })
  saude.addToServer(servidor)
  new ReflectionService(pacote(), { services: [noFio] }).addToServer(servidor)
  return {
    [Symbol.dispose]() {
      saude.setStatus('', 'NOT_SERVING')
      saude.setStatus(noFio, 'NOT_SERVING')
    },
  }
}

/**
 * What the library takes from proto-loader, read from the compiler's own descriptors: proto-loader
 * leaves out which file imports which (grpc-node #2595), and no client can then put them together.
 */
function pacote() {
  const leitor = new BinaryReader(readFileSync(DESCRITORES))
  const fileDescriptorProtos: Buffer[] = []
  // A FileDescriptorSet has one field, repeated: the files.
  while (leitor.pos < leitor.len) {
    leitor.tag()
    fileDescriptorProtos.push(Buffer.from(leitor.bytes()))
  }
  const vazio = { format: 'Protocol Buffer 3 DescriptorProto', type: {} } as const
  return { descritores: { ...vazio, fileDescriptorProtos } }
}
