// `npm start -- mortas`: the dead letters listed, shown and sent again, through the gateway, as the
// operator that `npm start` made.
import { ErroDeNegocio } from '../contratos/errors.ts'
import { GRUPOS, TOPICOS } from '../contratos/topicos.ts'
import type { MortaInteira, MortaNaLista } from '../servicos/pedidos/mortas_guardadas.ts'
import { criarComando, falhar, lerId, lerOpcoes, umDe } from './comando.ts'
import { inteiraEmTexto, listaEmTexto } from './mortas_em_texto.ts'
import { corpoDe, entrarComoOperador, type Sessao } from './sessao_no_gateway.ts'

const MAIOR_PAGINA = 100
const POR_CHAMADA = 1_000
/** Longer than the gateway waits for pedidos. */
const ESPERA_DO_REENVIO_MS = 35_000
const ATOS = ['listar', 'mostrar', 'reenviar'] as const
type Ato = (typeof ATOS)[number]

const EXEMPLOS = `Exemplos:
  npm start -- mortas listar --pendentes
  npm start -- mortas listar --grupo estoque-group --limite 100
  npm start -- mortas mostrar 7                   a causa e o que ela trazia
  npm start -- mortas reenviar 7
  npm start -- mortas reenviar --grupo estoque-group
  npm start -- mortas reenviar --todas
  npm start -- mortas listar --json | jq '.[].codigo'

Corrija a causa antes de reenviar: se ela ainda existe, a mensagem morre de novo, com outro número.
As passageiras são reenviadas sozinhas. Termina com 0 quando deu certo, com 1 quando não, ou quando
alguma não pôde ser reenviada, com 2 quando foi mal pedido.`

interface Opcoes {
  readonly grupo?: string
  readonly topico?: string
  readonly pedido?: number
  readonly pendentes?: true
  readonly limite: number
  readonly antesDe?: number
  readonly todas?: true
  readonly json?: true
}
interface Reenvio {
  readonly reenviadas: number
  readonly recusadas: number
  readonly restam: number
}

export async function comandoMortas(argumentos: string[]): Promise<number> {
  const descricao = 'Lista, mostra e reenvia as mensagens que ninguém pôde tratar.'
  const comando = criarComando('npm start -- mortas', descricao, EXEMPLOS)
    .usage(`${ATOS.join('|')} [id] [opções]`)
    .argument('<ato>', `um de: ${ATOS.join(', ')}`, umDe(ATOS))
    .argument('[id]', 'o número da mensagem morta', lerId)
    .option('--grupo <nome>', 'só as deste grupo de consumidores', umDe(GRUPOS))
    .option('--topico <nome>', 'só as deste tópico', umDe(TOPICOS))
    .option('--pedido <n>', 'listar: só as deste pedido', lerId)
    .option('--pendentes', 'listar: só as não reenviadas')
    .option('--limite <n>', `listar: quantas, até ${MAIOR_PAGINA} (padrão: 20)`, lerId, 20)
    .option('--antes-de <id>', 'listar: a página seguinte à que acaba em <id>', lerId)
    .option('--todas', 'reenviar: todas as pendentes')
    .option('--json', 'em JSON, para programas')
  const opcoes = lerOpcoes<Opcoes>(comando, argumentos)
  if (typeof opcoes === 'number') return opcoes
  const [ato, id] = comando.processedArgs as [Ato, number | undefined]
  const porque = malPedido(ato, id, opcoes)
  if (porque) return falhar(`${porque}\nPara ver as opções: npm start -- mortas --help`, 2)
  try {
    return await fazer(ato, id, opcoes)
  } catch (erro) {
    if (!(erro instanceof ErroDeNegocio)) throw erro
    return falhar(`${erro.message} (${erro.codigo})`)
  }
}

function malPedido(ato: Ato, id: number | undefined, opcoes: Opcoes): string | undefined {
  const { grupo, topico, todas, limite } = opcoes
  if (ato === 'listar' && id !== undefined) return 'listar não leva um número; mostrar leva.'
  if (ato === 'listar' && limite > MAIOR_PAGINA) return `--limite vai até ${MAIOR_PAGINA}.`
  if (ato === 'mostrar' && id === undefined) return 'Falta o número da mensagem.'
  if (ato !== 'reenviar') return undefined
  const pedidas = [id, grupo ?? topico, todas].filter((dita) => dita !== undefined)
  return pedidas.length === 1 ? undefined : 'Diga um número, ou --grupo, ou --topico, ou --todas.'
}

async function fazer(ato: Ato, id: number | undefined, opcoes: Opcoes): Promise<number> {
  const sessao = await entrarComoOperador()
  if (typeof sessao === 'string') return falhar(sessao)
  const dizer = (valor: object, texto: string) =>
    console.log(opcoes.json ? JSON.stringify(valor, null, 2) : texto)
  if (ato === 'listar') {
    const achadas = await sessao.obter<MortaNaLista[]>(`/operacao/mortas?${buscaDe(opcoes)}`)
    dizer(achadas, listaEmTexto(achadas))
    return 0
  }
  if (ato === 'mostrar') {
    const morta = await sessao.obter<MortaInteira>(`/operacao/mortas/${id}`)
    dizer(morta, inteiraEmTexto(morta))
    return 0
  }
  if (id !== undefined) {
    const morta = await reenviar<MortaNaLista>(sessao, `/${id}`, {})
    dizer(morta, `reenviada a mensagem ${id}, ao tópico ${morta.topico}`)
    return 0
  }
  const feito = await reenviarVarias(sessao, opcoes)
  const { reenviadas, recusadas, restam } = feito
  dizer(feito, `reenviadas: ${reenviadas} · recusadas: ${recusadas} · ainda pendentes: ${restam}`)
  return recusadas === 0 ? 0 : 1
}

function buscaDe({ grupo, topico, pedido, pendentes, limite, antesDe }: Opcoes): URLSearchParams {
  return new URLSearchParams({
    limite: String(limite),
    ...(grupo && { grupo }),
    ...(topico && { topico }),
    ...(pedido && { pedido_id: String(pedido) }),
    ...(antesDe && { antes_de: String(antesDe) }),
    ...(pendentes && { pendentes: 'true' }),
  })
}

async function reenviar<T>(sessao: Sessao, qual: string, corpo: object): Promise<T> {
  const signal = AbortSignal.timeout(ESPERA_DO_REENVIO_MS)
  return corpoDe<T>(await sessao.enviar(`/operacao/mortas${qual}/reenviar`, corpo, { signal }))
}

/** As many calls as those that wait now take: what dies again meanwhile is not sent once more. */
async function reenviarVarias(sessao: Sessao, { grupo, topico }: Opcoes): Promise<Reenvio> {
  const filtro = { ...(grupo && { grupo }), ...(topico && { topico }) }
  const uma = () => reenviar<Reenvio>(sessao, '', { ...filtro, limite: POR_CHAMADA })
  let feito = await uma()
  for (let n = Math.ceil(feito.restam / POR_CHAMADA); n > 0; n--) {
    const { reenviadas, recusadas, restam } = await uma()
    if (reenviadas + recusadas === 0) break
    feito = {
      reenviadas: feito.reenviadas + reenviadas,
      recusadas: feito.recusadas + recusadas,
      restam,
    }
  }
  return feito
}
