// Sales on their way to the topic, hundreds at a time, each under its own number.
import type { ConexaoKafka } from '../arquiteturas/kafka/conexao.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import { ErroDeInicio } from '../persistencia/database.ts'

const LOTE = 500
const PROGRESSO_MS = 2_000
const TOPICO = 'vendas'

/** Answers how many; errors: ErroDeNegocio, which says how many are in already. */
export async function enviarVendas(
  conexao: ConexaoKafka,
  vendas: AsyncIterable<string> | Iterable<string>,
  progresso: (enviadas: number) => void,
): Promise<number> {
  const { criarSaida } = await import('../arquiteturas/kafka/outbound.ts')
  const { garantirTopicos } = await import('../arquiteturas/kafka/topicos.ts')
  const { deKafka } = await import('../arquiteturas/kafka/errors.ts')
  let enviadas = 0
  try {
    await garantirTopicos(conexao, [TOPICO]).catch((erro: unknown) => {
      throw erro instanceof ErroDeInicio ? erro : deKafka(erro)
    })
    await using saida = criarSaida(conexao, 'quatrovias-envio-de-vendas')
    let dita = performance.now()
    let lote: string[] = []
    const mandar = async () => {
      await saida.mandar(lote.map(comoMensagem))
      enviadas += lote.length
      lote = []
      if (performance.now() - dita < PROGRESSO_MS) return
      dita = performance.now()
      progresso(enviadas)
    }
    for await (const venda of vendas) if (lote.push(venda) === LOTE) await mandar()
    await mandar()
    return enviadas
  } catch (erro) {
    if (!(erro instanceof ErroDeNegocio)) throw erro
    const { codigo, message } = erro
    throw new ErroDeNegocio(codigo, `${message} (enviadas antes: ${enviadas})`, { causa: erro })
  }
}

const comoMensagem = (venda: string) => ({
  topico: TOPICO,
  chave: chaveDe(venda),
  valor: Buffer.from(venda),
  cabecalhos: new Map<Buffer, Buffer>(),
})

function chaveDe(venda: string): Buffer | undefined {
  const { order_number } = JSON.parse(venda) as { order_number?: unknown }
  return typeof order_number === 'number' ? Buffer.from(String(order_number)) : undefined
}
