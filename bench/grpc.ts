// The gRPC checkout over seven services, unary and streamed, each beside its bare twin, and REST
// beside both: all in turns, so that a drift of the machine reaches all alike.
import { randomUUID } from 'node:crypto'
import type { ModoGrpc } from '../src/arquiteturas/arquitetura.ts'
import { PagamentoRequest, PagamentoService } from '../src/arquiteturas/grpc/gerado/pagamento.ts'
import { CriarPedidoRequest, PedidosService } from '../src/arquiteturas/grpc/gerado/pedidos.ts'
import { abrirBancada, type Bancada } from '../src/laboratorio/bancada.ts'
import { carregar, type Medida, mediana, razoes } from './carga.ts'
import { abrirFluxo, abrirUnario, criarGerador, type Gerador, MENSAGEM_NUA } from './carga_grpc.ts'
import { abrirCadeia } from './gemeos/cadeia.ts'
import { medirRest, novaChave } from './rest.ts'

const UNIDADES = 100_000_000
const ITENS = [
  { produto_id: 1, quantidade: 1 },
  { produto_id: 2, quantidade: 2 },
]
const PRAZO_MS = 30_000

export async function benchGrpc({ emVoo = 200, segundos = 8, rodadas = 5 } = {}): Promise<void> {
  await using pilha = new AsyncDisposableStack()
  const gemeas = {
    unario: pilha.use(await abrirCadeia('unario')),
    fluxo: pilha.use(await abrirCadeia('fluxo')),
  }
  const bancadas = {
    unario: pilha.use(await abrirNossa('unario')),
    fluxo: pilha.use(await abrirNossa('fluxo')),
  }
  const medir = async (gerador: Gerador): Promise<Medida> => {
    using aberto = gerador
    return await carregar(aberto.uma, emVoo, segundos)
  }
  const series = {
    'gêmea unária': () => medir(gemeaUnaria(gemeas.unario.endereco)),
    'nossa unária': () => medir(nossaUnaria(bancadas.unario)),
    'gêmea em fluxo': () => medir(gemeaEmFluxo(gemeas.fluxo.endereco)),
    'nossa em fluxo': () => medir(nossaEmFluxo(bancadas.fluxo)),
    'nossa REST': () =>
      medirRest(bancadas.fluxo.enderecos.pedidos, '/pedidos', porRest, emVoo, segundos),
  }
  type Serie = keyof typeof series
  const medidas = new Map<Serie, Medida[]>()
  for (let i = 0; i < rodadas; i++) {
    for (const [nome, uma] of Object.entries(series) as [Serie, () => Promise<Medida>][]) {
      medidas.set(nome, [...(medidas.get(nome) ?? []), await uma()])
    }
  }
  console.table(Object.fromEntries([...medidas].map(([nome, m]) => [nome, mediana(m)])))
  const razao = (a: Serie, b: Serie) =>
    console.log(`${a} / ${b}, por rodada: ${razoes(medidas.get(a)!, medidas.get(b)!)}`)
  razao('nossa unária', 'gêmea unária')
  razao('nossa em fluxo', 'gêmea em fluxo')
  razao('nossa em fluxo', 'nossa unária')
  razao('nossa em fluxo', 'nossa REST')
  razao('nossa unária', 'nossa REST')
  for (const bancada of Object.values(bancadas)) {
    const { pedidos, totalDeProblemas } = await bancada.conferir()
    console.log(`${pedidos} pedidos conferidos, ${totalDeProblemas} problemas`)
  }
}

const abrirNossa = (modo: ModoGrpc): Promise<Bancada> =>
  abrirBancada({ unidades: UNIDADES, ambiente: { QUATROVIAS_GRPC: modo } })

const porRest = () => ({ ...novaChave(), 'x-arquitetura': 'rest' })

const pagamentoNu = (n: number): PagamentoRequest => ({
  ...{ pedido_id: n, valor: 0, valor_centavos: 12_345, metodo: 'pix', itens: ITENS },
})
const gemeaUnaria = (endereco: string): Gerador =>
  criarGerador(
    abrirUnario(endereco, PagamentoService.processarPagamento),
    pagamentoNu,
    ({ sucesso }) => sucesso,
  )
const gemeaEmFluxo = (endereco: string): Gerador =>
  criarGerador(
    abrirFluxo(endereco),
    (n) => ({ ...MENSAGEM_NUA, corpo: PagamentoRequest.encode(pagamentoNu(n)).finish() }),
    ({ corpo }) => corpo.length > 0,
  )

const compra = (idempotency_key: string): CriarPedidoRequest => ({
  ...{ cliente_id: 1, idempotency_key, itens: ITENS, metodo: 'pix' },
})
const nossaUnaria = ({ enderecosGrpc }: Bancada): Gerador =>
  criarGerador(
    abrirUnario(enderecosGrpc.pedidos, PedidosService.criarPedido),
    () => compra(randomUUID()),
    ({ status }) => status === 'enviado',
  )
/** As one of our own services asks: over the channel. */
const nossaEmFluxo = ({ enderecosGrpc }: Bancada): Gerador =>
  criarGerador(
    abrirFluxo(enderecosGrpc.pedidos),
    () => {
      const chave = randomUUID()
      const corpo = CriarPedidoRequest.encode(compra(chave)).finish()
      const comando = { comando: 'CriarPedido', causa: `cliente/1/${chave}`, corpo }
      return { ...MENSAGEM_NUA, ...comando, prazo_ms: PRAZO_MS, arquitetura: 'grpc' }
    },
    ({ falha, corpo }) => falha === undefined && corpo.length > 0,
  )
