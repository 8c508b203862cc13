// `npm start -- notificacoes`: what the clients were told of their orders, listed and told again,
// through the gateway, as the operator that `npm start` made.
import { ErroDeNegocio } from '../contratos/errors.ts'
import { STATUS } from '../contratos/eventos.ts'
import { CANAIS, ESTADOS_DA_NOTIFICACAO, type Notificacao } from '../contratos/notificacoes.ts'
import { MAXIMO_MOSTRADO } from '../infra/notificacoes.ts'
import { criarComando, falhar, lerId, lerOpcoes, umDe } from './comando.ts'
import { notificacoesEmTexto } from './notificacoes_em_texto.ts'
import { corpoDe, entrarComoOperador, type Sessao } from './sessao_no_gateway.ts'

const ATOS = ['listar', 'reenviar'] as const
type Ato = (typeof ATOS)[number]

const EXEMPLOS = `Exemplos:
  npm start -- notificacoes listar
  npm start -- notificacoes listar --pedido 1001
  npm start -- notificacoes listar --estado desistiu
  npm start -- notificacoes reenviar 1001
  npm start -- notificacoes reenviar 1001 --status enviado --canal smtp
  npm start -- notificacoes listar --json | jq '.[].erro'

Termina com 0 quando deu certo; com 1 quando não, ou quando não havia o que reenviar; com 2 quando
foi mal pedido.`

interface Opcoes {
  readonly pedido?: number
  readonly estado?: string
  readonly status?: string
  readonly canal?: string
  readonly json?: true
}

export async function comandoNotificacoes(argumentos: string[]): Promise<number> {
  const descricao = 'Lista e reenvia as notificações aos clientes sobre os pedidos deles.'
  const comando = criarComando('npm start -- notificacoes', descricao, EXEMPLOS)
    .usage(`${ATOS.join('|')} [pedido] [opções]`)
    .argument('<ato>', `um de: ${ATOS.join(', ')}`, umDe(ATOS))
    .argument('[pedido]', 'reenviar: o número do pedido', lerId)
    .option('--pedido <n>', 'listar: só as deste pedido', lerId)
    .option('--estado <estado>', 'listar: só as deste estado', umDe(ESTADOS_DA_NOTIFICACAO))
    .option('--status <status>', 'reenviar: só as deste status', umDe(STATUS))
    .option('--canal <canal>', 'reenviar: só as deste canal', umDe(CANAIS))
    .option('--json', 'em JSON, para programas')
  const opcoes = lerOpcoes<Opcoes>(comando, argumentos)
  if (typeof opcoes === 'number') return opcoes
  const [ato, pedido] = comando.processedArgs as [Ato, number | undefined]
  const porque = malPedido(ato, pedido, opcoes)
  if (porque) return falhar(`${porque}\nPara ver as opções: npm start -- notificacoes --help`, 2)
  try {
    const sessao = await entrarComoOperador()
    if (typeof sessao === 'string') return falhar(sessao)
    return await (ato === 'listar' ? listar(sessao, opcoes) : reenviar(sessao, pedido, opcoes))
  } catch (erro) {
    if (!(erro instanceof ErroDeNegocio)) throw erro
    return falhar(`${erro.message} (${erro.codigo})`)
  }
}

function malPedido(ato: Ato, dito: number | undefined, opcoes: Opcoes): string | undefined {
  const { pedido, estado, status, canal } = opcoes
  if (ato === 'reenviar') {
    if (dito === undefined) return 'Falta o número do pedido.'
    return (pedido ?? estado) ? '--pedido e --estado só valem para listar.' : undefined
  }
  if (dito !== undefined) return 'Para listar as de um pedido, use --pedido.'
  return (status ?? canal) ? '--status e --canal só valem para reenviar.' : undefined
}

async function listar(sessao: Sessao, { pedido, estado, json }: Opcoes): Promise<number> {
  const busca = new URLSearchParams({
    limite: String(MAXIMO_MOSTRADO),
    ...(pedido && { pedido_id: String(pedido) }),
    ...(estado && { estado }),
  })
  const achadas = await sessao.obter<Notificacao[]>(`/operacao/notificacoes?${busca}`)
  console.log(json ? JSON.stringify(achadas, null, 2) : notificacoesEmTexto(achadas))
  return 0
}

async function reenviar(
  sessao: Sessao,
  pedido_id: number | undefined,
  { status, canal, json }: Opcoes,
): Promise<number> {
  const corpo = { pedido_id, ...(status && { status }), ...(canal && { canal }) }
  const resposta = await sessao.enviar('/operacao/notificacoes/reenviar', corpo)
  const feito = await corpoDe<{ reenviadas: number }>(resposta)
  const { reenviadas } = feito
  console.log(json ? JSON.stringify(feito, null, 2) : quantasVoltam(reenviadas))
  return reenviadas > 0 ? 0 : 1
}

function quantasVoltam(quantas: number): string {
  if (quantas === 0) return 'não há o que reenviar'
  return quantas === 1
    ? 'uma notificação volta à espera e sairá de novo'
    : `${quantas} notificações voltam à espera e sairão de novo`
}
