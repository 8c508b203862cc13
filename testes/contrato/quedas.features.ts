// kill -9 of a service at every named point between two writes or sends, in real processes: the
// client that insists with its key gets one order, charged once, and the books balance.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { request } from 'undici'
import type { TipoComando } from '../../src/contratos/comandos.ts'
import type { NomeArquitetura, NomeServico } from '../../src/contratos/ids.ts'
import { abrirBancada, type Bancada } from '../../src/laboratorio/bancada.ts'
import type { PontoDeQueda } from '../../src/persistencia/queda.ts'
import { ate } from '../ate.ts'
import { mudar, pedir } from '../cliente_insistente.ts'
import { emBalanco } from './balanco.ts'
import { UNIDADES } from './sistema.ts'

interface Queda {
  readonly servico: NomeServico
  readonly ponto: PontoDeQueda
  readonly comando?: TipoComando
  /** The service whose refusal makes the order walk back through the crash. */
  readonly recusa?: NomeServico
}

const doPasso = (servico: NomeServico, comando: TipoComando, recusa?: NomeServico): Queda[] =>
  (['ao_chegar', 'antes_do_commit', 'depois_do_commit'] as const).map((ponto) => ({
    ...{ servico, comando, ponto },
    ...(recusa && { recusa }),
  }))
const doEnvio = (servico: NomeServico, comando: TipoComando): Queda[] =>
  (['antes_de_enviar', 'depois_de_enviar'] as const).map((ponto) => ({ servico, comando, ponto }))

const QUEDAS: readonly Queda[] = [
  ...doPasso('pedidos', 'CriarPedido'),
  ...doEnvio('pedidos', 'AnalisarPedido'),
  ...doPasso('antifraude', 'AnalisarPedido'),
  ...doEnvio('pedidos', 'AutorizarPagamento'),
  ...doPasso('pagamentos', 'AutorizarPagamento'),
  { servico: 'pagamentos', ponto: 'provedor_antes_do_commit' },
  { servico: 'pagamentos', ponto: 'provedor_depois_do_commit' },
  { servico: 'pagamentos', ponto: 'depois_de_preparar', comando: 'AutorizarPagamento' },
  ...doEnvio('pagamentos', 'SepararEstoque'),
  ...doPasso('estoque', 'SepararEstoque'),
  ...doEnvio('estoque', 'EmitirNota'),
  ...doPasso('fiscal', 'EmitirNota'),
  ...doEnvio('fiscal', 'AgendarEnvio'),
  ...doPasso('logistica', 'AgendarEnvio'),
  ...doPasso('pedidos', 'ConcluirPedido'),
  ...doPasso('fiscal', 'CancelarNota', 'logistica'),
  ...doPasso('estoque', 'LiberarEstoque', 'fiscal'),
  ...doPasso('pagamentos', 'Estornar', 'estoque'),
  ...doPasso('pedidos', 'CancelarPedido', 'pagamentos'),
]
const LIMITE_MS = 15_000

export function quedas(
  nome: string,
  arquitetura: NomeArquitetura,
  ambiente: Record<string, string> = {},
) {
  describe(`${nome}: quedas`, () => {
    let bancada: Bancada
    before(async () => {
      bancada = await abrirBancada({
        unidades: UNIDADES,
        ambiente: {
          QUATROVIAS_ARQUITETURAS: arquitetura,
          QUATROVIAS_PRAZO_MS: '2000',
          ...ambiente,
        },
      })
    })
    after(() => bancada?.[Symbol.asyncDispose]())

    for (const queda of QUEDAS) {
      const { servico, ponto, comando, recusa } = queda
      const volta = recusa ? `, na volta de ${recusa}` : ''
      it(`${servico} morto em ${ponto} de ${comando ?? 'cobrança'}${volta}`, async () => {
        const { enderecos } = bancada
        const antes = bancada.reinicios(servico)
        if (recusa)
          await mudar(enderecos[recusa], '/interno/simulacao', { taxa_sucesso: 0 }, LIMITE_MS)
        await mudar(enderecos[servico], '/interno/queda', { ponto, comando }, LIMITE_MS)
        const chave = `${servico}-${ponto}-${comando}-${recusa}`
        const insistir = () => pedir(enderecos.pedidos, arquitetura, chave)
        const pedido = await ate(insistir, LIMITE_MS, 'o pedido termina')
        assert.equal(pedido.status, recusa ? 'cancelado' : 'enviado')
        const voltou = () => bancada.reinicios(servico) === antes + 1
        await ate(voltou, LIMITE_MS, `${servico} morreu uma vez`)
        if (recusa)
          await mudar(enderecos[recusa], '/interno/simulacao', { taxa_sucesso: 1 }, LIMITE_MS)
      })
    }

    it('sem ninguém insistir, a retomada termina o pedido interrompido', async () => {
      const { enderecos } = bancada
      const queda = { ponto: 'depois_do_commit', comando: 'SepararEstoque' }
      await mudar(enderecos.estoque, '/interno/queda', queda, LIMITE_MS)
      await pedir(enderecos.pedidos, arquitetura, 'sem-insistir')
      const abertos = async () => {
        const { body } = await request(`${enderecos.pedidos}/interno/situacao`)
        return ((await body.json()) as { abertos: number }).abertos === 0
      }
      await ate(abertos, 30_000, 'nenhum pedido em aberto')
    })

    it('os livros fecham', () => emBalanco(bancada))
  })
}
