// kill -9 of services at every named point of publish/subscribe, as orders flow: what was accepted
// ends, without anybody insisting, charged once; the books balance. One point in all services at a
// time, so that each pays for its own restart beside the others.
import { after, before, describe, it } from 'node:test'
import { request } from 'undici'
import type { TipoComando } from '../../src/contratos/comandos.ts'
import type { NomeServico } from '../../src/contratos/ids.ts'
import type { PontoDeQueda } from '../../src/persistencia/queda.ts'
import { ate } from '../ate.ts'
import { abrirCena, type Cena, ler, livrosFecham } from '../cena_kafka.ts'
import { abrirBrokerDeTeste, type BrokerDeTeste, faltaKafka } from '../kafka.ts'

const LIMITE_MS = 20_000
const PEDIDOS = 10

interface Queda {
  readonly servico: NomeServico
  /** Only at this command. */
  readonly comando?: TipoComando
}
const IDA: readonly Queda[] = [
  { servico: 'pedidos', comando: 'ConcluirPedido' },
  { servico: 'antifraude', comando: 'AnalisarPedido' },
  { servico: 'pagamentos', comando: 'AutorizarPagamento' },
  { servico: 'estoque', comando: 'SepararEstoque' },
  { servico: 'fiscal', comando: 'EmitirNota' },
  { servico: 'logistica', comando: 'AgendarEnvio' },
]
const VOLTA: readonly Queda[] = [
  { servico: 'pedidos', comando: 'CancelarPedido' },
  { servico: 'pagamentos', comando: 'Estornar' },
  { servico: 'estoque', comando: 'LiberarEstoque' },
  { servico: 'fiscal', comando: 'CancelarNota' },
]
const PELO_CLIENTE: readonly Queda[] = [
  { servico: 'pedidos', comando: 'SolicitarCancelamento' },
  { servico: 'logistica', comando: 'CancelarEnvio' },
]
const PELA_RECUSA: readonly Queda[] = [{ servico: 'pedidos', comando: 'RecusarPedido' }]
const PELO_DIARIO: readonly Queda[] = IDA.map(({ servico }) => ({ servico }))

const DO_COMANDO = ['antes_do_commit', 'depois_do_commit'] as const
const DO_DIARIO = [
  ...(['antes_de_publicar', 'depois_de_publicar', 'depois_do_cursor'] as const),
  ...(['antes_de_confirmar', 'depois_de_confirmar'] as const),
]

const falta = faltaKafka()
if (falta) it('kafka: quedas', { skip: falta })
else
  describe('kafka: quedas', () => {
    let broker: BrokerDeTeste
    let cena: Cena
    before(async () => {
      broker = await abrirBrokerDeTeste()
      cena = await abrirCena(broker.endereco)
    })
    after(async () => {
      await cena?.[Symbol.asyncDispose]()
      await broker?.[Symbol.asyncDispose]()
    })

    /** Each of these dies once, at its next passage, and every order ends as it should. */
    async function morrerEm(
      ponto: PontoDeQueda,
      quedas: readonly Queda[],
      fim = 'enviado',
      noMeio?: (pedidos: readonly number[]) => Promise<void>,
    ) {
      const { bancada } = cena
      const antes = quedas.map(({ servico }) => bancada.reinicios(servico))
      await Promise.all(
        quedas.map(({ servico, comando }) =>
          cena.mudar(servico, '/interno/queda', { ponto, comando }),
        ),
      )
      const pedidos = await cena.encomendar(PEDIDOS)
      await noMeio?.(pedidos)
      await cena.tudoTermina(LIMITE_MS)
      for (const [i, { servico }] of quedas.entries()) {
        const morreu = () => bancada.reinicios(servico) === antes[i]! + 1
        await ate(morreu, LIMITE_MS, `${servico} morreu uma vez`)
      }
      await cena.terminaram(pedidos, fim)
    }

    const cancelar = async (pedido: number) => {
      const onde = `${cena.bancada.enderecos.pedidos}/pedidos/${pedido}/cancelar`
      const pedir = async () => {
        const resposta = await request(onde, { method: 'POST' }).catch(() => undefined)
        await resposta?.body.dump()
        return resposta !== undefined && resposta.statusCode < 300
      }
      await ate(pedir, LIMITE_MS, `cancelado o pedido ${pedido}`)
    }
    /** Who came first (K7) must be no race here: the orders wait at fiscal until it is decided. */
    async function cancelarNoMeio(ponto: PontoDeQueda) {
      const { enderecos, pid } = cena.bancada
      const envioCancelado = async (pedido: number) => {
        const envio = await ler(enderecos.logistica, `/envios/${pedido}`).catch(() => undefined)
        return (envio as { status: string } | undefined)?.status === 'cancelado'
      }
      const fiscal = pid('fiscal')!
      process.kill(fiscal, 'SIGSTOP')
      await morrerEm(ponto, PELO_CLIENTE, 'cancelado', async (pedidos) => {
        await Promise.all(pedidos.map(cancelar))
        for (const pedido of pedidos)
          await ate(() => envioCancelado(pedido), LIMITE_MS, `sem envio o pedido ${pedido}`)
        process.kill(fiscal, 'SIGCONT')
      })
    }

    for (const ponto of DO_COMANDO) {
      it(`todos mortos em ${ponto}, na ida`, () => morrerEm(ponto, IDA))
      it(`pedidos morto em ${ponto} de CriarPedido`, () =>
        morrerEm(ponto, [{ servico: 'pedidos', comando: 'CriarPedido' }]))
      it(`todos mortos em ${ponto}, na volta`, async () => {
        await cena.mudar('logistica', '/interno/simulacao', { taxa_sucesso: 0 })
        await morrerEm(ponto, VOLTA, 'cancelado')
        await cena.mudar('logistica', '/interno/simulacao', { taxa_sucesso: 1 })
      })
      it(`pedidos e logistica mortos em ${ponto}, quando o cliente cancela`, () =>
        cancelarNoMeio(ponto))
      it(`pedidos morto em ${ponto}, quando antifraude recusa`, async () => {
        await cena.mudar('antifraude', '/interno/simulacao', { taxa_sucesso: 0 })
        await morrerEm(ponto, PELA_RECUSA, 'recusado')
        await cena.mudar('antifraude', '/interno/simulacao', { taxa_sucesso: 1 })
      })
    }
    for (const ponto of DO_DIARIO)
      it(`todos mortos em ${ponto}`, () => morrerEm(ponto, PELO_DIARIO))
    for (const ponto of ['provedor_antes_do_commit', 'provedor_depois_do_commit'] as const) {
      it(`pagamentos morto em ${ponto}`, () => morrerEm(ponto, [{ servico: 'pagamentos' }]))
    }

    it('kill -9 de todos os serviços e do broker, com pedidos a caminho', async () => {
      const fluxo = cena.fluxo()
      await fluxo.correndo()
      for (const { servico } of IDA) process.kill(cena.bancada.pid(servico)!, 'SIGKILL')
      await fluxo.correndo()
      await broker.matar()
      await broker.reiniciar()
      await fluxo.correndo()
      const pedidos = await fluxo.parar()
      await cena.tudoTermina(LIMITE_MS)
      await cena.terminaram(pedidos)
    })

    it('o que foi lido foi confirmado, e os livros fecham', async () => {
      await cena.emRepouso(LIMITE_MS)
      await livrosFecham(cena)
    })
  })
