// The bare twin of one gRPC hop: two rows in a grouped FULL commit, then the next hop over one
// channel, by a unary call or a message of one long-lived stream. No logic, no validation, no log.
// argv: `unario` or `fluxo`, database, next address.
import { once } from 'node:events'
import { promisify } from 'node:util'
import {
  type handleBidiStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
} from '@grpc/grpc-js'
import {
  CanalService,
  type Chamadas,
  type Respostas,
} from '../../src/arquiteturas/grpc/gerado/comum.ts'
import {
  PagamentoRequest,
  PagamentoResponse,
  PagamentoService,
} from '../../src/arquiteturas/grpc/gerado/pagamento.ts'
import { abrirFluxo, abrirUnario, MENSAGEM_NUA } from '../carga_grpc.ts'
import { abrirGravacao } from './gravacao.ts'

type Seguir = (pedido: PagamentoRequest) => Promise<PagamentoResponse>

const [modo, arquivo = ':memory:', seguinte] = process.argv.slice(2)
const gravar = abrirGravacao(arquivo)
const seguir = seguinte ? abrirSeguinte(seguinte) : fim

function abrirSeguinte(endereco: string): Seguir {
  if (modo === 'unario') return abrirUnario(endereco, PagamentoService.processarPagamento).chamar
  const { chamar } = abrirFluxo(endereco)
  return async (pedido) => {
    const corpo = PagamentoRequest.encode(pedido).finish()
    return PagamentoResponse.decode((await chamar({ ...MENSAGEM_NUA, corpo })).corpo)
  }
}
async function fim({ pedido_id }: PagamentoRequest): Promise<PagamentoResponse> {
  return { pedido_id, sucesso: true, mensagem: 'Pagamento aprovado' }
}
async function atender(pedido: PagamentoRequest): Promise<PagamentoResponse> {
  await gravar(JSON.stringify(pedido))
  return await seguir(pedido)
}

const processarPagamento: handleUnaryCall<PagamentoRequest, PagamentoResponse> = (call, dizer) => {
  atender(call.request).then((resposta) => dizer(null, resposta), dizer)
}
const abrir: handleBidiStreamingCall<Chamadas, Respostas> = (canal) => {
  canal.on('data', async ({ itens: [item] }: Chamadas) => {
    const { correlacao, corpo } = item!
    const resposta = await atender(PagamentoRequest.decode(corpo))
    const pronta = { correlacao, corpo: PagamentoResponse.encode(resposta).finish() }
    canal.write({ itens: [pronta] })
  })
  canal.on('end', () => canal.end())
}

const servidor = new Server({ 'grpc.enable_channelz': 0 })
if (modo === 'unario') {
  const { processarPagamento: metodo } = PagamentoService
  servidor.addService({ processarPagamento: metodo }, { processarPagamento })
} else {
  servidor.addService(CanalService, { abrir })
}
const ligar = promisify(servidor.bindAsync.bind(servidor))
const porta = await ligar('127.0.0.1:0', ServerCredentials.createInsecure())
process.send?.({ porta })
await once(process, 'disconnect')
process.exit(0)
