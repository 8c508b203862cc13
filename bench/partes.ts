// Where the microseconds of one hop go: codec, transport, commit. CPU of both sides of the wire in
// one process, because time on a clock would also count waiting.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Atender, Sincrona } from '../src/arquiteturas/arquitetura.ts'
import { CANAL } from '../src/arquiteturas/grpc/canal.ts'
import { metodoDe } from '../src/arquiteturas/grpc/metodos.ts'
import { abrirGrpc } from '../src/arquiteturas/grpc/start.ts'
import { escreverTrilha } from '../src/arquiteturas/grpc/trilha.ts'
import { abrirRest } from '../src/arquiteturas/rest/start.ts'
import type { ComandoDe } from '../src/contratos/comandos.ts'
import { comoCentavos } from '../src/contratos/dinheiro.ts'
import { type Envelope, envelopar, rastreio } from '../src/contratos/envelope.ts'
import { comoPedidoId, type NomeServico } from '../src/contratos/ids.ts'
import { gerarDados } from '../src/dados/gerador.ts'
import { abrirBanco } from '../src/infra/banco_do_servico.ts'
import { lerConfiguracao } from '../src/infra/configuracao.ts'
import { criarServidor, escutar } from '../src/infra/servidor_http.ts'
import { topologia } from '../src/infra/topologia.ts'
import { criarSimulador } from '../src/servicos/simulacao.ts'
import { carregar } from './carga.ts'

const EM_VOO = 64
const NOTA = metodoDe('EmitirNota')!
const NOME: NomeServico = 'fiscal'

type Emitir = ComandoDe<'EmitirNota'>
const comando = (n: number): Emitir => ({
  ...{ tipo: 'EmitirNota', pedido_id: comoPedidoId(n), valor_centavos: comoCentavos(12_345) },
})
const envelope = (n: number): Envelope<Emitir> =>
  envelopar(comando(n), { arquitetura: 'grpc', traceparent: rastreio() })

/** A hop that decides at once and writes nothing: what is left is the way there and back. */
const responder: Atender = async ({ comando }) => {
  const { pedido_id } = comando as Emitir
  const nota = { numero: pedido_id, chave_acesso: '0'.repeat(44) }
  return { passos: [{ evento: { tipo: 'NotaEmitida', pedido_id, ...nota }, repetido: false }] }
}

export async function benchPartes({ segundos = 5 } = {}): Promise<void> {
  await using pilha = new AsyncDisposableStack()
  const linhas: Record<string, { 'µs de CPU': string; 'por segundo': number }> = {}
  const medir = async (nome: string, uma: (n: number) => Promise<boolean>) => {
    await carregar(uma, EM_VOO, 1, 1)
    const antes = process.cpuUsage()
    const { porSegundo } = await carregar((n) => uma(n + 1_000_000), EM_VOO, segundos, 0)
    const { user, system } = process.cpuUsage(antes)
    const us = (user + system) / (porSegundo * segundos)
    linhas[nome] = { 'µs de CPU': us.toFixed(1), 'por segundo': Math.round(porSegundo) }
  }
  await medir('codec de uma chamada e da resposta', async (n) => codificar(n))
  for (const [nome, aberta] of Object.entries(await abrirCaminhos(pilha))) {
    await medir(nome, async (n) => (await aberta.enviar(envelope(n), false)).passos.length === 1)
  }
  const servico = await abrirServico(pilha)
  await medir('decidir e gravar (commit FULL em grupo)', async (n) => {
    const [resultado] = await servico.handle([envelope(n)])
    return resultado?.ok === true
  })
  console.table(linhas)
}

/** All that protobuf does for one call on the channel, without the channel. */
function codificar(n: number): boolean {
  const { causa, traceparent, arquitetura } = envelope(n)
  const pedido = NOTA.requestSerialize({ pedido_id: n, valor_centavos: 12_345 })
  const comum = { comando: 'EmitirNota', arquitetura, seguir: true, prazo_ms: 9_000 }
  const item = { correlacao: n, corpo: pedido, causa, traceparent, ...comum }
  const [lido] = CANAL.requestDeserialize(CANAL.requestSerialize({ itens: [item] })).itens
  const pedido_id = comoPedidoId(NOTA.requestDeserialize(lido!.corpo as Buffer).pedido_id as number)
  const nota = { pedido_id, numero: n, chave_acesso: '0'.repeat(44) }
  const passo = { evento: { tipo: 'NotaEmitida', ...nota } as const, repetido: false }
  const trilha = escreverTrilha({ passos: [passo] })
  const corpo = NOTA.responseSerialize({ ...nota, status: 'emitida', trilha })
  const dita = { itens: [{ correlacao: n, corpo }] }
  const [resposta] = CANAL.responseDeserialize(CANAL.responseSerialize(dita)).itens
  return NOTA.responseDeserialize(resposta!.corpo as Buffer).numero === n
}

async function abrirCaminhos(pilha: AsyncDisposableStack): Promise<Record<string, Sincrona>> {
  const app = criarServidor({ titulo: 'bench', descricao: '', aoErrar: () => undefined })
  pilha.defer(async () => app.close())
  const hospedeiro = { nome: NOME, atender: responder, consultas: undefined, app, porta: 0 }
  const porta = pilha.use(await abrirGrpc({}, 'fluxo').servir({ ...hospedeiro, abertas: [] }))
  await abrirRest({}).servir({ ...hospedeiro, abertas: [] })
  const enderecos = { [NOME]: porta.endereco ?? '' }
  return {
    'ida e volta por gRPC em fluxo': pilha.use(abrirGrpc(enderecos, 'fluxo')),
    'ida e volta por gRPC unário': pilha.use(abrirGrpc(enderecos, 'unario')),
    'ida e volta por REST': pilha.use(abrirRest({ [NOME]: await escutar(app, 0) })),
  }
}

async function abrirServico(pilha: AsyncDisposableStack) {
  const diretorio = await mkdtemp(join(tmpdir(), 'quatrovias-partes-'))
  pilha.defer(() => rm(diretorio, { recursive: true, force: true }))
  const ecommerce = join(diretorio, 'ecommerce.db')
  await gerarDados({ saida: ecommerce })
  const modulo = topologia[NOME].modulo(lerConfiguracao({}))
  const db = pilha.use(await abrirBanco(modulo, diretorio, { ecommerce, postgres: undefined }))
  const calado = { chegou: () => {}, terminou: () => {}, gravou: () => {} }
  const vizinhos = undefined as never
  const simulador = criarSimulador(NOME)
  const contexto = { db, operacoes: calado, simulador, vizinhos, diretorio }
  return pilha.use(await modulo.iniciar(contexto)).servico
}
