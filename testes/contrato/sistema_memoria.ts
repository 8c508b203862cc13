// The oracle: the seven services called directly in this process, no wire between them.
import { join } from 'node:path'
import type { Atender } from '../../src/arquiteturas/arquitetura.ts'
import type { Portas } from '../../src/arquiteturas/memoria/inbound.ts'
import { abrirMemoria } from '../../src/arquiteturas/memoria/start.ts'
import { criarSalto } from '../../src/arquiteturas/percurso.ts'
import { criarRaiz, type Raiz } from '../../src/arquiteturas/raiz.ts'
import { retomarPedido } from '../../src/arquiteturas/retomada.ts'
import { type Comando, destino } from '../../src/contratos/comandos.ts'
import { envelopar, rastreio } from '../../src/contratos/envelope.ts'
import { ErroDeNegocio } from '../../src/contratos/errors.ts'
import {
  comoClienteId,
  type NomeServico,
  type PedidoId,
  SERVICOS,
} from '../../src/contratos/ids.ts'
import { abrirBanco } from '../../src/infra/banco_do_servico.ts'
import { topologia } from '../../src/infra/topologia.ts'
import type { Database } from '../../src/persistencia/database.ts'
import { eventosDoPedido } from '../../src/persistencia/diario.ts'
import type { ConsultasDeCatalogo } from '../../src/servicos/catalogo/servico.ts'
import type { ConsultasDeEstoque } from '../../src/servicos/estoque/servico.ts'
import { type ConsultasDePedidos, itensDe } from '../../src/servicos/pedidos/consultas.ts'
import { criarSimulador, type Simulador } from '../../src/servicos/simulacao.ts'
import type { Vizinhos } from '../../src/servicos/vizinhos.ts'
import {
  emAberto,
  type NovoPedido,
  novosBancos,
  type Resposta,
  type Sistema,
  umItem,
} from './sistema.ts'

const SEM_REGISTRO = { chegou: () => {}, terminou: () => {}, gravou: () => {} }

export async function abrirMemoriaDeTeste(ambiente?: Record<string, string>): Promise<Sistema> {
  const { configuracao, apagar, conferir } = await novosBancos(ambiente)
  const pilha = new AsyncDisposableStack()
  pilha.defer(apagar)
  const diretorio = join(configuracao.diretorio, 'dados')
  const portas: Portas = new Map()
  const bancos = new Map<NomeServico, Database>()
  const simuladores = new Map<NomeServico, Simulador>()
  const consultas = new Map<NomeServico, unknown>()
  const fechadas = new Map<NomeServico, Atender>()
  const consultasDe = <T>(nome: NomeServico): T => {
    if (fechadas.has(nome)) throw new ErroDeNegocio('servico_indisponivel')
    return consultas.get(nome) as T
  }
  const vizinhos: Vizinhos = {
    produtos: async (ids) => consultasDe<ConsultasDeCatalogo>('catalogo').produtos(ids),
    unidadesLivres: async () => consultasDe<ConsultasDeEstoque>('estoque').unidadesLivres(),
    async compra(id) {
      const pedido = await consultasDe<ConsultasDePedidos>('pedidos').pedido(id)
      if (!pedido) throw new ErroDeNegocio('pedido_desconhecido')
      return { itens: itensDe(pedido), valor_centavos: pedido.total_centavos as never }
    },
  }
  let raiz: Raiz | undefined
  for (const nome of SERVICOS) {
    const modulo = topologia[nome].modulo(configuracao)
    const db = pilha.use(await abrirBanco(modulo, diretorio, configuracao.ecommerce))
    const simulador = criarSimulador(nome)
    const contexto = { db, operacoes: SEM_REGISTRO, simulador, vizinhos, diretorio }
    const rodando = pilha.use(await modulo.iniciar(contexto))
    bancos.set(nome, db)
    simuladores.set(nome, simulador)
    consultas.set(nome, rodando.consultas)
    abrirMemoria(portas, nome, (enviar) => {
      if (nome !== 'pedidos') return criarSalto(rodando.servico, enviar)
      const { reter } = rodando.consultas as ConsultasDePedidos
      raiz = criarRaiz(
        rodando.servico,
        new Map([['memoria', enviar]]),
        configuracao.prazoDaCadeiaMs,
        (id, falha) => reter(id, falha.codigo, falha.message),
      )
      return raiz.atender
    })
  }
  const pedidos = consultas.get('pedidos') as ConsultasDePedidos
  const leituraDePedidos = bancos.get('pedidos')!.leitura
  const envelope = (comando: Comando) =>
    envelopar(comando, { arquitetura: 'memoria', traceparent: rastreio() })

  async function pedir(comando: Comando): Promise<Resposta> {
    const porta = portas.get('pedidos')!
    const prazo = Date.now() + configuracao.prazoDaCadeiaMs
    const { passos, falha } = await porta({ ...envelope(comando), prazo }, true)
    const primeiro = passos[0]
    if (!primeiro) return { erro: falha?.codigo, repetido: false }
    const { pedido_id } = primeiro.evento
    const { repetido } = primeiro
    const recusa = passos.map((p) => p.evento).find((e) => e.tipo === 'CancelamentoRecusado')
    if (recusa) return { erro: recusa.motivo as never, repetido }
    if (falha) return { erro: 'pedido_em_andamento', pedidoEmAberto: pedido_id, repetido }
    return { pedido: await pedidos.pedido(pedido_id), repetido }
  }

  return {
    nome: 'memoria',
    criar: (novo: NovoPedido) =>
      pedir({
        tipo: 'CriarPedido',
        itens: umItem(),
        metodo: 'pix',
        ...novo,
        cliente_id: comoClienteId(novo.cliente_id ?? 1),
      } as Comando),
    cancelar: (pedido_id) => pedir({ tipo: 'SolicitarCancelamento', pedido_id, motivo: 'teste' }),
    entregar: (pedido_id) => pedir({ tipo: 'ConfirmarEntrega', pedido_id }),
    abertos: async () => (await pedidos.todos(20)).filter(emAberto).map(({ id }) => id),
    pedido: (id) => pedidos.pedido(id),
    async entregarComando(comando) {
      const porta = portas.get(destino[comando.tipo])
      if (!porta) throw new Error('fechado')
      return porta(envelope(comando), false)
    },
    async retomar(id) {
      await pedidos.soltar(id)
      if (raiz) await retomarPedido(raiz, leituraDePedidos, id)
    },
    simular: async (nome, simulacao) => simuladores.get(nome)?.mudar(simulacao),
    async derrubar(nome) {
      fechadas.set(nome, portas.get(nome)!)
      portas.delete(nome)
    },
    async levantar(nome) {
      portas.set(nome, fechadas.get(nome)!)
      fechadas.delete(nome)
    },
    async eventos(nome, id: PedidoId) {
      const eventos = await eventosDoPedido(bancos.get(nome)!.leitura, id)
      return eventos.map(({ evento }) => evento.tipo)
    },
    conferir,
    [Symbol.asyncDispose]: () => pilha.disposeAsync(),
  }
}
