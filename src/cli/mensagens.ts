// `npm start -- mensagens`: what passed through the topics, searched, shown and counted, through
// the gateway, as the operator that `npm start` made.
import { InvalidArgumentError } from 'commander'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type {
  ContagemDaParticao,
  MensagemInteira,
  MensagemNaLista,
  PaginaDeMensagens,
} from '../contratos/mensagens_auditadas.ts'
import { TODOS_OS_TOPICOS } from '../contratos/topicos.ts'
import { MAIOR_PAGINA_DE_MENSAGENS } from '../infra/mensagens_auditadas.ts'
import { criarComando, falhar, lerOpcoes, umDe } from './comando.ts'
import { contagensEmTexto, mensagemEmTexto, paginaEmTexto } from './mensagens_em_texto.ts'
import { entrarComoOperador, type Sessao } from './sessao_no_gateway.ts'

/** Each reads up to 100,000 messages; all of them, over a slow disk, more than are kept. */
const MAXIMO_DE_CHAMADAS = 200
const ATOS = ['listar', 'mostrar', 'contar'] as const
type Ato = (typeof ATOS)[number]

const EXEMPLOS = `Exemplos:
  npm start -- mensagens --pedido 1001
  npm start -- mensagens --topico nf_emitida --desde 2026-01-31T12:00:00Z
  npm start -- mensagens --texto sem_estoque --limite 100
  npm start -- mensagens mostrar nf_emitida 2 7      a chave, os cabeçalhos e o valor
  npm start -- mensagens contar                      as auditadas, ao lado do fim de cada partição
  npm start -- mensagens --pedido 1001 --json | jq '.mensagens[].topico'

Termina com 0 quando deu certo; com 1 quando não, ou quando as contagens não batem; com 2 quando
foi mal pedido.`

interface Opcoes {
  readonly pedido?: number
  readonly topico?: string
  readonly desde?: string
  readonly ate?: string
  readonly texto?: string
  readonly limite: number
  readonly antesDe?: number
  readonly json?: true
}

export async function comandoMensagens(argumentos: string[]): Promise<number> {
  const descricao = 'Procura, mostra e conta as mensagens de todos os tópicos.'
  const maximo = MAIOR_PAGINA_DE_MENSAGENS
  const comando = criarComando('npm start -- mensagens', descricao, EXEMPLOS)
    .usage(`[${ATOS.join('|')}] [tópico partição offset] [opções]`)
    .argument('[ato]', `um de: ${ATOS.join(', ')}`, umDe(ATOS), 'listar')
    .argument('[tópico]', 'mostrar: o tópico, pelo nosso nome', umDe(TODOS_OS_TOPICOS))
    .argument('[partição]', 'mostrar: a partição', lerNumero)
    .argument('[offset]', 'mostrar: o offset', lerNumero)
    .option('--pedido <n>', 'só as deste pedido', lerNumero)
    .option('--topico <nome>', 'só as deste tópico', umDe(TODOS_OS_TOPICOS))
    .option('--desde <instante>', 'só as deste instante em diante (2026-01-31T12:00Z)', lerInstante)
    .option('--ate <instante>', 'só as até este instante', lerInstante)
    .option('--texto <texto>', 'só as que têm este texto no valor, na chave ou em um cabeçalho')
    .option('--limite <n>', `quantas, até ${maximo} (padrão: 20)`, lerNumero, 20)
    .option('--antes-de <id>', 'a página seguinte à que acaba em <id>', lerNumero)
    .option('--json', 'em JSON, para programas')
  const opcoes = lerOpcoes<Opcoes>(comando, argumentos)
  if (typeof opcoes === 'number') return opcoes
  const [ato, ...lugar] = comando.processedArgs as [Ato, ...(string | number | undefined)[]]
  const ditos = lugar.filter((parte) => parte !== undefined)
  const porque = malPedido(ato, ditos, opcoes)
  if (porque) return falhar(`${porque}\nPara ver as opções: npm start -- mensagens --help`, 2)
  try {
    const sessao = await entrarComoOperador()
    return typeof sessao === 'string' ? falhar(sessao) : await fazer[ato](sessao, opcoes, ditos)
  } catch (erro) {
    if (!(erro instanceof ErroDeNegocio)) throw erro
    return falhar(`${erro.message} (${erro.codigo})`)
  }
}

function malPedido(ato: Ato, ditos: readonly unknown[], { limite }: Opcoes): string | undefined {
  if (ato === 'mostrar' && ditos.length !== 3) return 'Diga o tópico, a partição e o offset.'
  if (ato !== 'mostrar' && ditos.length > 0) return `${ato} não leva um tópico; mostrar leva.`
  if (limite >= 1 && limite <= MAIOR_PAGINA_DE_MENSAGENS) return undefined
  return `--limite vai de 1 a ${MAIOR_PAGINA_DE_MENSAGENS}.`
}

type Fazer = (
  sessao: Sessao,
  opcoes: Opcoes,
  lugar: readonly (string | number)[],
) => Promise<number>

const fazer: Readonly<Record<Ato, Fazer>> = {
  async listar(sessao, opcoes) {
    const pagina = await procurar(sessao, opcoes)
    dizer(opcoes, pagina, paginaEmTexto(pagina))
    return 0
  },
  async mostrar(sessao, opcoes, lugar) {
    const caminho = `/operacao/mensagens/${lugar.join('/')}`
    const mensagem = await sessao.obter<MensagemInteira>(caminho)
    dizer(opcoes, mensagem, mensagemEmTexto(mensagem))
    return 0
  },
  async contar(sessao, opcoes) {
    const contagens = await sessao.obter<ContagemDaParticao[]>('/operacao/mensagens/contagens')
    dizer(opcoes, contagens, contagensEmTexto(contagens))
    return contagens.every(({ faltam, compactado }) => compactado || faltam === 0) ? 0 : 1
  },
}

/** One question reads only so far: it goes on until the list is full, or all was looked at. */
async function procurar(sessao: Sessao, opcoes: Opcoes): Promise<PaginaDeMensagens> {
  const mensagens: MensagemNaLista[] = []
  let proximo = opcoes.antesDe ?? null
  for (let chamadas = 0; chamadas < MAXIMO_DE_CHAMADAS; chamadas++) {
    const limite = opcoes.limite - mensagens.length
    const busca = buscaDe({ ...opcoes, limite, ...(proximo !== null && { antesDe: proximo }) })
    const pagina = await sessao.obter<PaginaDeMensagens>(`/operacao/mensagens?${busca}`)
    mensagens.push(...pagina.mensagens)
    proximo = pagina.proximo
    if (proximo === null || mensagens.length >= opcoes.limite) break
  }
  return { mensagens, proximo }
}

function buscaDe({ limite, antesDe, pedido, topico, desde, ate, texto }: Opcoes): URLSearchParams {
  const ditos = { limite, antes_de: antesDe, pedido, topico, desde, ate, texto }
  const presentes = Object.entries(ditos).filter(([, dito]) => dito !== undefined)
  return new URLSearchParams(presentes.map(([nome, dito]) => [nome, String(dito)]))
}

const dizer = ({ json }: Opcoes, valor: object, texto: string) =>
  console.log(json ? JSON.stringify(valor, null, 2) : texto)

function lerNumero(texto: string): number {
  if (/^\d{1,15}$/.test(texto)) return Number(texto)
  throw new InvalidArgumentError('use um número')
}

function lerInstante(texto: string): string {
  const ms = Date.parse(texto)
  if (Number.isNaN(ms)) throw new InvalidArgumentError('use um instante ISO 8601')
  return new Date(ms).toISOString()
}
