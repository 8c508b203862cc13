// `npm start -- topicos`: our topics made, listed, described, deleted, straight at the cluster.
import { styleText } from 'node:util'
import type { ConexaoKafka } from '../arquiteturas/kafka/conexao.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { TODOS_OS_TOPICOS } from '../contratos/topicos.ts'
import { lerConfiguracao } from '../infra/configuracao.ts'
import { ambienteDoBrokerProprio } from '../infra/configuracao_do_kafka.ts'
import { type Estado, lerEstado } from '../infra/estado.ts'
import { ErroDeInicio } from '../persistencia/database.ts'
import { criarComando, diretorioDeExecucao, falhar, lerOpcoes, umDe } from './comando.ts'
import { listaEmTexto, umEmTexto } from './topicos_em_texto.ts'

const ATOS = ['criar', 'listar', 'descrever', 'apagar'] as const
type Ato = (typeof ATOS)[number]

const EXEMPLOS = `Fala com o Kafka de KAFKA_BROKERS ou KAFKA_CONFIG; sem eles, com o que está no ar.

Exemplos:
  npm start -- topicos criar                        os que faltam; os que existem ficam como são
  npm start -- topicos listar
  npm start -- topicos descrever pedidos_criados    líder, réplicas, offsets e atraso dos grupos
  npm start -- topicos apagar --sim                 todos os nossos, com o que têm dentro

Termina com 0 quando deu certo, com 1 quando não, com 2 quando foi mal pedido.`

interface Opcoes {
  readonly sim?: true
  readonly json?: true
}

export async function comandoTopicos(argumentos: string[]): Promise<number> {
  const descricao = 'Cria, lista, descreve e apaga os tópicos do Kafka.'
  const comando = criarComando('npm start -- topicos', descricao, EXEMPLOS)
    .usage(`${ATOS.join('|')} [nome] [opções]`)
    .argument('<ato>', `um de: ${ATOS.join(', ')}`, umDe(ATOS))
    .argument('[nome]', 'o tópico a descrever, pelo nosso nome', umDe(TODOS_OS_TOPICOS))
    .option('--sim', 'apagar: é isso mesmo')
    .option('--json', 'em JSON, para programas')
  const opcoes = lerOpcoes<Opcoes>(comando, argumentos)
  if (typeof opcoes === 'number') return opcoes
  const [ato, nome] = comando.processedArgs as [Ato, string | undefined]
  if ((ato === 'descrever') !== (nome !== undefined)) {
    return falhar('O nome de um tópico é para descrever, e descrever pede um.', 2)
  }
  const diretorio = diretorioDeExecucao()
  const estado = lerEstado(diretorio)
  const conexao = conexaoDe(estado)
  if (!conexao) return falhar(`não há KAFKA_BROKERS, nem um Kafka em execução em ${diretorio}`)
  if (ato === 'apagar') {
    if (!opcoes.sim)
      return falhar('Isto apaga os tópicos e o que têm dentro: confirme com --sim.', 2)
    if (estado) return falhar('quatrovias está em execução; encerre antes com npm run parar')
  }
  try {
    return await fazer[ato](conexao, nome ?? '', opcoes.json === true)
  } catch (erro) {
    if (erro instanceof ErroDeInicio) throw erro
    const { deKafka } = await import('../arquiteturas/kafka/errors.ts')
    return falhar(deKafka(erro).message)
  }
}

/** Where the environment says; else where the broker of our own listens. */
function conexaoDe(estado: Estado | undefined): ConexaoKafka | undefined {
  const { kafka } = lerConfiguracao()
  if (kafka || !estado?.kafka) return kafka
  const doProprio = ambienteDoBrokerProprio(Number(estado.kafka.split(':').at(-1)))
  return lerConfiguracao({ ...process.env, ...doProprio, KAFKA_BROKERS: estado.kafka }).kafka
}

type Fazer = (conexao: ConexaoKafka, nome: string, json: boolean) => Promise<number>
const fazer: Readonly<Record<Ato, Fazer>> = {
  async criar(conexao, _, json) {
    const { comAdmin, faltantes, garantirTopicos } = await import(
      '../arquiteturas/kafka/topicos.ts'
    )
    const criados = await comAdmin(conexao, (admin) => faltantes(admin, conexao))
    await garantirTopicos(conexao)
    return dizer(json, { criados }, emLinha('criados', criados, 'não faltava nenhum'))
  },
  async listar(conexao, _, json) {
    const { listarTopicos } = await import('../arquiteturas/kafka/visao_dos_topicos.ts')
    const topicos = await listarTopicos(conexao)
    return dizer(json, topicos, listaEmTexto(topicos))
  },
  async descrever(conexao, nome, json) {
    const { descreverTopico } = await import('../arquiteturas/kafka/visao_dos_topicos.ts')
    const topico = await descreverTopico(conexao, nome)
    if (!topico) throw new ErroDeNegocio('nao_encontrado', `o tópico ${nome} não existe no Kafka`)
    return dizer(json, topico, umEmTexto(topico))
  },
  async apagar(conexao, _, json) {
    const { apagarTopicos } = await import('../arquiteturas/kafka/visao_dos_topicos.ts')
    const apagados = await apagarTopicos(conexao)
    return dizer(json, { apagados }, emLinha('apagados', apagados, 'não havia nenhum'))
  },
}

const emLinha = (feito: string, nomes: readonly string[], nenhum: string): string =>
  nomes.length === 0 ? nenhum : `${styleText('bold', feito)}: ${nomes.join(', ')}`

function dizer(json: boolean, valor: object, texto: string): 0 {
  console.log(json ? JSON.stringify(valor, null, 2) : texto)
  return 0
}
