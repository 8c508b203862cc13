// `npm start -- vendas`: sales sent to the topic, from a file or made up, and those that stand in
// the table.
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { InvalidArgumentError } from 'commander'
import type { ConexaoKafka } from '../arquiteturas/kafka/conexao.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { MAIOR_ID } from '../contratos/ids.ts'
import { AMOSTRA, gerarVendas, PRIMEIRA_GERADA } from '../dados/vendas.ts'
import { lerConfiguracao } from '../infra/configuracao.ts'
import { criarComando, diretorioDeExecucao, falhar, lerOpcoes, umDe } from './comando.ts'
import { kafkaDestaMaquina } from './kafka_do_inicio.ts'
import { objetosDe } from './objetos_do_arquivo.ts'
import { enviarVendas } from './vendas_enviadas.ts'
import { emTexto, lerVendas, urlDeLeitura } from './vendas_lidas.ts'

const ATOS = ['enviar', 'gerar', 'listar'] as const
type Ato = (typeof ATOS)[number]
const MAIOR_LISTA = 10_000
const MAIOR_SEMENTE = 4_294_967_295

const EXEMPLOS = `Fala com o Kafka de KAFKA_BROKERS ou KAFKA_CONFIG e com o PostgreSQL de
VENDAS_DATABASE_URL ou das variáveis PG*; sem eles, com os que estão no ar.

Exemplos:
  npm start -- vendas enviar                    as cem vendas de ${AMOSTRA.arquivo}
  npm start -- vendas enviar loja.jsonl         uma lista JSON, ou um objeto por linha
  npm start -- vendas gerar 5000                inventadas, de ${PRIMEIRA_GERADA} em diante
  npm start -- vendas gerar 100 --semente 7 --a-partir-de 2000500000
  npm start -- vendas listar --limite 5
  npm start -- vendas listar --pedido 2000000001 --json

Enviar de novo não duplica nada. Veja o que não pôde ser gravado com npm start -- mortas listar.
Termina com 0 quando deu certo, com 1 quando não, com 2 quando foi mal pedido.`

export interface OpcoesDeVendas {
  readonly semente: number
  readonly aPartirDe: number
  readonly limite: number
  readonly pedido?: number
  readonly json?: true
}

export async function comandoVendas(argumentos: string[]): Promise<number> {
  const descricao = 'Envia vendas ao tópico, de um arquivo ou inventadas, e mostra as gravadas.'
  const numero = (menor: number, maior: number) => (texto: string) => inteiro(texto, menor, maior)
  const comando = criarComando('npm start -- vendas', descricao, EXEMPLOS)
    .usage(`${ATOS.join('|')} [arquivo|N] [opções]`)
    .argument('<ato>', `um de: ${ATOS.join(', ')}`, umDe(ATOS))
    .argument('[arquivo|N]', 'enviar: o arquivo; gerar: quantas vendas')
    .option('--semente <n>', 'gerar: semente do sorteio (padrão: 1)', numero(0, MAIOR_SEMENTE), 1)
    .option(
      '--a-partir-de <n>',
      `gerar: o primeiro número (padrão: ${PRIMEIRA_GERADA})`,
      ...([numero(1, MAIOR_ID), PRIMEIRA_GERADA] as const),
    )
    .option('--limite <n>', 'listar: quantas (padrão: 20)', numero(1, MAIOR_LISTA), 20)
    .option('--pedido <n>', 'listar: só a deste número', numero(1, MAIOR_ID))
    .option('--json', 'em JSON, para programas')
  const opcoes = lerOpcoes<OpcoesDeVendas>(comando, argumentos)
  if (typeof opcoes === 'number') return opcoes
  const [ato, alvo] = comando.processedArgs as [Ato, string | undefined]
  try {
    return await fazer[ato](alvo, opcoes)
  } catch (erro) {
    if (erro instanceof MalPedido) return falhar(erro.message, 2)
    if (erro instanceof ErroDeNegocio) return falhar(erro.message)
    const { code, message } = erro as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'EACCES') return falhar(message, 2)
    throw erro
  }
}

class MalPedido extends Error {}

type Fazer = (alvo: string | undefined, opcoes: OpcoesDeVendas) => Promise<number>
const fazer: Readonly<Record<Ato, Fazer>> = {
  async enviar(arquivo = join(import.meta.dirname, '../..', AMOSTRA.arquivo), opcoes) {
    await using aberto = await open(arquivo)
    return await enviar(objetosDe(aberto.createReadStream({ encoding: 'utf8' })), opcoes)
  },
  async gerar(dito, opcoes) {
    const { aPartirDe, semente } = opcoes
    const maior = MAIOR_ID - aPartirDe + 1
    if (dito === undefined || !/^[1-9]\d*$/.test(dito) || Number(dito) > maior) {
      throw new MalPedido(`Diga quantas gerar: de 1 a ${maior}, a partir do número ${aPartirDe}.`)
    }
    const vendas = gerarVendas(Number(dito), aPartirDe, semente)
    return enviar(
      vendas.map((venda) => JSON.stringify(venda)),
      opcoes,
    )
  },
  async listar(alvo, { limite, pedido, json }) {
    if (alvo !== undefined) throw new MalPedido('listar não leva argumento; use --pedido.')
    const url = urlDeLeitura(lerConfiguracao())
    const lidas = await lerVendas(url, limite, pedido)
    console.log(json ? JSON.stringify(lidas, null, 2) : emTexto(lidas))
    if (pedido === undefined || lidas.vendas.length > 0) return 0
    return falhar(`não há venda gravada com o número ${pedido}`)
  },
}

async function enviar(
  vendas: AsyncIterable<string> | Iterable<string>,
  { json }: OpcoesDeVendas,
): Promise<number> {
  const conexao = conexaoDasVendas()
  const enviadas = await enviarVendas(conexao, vendas, (n) => console.error(`enviadas: ${n}`))
  const topico = conexao.renomeados.vendas ?? 'vendas'
  console.log(json ? JSON.stringify({ enviadas, topico }) : `enviadas a ${topico}: ${enviadas}`)
  return 0
}

function conexaoDasVendas(): ConexaoKafka {
  const lida = { ...lerConfiguracao(), arquiteturas: ['kafka'] as const }
  const { kafka } = kafkaDestaMaquina(lida, false, () => undefined)
  if (kafka) return kafka
  const onde = diretorioDeExecucao()
  const detalhe = `não há KAFKA_BROKERS, nem um Kafka em execução em ${onde}`
  throw new ErroDeNegocio('servico_indisponivel', detalhe)
}

function inteiro(texto: string, menor: number, maior: number): number {
  const numero = Number(texto)
  if (/^\d+$/.test(texto) && numero >= menor && numero <= maior) return numero
  throw new InvalidArgumentError(`use um inteiro de ${menor} a ${maior}`)
}
