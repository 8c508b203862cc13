// `npm run pedir`: places one order as the client that `npm start` made, and shows its every step.
import { randomUUID } from 'node:crypto'
import { styleText } from 'node:util'
import { InvalidArgumentError } from 'commander'
import { chaveDeIdempotencia } from '../arquiteturas/pedidos.ts'
import { type Item, METODOS, type Metodo } from '../contratos/comandos.ts'
import { formatar } from '../contratos/dinheiro.ts'
import { comoErro, ErroDeNegocio } from '../contratos/errors.ts'
import { ARQUITETURAS } from '../contratos/ids.ts'
import { lerEstado } from '../infra/estado.ts'
import { terminado } from '../servicos/pedidos/domain.ts'
import { acompanhar, type Fim } from './acompanhamento.ts'
import { criarComando, diretorioDeExecucao, lerOpcoes, umDe } from './comando.ts'
import { type Compra, entrar, type Gateway } from './gateway_do_cliente.ts'
import { emTexto, lerItens } from './itens_em_texto.ts'
import { linhaDoPasso, milesimos, type Passo, statusEmPalavras } from './passos.ts'
import { lerCredencial } from './sessao_no_gateway.ts'

const LIMITE_MS = 60_000
const EXEMPLOS = `Exemplos:
  npm run pedir                                   um produto com unidades livres
  npm run pedir -- --itens 1x2,3x1                duas unidades do produto 1, uma do 3
  npm run pedir -- --metodo boleto --arquitetura rest
  npm run pedir -- --chave abc                    repetido com a mesma chave: o mesmo pedido
  npm run pedir -- --json | jq .status

Termina com 0 quando o pedido chega ao fim, enviado ou não; com 1 quando não foi aceito, ou não
terminou em ${LIMITE_MS / 1_000} s.`

interface Opcoes {
  readonly itens?: readonly Item[]
  readonly arquitetura?: string
  readonly metodo: Metodo
  readonly chave?: string
  readonly json?: true
}

export async function comandoPedir(argumentos: string[]): Promise<number> {
  const publicas = ARQUITETURAS.filter((nome) => nome !== 'memoria')
  const comando = criarComando(
    'npm run pedir --',
    'Faz um pedido e mostra cada passo dele.',
    EXEMPLOS,
  )
    .option('--itens <lista>', 'produto x quantidade, separados por vírgula', lerItens)
    .option('--arquitetura <nome>', `por onde vai: ${publicas.join(', ')}`, umDe(publicas))
    .option('--metodo <nome>', `${METODOS.join(', ')} (padrão: pix)`, umDe(METODOS), 'pix')
    .option('--chave <texto>', 'chave de idempotência (padrão: uma nova)', lerChave)
    .option('--json', 'só o desfecho, em JSON')
  const opcoes = lerOpcoes<Opcoes>(comando, argumentos)
  if (typeof opcoes === 'number') return opcoes
  const chave = opcoes.chave ?? randomUUID()
  try {
    return await pedir(opcoes, chave)
  } catch (erro) {
    if (!(erro instanceof ErroDeNegocio)) throw erro
    return falhar(`${erro.message} (${erro.codigo})`)
  }
}

async function pedir(opcoes: Opcoes, chave: string): Promise<number> {
  const diretorio = diretorioDeExecucao()
  const estado = lerEstado(diretorio)
  if (!estado) return falhar('quatrovias não está no ar; inicie com npm start')
  if (!estado.pronto) return falhar('quatrovias não está pronto; veja npm run situacao')
  const credencial = lerCredencial(diretorio, 'cliente')
  if (!credencial) return falhar(`não há um cliente em ${diretorio}/credenciais.json`)
  const gateway = await entrar(estado.gateway, credencial)
  const { arquitetura, metodo, json } = opcoes
  const itens = opcoes.itens ?? (await escolher(gateway))
  if (itens.length === 0) return falhar('nenhum produto tem unidades livres')
  const compra: Compra = { itens, metodo, ...(arquitetura && { arquitetura }) }
  const dizer = (texto: string) => {
    if (!json) console.log(texto)
  }
  dizer(['pedindo', emTexto(itens), metodo, arquitetura ?? ''].join(' ').trimEnd())
  const aoPasso = (passo: Passo) => dizer(linhaDoPasso(passo))
  const fim = await acompanhar(gateway, compra, chave, aoPasso, LIMITE_MS).catch((erro) => {
    if (comoErro(erro).canRetry) console.error(comoRepetir(compra, chave))
    throw erro
  })
  if (json) console.log(JSON.stringify(desfecho(fim), null, 2))
  return concluir(fim, json === true)
}

/** One unit of the first product that has any. */
async function escolher(gateway: Gateway): Promise<readonly Item[]> {
  const produtos = (await gateway.produtos()).filter(({ estoque }) => estoque > 0)
  // The same one each time, so that the same key names the same order.
  const [primeiro] = produtos.toSorted((a, b) => a.id - b.id)
  return primeiro ? [{ produto_id: primeiro.id, quantidade: 1 }] : []
}

function concluir({ pedido, rastro, ms }: Fim, json: boolean): number {
  const ausentes = rastro.indisponiveis.join(', ')
  if (ausentes) console.error(`faltam os passos de quem não respondeu: ${ausentes}`)
  const quanto = `em ${LIMITE_MS / 1_000} s`
  if (!pedido) return falhar(`o pedido não foi respondido ${quanto}; confira: npm run situacao`)
  if (pedido.retido) {
    const { mensagem, codigo } = pedido.retido
    return falhar(`o pedido ${pedido.id} espera por uma pessoa: ${mensagem} (${codigo})`)
  }
  if (!terminado(pedido.status)) {
    const onde = statusEmPalavras(pedido.status)
    return falhar(`o pedido ${pedido.id} não terminou ${quanto} (${onde}); ele segue por si só`)
  }
  if (json) return 0
  const desfeito = pedido.status === 'cancelado' || pedido.status === 'recusado'
  const status = styleText(desfeito ? 'yellow' : 'green', statusEmPalavras(pedido.status))
  const motivo = pedido.motivo ? ` (${pedido.motivo})` : ''
  const total = formatar(pedido.total_centavos)
  console.log(`pedido ${pedido.id}: ${status}${motivo} · ${total} · ${milesimos(ms)} ms no total`)
  return 0
}

const desfecho = ({ pedido, rastro, ms }: Fim) => ({ ...pedido, ms: Math.round(ms), ...rastro })

/** The same items too: the key with other content is refused. */
function comoRepetir({ itens, metodo, arquitetura }: Compra, chave: string): string {
  const porOnde = arquitetura ? ` --arquitetura ${arquitetura}` : ''
  const opcoes = `--itens ${emTexto(itens)} --metodo ${metodo}${porOnde} --chave ${chave}`
  return `Para repetir sem risco de pedir duas vezes:\n  npm run pedir -- ${opcoes}`
}

function falhar(mensagem: string): 1 {
  console.error(mensagem)
  return 1
}

function lerChave(texto: string): string {
  if (chaveDeIdempotencia.safeParse(texto).success) return texto
  throw new InvalidArgumentError('use de 1 a 128 letras, números e sinais, sem espaço nem acento')
}
