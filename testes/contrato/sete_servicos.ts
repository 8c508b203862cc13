// The seven services in this process, each with its own database, called directly: doors that can
// be shut and opened again. What the oracle is made of.
import { join } from 'node:path'
import type { Atender } from '../../src/arquiteturas/arquitetura.ts'
import type { Portas } from '../../src/arquiteturas/memoria/inbound.ts'
import { abrirMemoria } from '../../src/arquiteturas/memoria/start.ts'
import { criarSalto } from '../../src/arquiteturas/percurso.ts'
import { criarRaiz, type Raiz } from '../../src/arquiteturas/raiz.ts'
import { ErroDeNegocio } from '../../src/contratos/errors.ts'
import { type NomeServico, SERVICOS } from '../../src/contratos/ids.ts'
import { abrirBanco } from '../../src/infra/banco_do_servico.ts'
import type { Configuracao } from '../../src/infra/configuracao.ts'
import { topologia } from '../../src/infra/topologia.ts'
import type { Leitura } from '../../src/persistencia/database.ts'
import type { ConsultasDeCatalogo } from '../../src/servicos/catalogo/servico.ts'
import type { ConsultasDeEstoque } from '../../src/servicos/estoque/servico.ts'
import { type ConsultasDePedidos, itensDe } from '../../src/servicos/pedidos/consultas.ts'
import { criarSimulador, type Simulador } from '../../src/servicos/simulacao.ts'
import type { Vizinhos } from '../../src/servicos/vizinhos.ts'

const SEM_REGISTRO = { chegou: () => {}, terminou: () => {}, gravou: () => {} }

export interface SeteServicos {
  readonly portas: Portas
  readonly leituras: ReadonlyMap<NomeServico, Leitura>
  readonly simuladores: ReadonlyMap<NomeServico, Simulador>
  readonly pedidos: ConsultasDePedidos
  readonly raiz: Raiz
  fechar(nome: NomeServico): void
  reabrir(nome: NomeServico): void
}

export async function abrirSeteServicos(
  configuracao: Configuracao,
  pilha: AsyncDisposableStack,
): Promise<SeteServicos> {
  const diretorio = join(configuracao.diretorio, 'dados')
  const portas: Portas = new Map()
  const fechadas = new Map<NomeServico, Atender>()
  const leituras = new Map<NomeServico, Leitura>()
  const simuladores = new Map<NomeServico, Simulador>()
  const consultas = new Map<NomeServico, unknown>()
  const vizinhos = vizinhosEm(consultas, fechadas)
  let raiz: Raiz | undefined
  for (const nome of SERVICOS) {
    const modulo = topologia[nome].modulo(configuracao)
    const db = pilha.use(await abrirBanco(modulo, diretorio, configuracao))
    const simulador = criarSimulador(nome)
    const contexto = { db, operacoes: SEM_REGISTRO, simulador, vizinhos, diretorio }
    const { servico, ...rodando } = pilha.use(await modulo.iniciar(contexto))
    leituras.set(nome, db.leitura)
    simuladores.set(nome, simulador)
    consultas.set(nome, rodando.consultas)
    abrirMemoria(portas, nome, (enviar) => {
      if (nome !== 'pedidos') return criarSalto(servico, enviar)
      const { reter } = rodando.consultas as ConsultasDePedidos
      const saidas = new Map([['memoria' as const, { enviar }]])
      raiz = criarRaiz(servico, saidas, configuracao.prazoDaCadeiaMs, (id, falha) =>
        reter(id, falha.codigo, falha.message),
      )
      return raiz.atender
    })
  }
  const mudar = (de: Portas, para: Portas, nome: NomeServico) => {
    para.set(nome, de.get(nome)!)
    de.delete(nome)
  }
  return {
    ...{ portas, leituras, simuladores, raiz: raiz! },
    pedidos: consultas.get('pedidos') as ConsultasDePedidos,
    fechar: (nome) => mudar(portas, fechadas, nome),
    reabrir: (nome) => mudar(fechadas, portas, nome),
  }
}

/** Neighbours answer from their read models, unless their door is shut. */
function vizinhosEm(consultas: ReadonlyMap<NomeServico, unknown>, fechadas: Portas): Vizinhos {
  const de = <T>(nome: NomeServico): T => {
    if (fechadas.has(nome)) throw new ErroDeNegocio('servico_indisponivel')
    return consultas.get(nome) as T
  }
  return {
    produtos: async (ids) => de<ConsultasDeCatalogo>('catalogo').produtos(ids),
    unidadesLivres: async () => de<ConsultasDeEstoque>('estoque').unidadesLivres(),
    async compra(id) {
      const pedido = await de<ConsultasDePedidos>('pedidos').pedido(id)
      if (!pedido) throw new ErroDeNegocio('pedido_desconhecido')
      return { itens: itensDe(pedido), valor_centavos: pedido.total_centavos as never }
    },
  }
}
