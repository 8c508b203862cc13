// A shop in real processes as its staff meets it: logged in at the gateway, with crash points armed
// in the services behind it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TipoComando } from '../../src/contratos/comandos.ts'
import type { NomeServico } from '../../src/contratos/ids.ts'
import type { TipoAto } from '../../src/contratos/produtos.ts'
import type { Credenciais } from '../../src/gateway/contas/credenciais.ts'
import { type Respondida, requisitar } from '../../src/gateway/gateway_de_teste.ts'
import { abrirBancada, type Bancada } from '../../src/laboratorio/bancada.ts'
import type { PontoDeQueda } from '../../src/persistencia/queda.ts'
import type { PedidoVisivel } from '../../src/servicos/pedidos/consultas.ts'
import type { ProdutoNoCatalogo } from '../../src/servicos/vizinhos.ts'
import { ate } from '../ate.ts'
import { umItem } from './sistema.ts'

export const LIMITE_MS = 15_000

type Mandar = (
  metodo: string,
  caminho: string,
  corpo?: object,
  chave?: string,
) => Promise<Respondida>

export async function abrirAdministracao(unidades: number) {
  const ambiente = { QUATROVIAS_ARQUITETURAS: 'rest', QUATROVIAS_PRAZO_MS: '2000' }
  const bancada = await abrirBancada({ gateway: true, unidades, ambiente })
  const arquivo = join(bancada.diretorio, 'credenciais.json')
  const credenciais = JSON.parse(readFileSync(arquivo, 'utf8')) as Credenciais
  const { gateway } = bancada
  const entrar = async (papel: 'admin' | 'operador'): Promise<Mandar> => {
    const corpo = credenciais[papel]
    const token = String((await requisitar(gateway, 'POST', '/auth/login', { corpo })).json.token)
    return (metodo, caminho, corpo, chave) => {
      const cabecalhos = chave === undefined ? {} : { 'idempotency-key': encodeURI(chave) }
      return requisitar(gateway, metodo, caminho, { token, corpo, cabecalhos })
    }
  }
  const [admin, operador] = [await entrar('admin'), await entrar('operador')]
  /** As a client does: the same again until it is done. */
  const insistir: Mandar = (...requisicao) => {
    const feita = async () => {
      const respondida = await admin(...requisicao)
      return respondida.status < 300 ? respondida : undefined
    }
    return ate(feita, LIMITE_MS, requisicao.slice(0, 2).join(' '))
  }
  return {
    ...{ admin, operador, insistir },
    ...comProdutos(gateway, admin),
    ...comPedidos(bancada.enderecos),
    conferir: bancada.conferir,
    /** Runs `fazer` with the crash armed, and waits until it came and the service is back. */
    async morrendo(
      servico: NomeServico,
      comando: TipoAto | TipoComando,
      ponto: PontoDeQueda,
      fazer: () => Promise<void>,
    ): Promise<void> {
      const reinicios = bancada.reinicios(servico)
      await mandarA(bancada, servico, 'PUT', '/interno/queda', { ponto, comando })
      await fazer()
      const voltou = () => bancada.reinicios(servico) === reinicios + 1
      await ate(voltou, LIMITE_MS, `${servico} morreu uma vez`)
      const pronto = () => mandarA(bancada, servico, 'GET', '/readyz').catch(() => undefined)
      await ate(pronto, LIMITE_MS, `${servico} voltou`)
    },
    [Symbol.asyncDispose]: () => bancada[Symbol.asyncDispose](),
  }
}
export type Administracao = Awaited<ReturnType<typeof abrirAdministracao>>

async function mandarA(
  { enderecos }: Pick<Bancada, 'enderecos'>,
  servico: NomeServico,
  metodo: string,
  caminho: string,
  corpo?: object,
): Promise<Respondida> {
  const respondida = await requisitar(enderecos[servico], metodo, caminho, { corpo })
  assert.ok(respondida.status < 300, respondida.texto)
  return respondida
}

function comProdutos(gateway: string, admin: Mandar) {
  const produtos = async () => {
    const { json } = await requisitar(gateway, 'GET', '/produtos')
    return json as unknown as ProdutoNoCatalogo[]
  }
  return {
    produtos,
    async criar(chave: string, unidades = 0): Promise<ProdutoNoCatalogo> {
      const corpo = { nome: `Mesa ${chave}`, preco_centavos: 1_050, unidades }
      const { status, json, texto } = await admin('POST', '/admin/produtos', corpo, chave)
      assert.equal(status, 201, texto)
      return json as unknown as ProdutoNoCatalogo
    },
    async repor(chave: string, id: number, quantidade: number): Promise<void> {
      const caminho = `/admin/produtos/${id}/reposicoes`
      const { status, texto } = await admin('POST', caminho, { quantidade }, chave)
      assert.equal(status, 201, texto)
    },
    /** The product as anybody sees it, once it is as `serve` says. */
    ver(id: number, serve: (produto: ProdutoNoCatalogo) => boolean): Promise<ProdutoNoCatalogo> {
      const achar = async () => {
        const { status, json } = await requisitar(gateway, 'GET', `/produtos/${id}`)
        const produto = json as unknown as ProdutoNoCatalogo
        return status === 200 && serve(produto) ? produto : undefined
      }
      return ate(achar, LIMITE_MS, `o produto ${id} como se espera`)
    },
  }
}

/** At pedidos' own door: it is the staff's part that is looked at through the gateway. */
function comPedidos(enderecos: Bancada['enderecos']) {
  const pedir = (chave: string, produto: number, total_esperado_centavos?: number) =>
    requisitar(enderecos.pedidos, 'POST', '/pedidos', {
      corpo: {
        ...{ cliente_id: 1, itens: umItem(1, produto as never), metodo: 'pix' },
        ...(total_esperado_centavos !== undefined && { total_esperado_centavos }),
      },
      cabecalhos: { 'idempotency-key': chave },
    })
  return {
    /** One unit, asked for until there is an end; without a status when there were no units. */
    comprar(chave: string, produto: number): Promise<PedidoVisivel> {
      const fim = async () => {
        const { status, json } = await pedir(chave, produto)
        return status < 500 ? (json as unknown as PedidoVisivel) : undefined
      }
      return ate(fim, LIMITE_MS, `o pedido ${chave} termina`)
    },
    /** Asked for once: why it did not end, and its number if it was accepted all the same. */
    async tentarComprar(chave: string, produto: number, total?: number) {
      const { codigo, pedido_id } = (await pedir(chave, produto, total)).json
      return { codigo, id: Number(pedido_id) }
    },
    async pagarPorFora(pedido_id: number): Promise<void> {
      const corpo = { pedido_id, valor: 0.01 }
      await mandarA({ enderecos }, 'pagamentos', 'POST', '/pagamentos', corpo)
    },
  }
}
