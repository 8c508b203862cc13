// The simulated payment provider: an outside company with books of its own, which the checker
// reads. The first answer per key wins; a refund is final, even one that comes before its charge.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AutorizarPagamento, Estornar } from '../../contratos/comandos.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { agora } from '../../contratos/ids.ts'
import type { Transacao } from '../../persistencia/database.ts'
import { type Desfecho, groupCommit } from '../../persistencia/group_commit.ts'
import { exigirPrazo } from '../../persistencia/prazo.ts'
import { pontoDeQueda } from '../../persistencia/queda.ts'
import { abrirSqlite } from '../../persistencia/sqlite.ts'
import type { Simulador } from '../simulacao.ts'

export interface Resposta {
  readonly aprovado: boolean
  readonly motivo?: string
}
export interface Provedor extends AsyncDisposable {
  /** Charges nothing when `prazo` passes while the answer is being made up. */
  cobrar(pedido: AutorizarPagamento, prazo?: number): Promise<Resposta>
  estornar(pedido: Estornar): Promise<void>
}

interface Lancamento {
  readonly chave: string
  readonly operacao: 'cobranca' | 'estorno'
  readonly valor: number | null
  /** The draw, made before: is the card good? */
  readonly sucesso: boolean
}

export function abrirProvedor(diretorio: string, simulador: Simulador): Provedor {
  const esquema = readFileSync(new URL('./provedor.sql', import.meta.url), 'utf8')
  const db = abrirSqlite(join(diretorio, 'provedor.db'), esquema)
  const lancar = groupCommit<Lancamento, Resposta>((lote) =>
    db.transacao(async (tx) => {
      const respostas: Desfecho<Resposta>[] = []
      for (const lancamento of lote) respostas.push(await lancarUm(tx, lancamento))
      pontoDeQueda('provedor_antes_do_commit')
      return respostas
    }),
  )
  return {
    async cobrar(pedido, prazo) {
      const sucesso = await simulador.simular(pedido)
      exigirPrazo(prazo)
      const chave = String(pedido.pedido_id)
      const valor = pedido.valor_centavos
      const resposta = await lancar({ chave, operacao: 'cobranca', valor, sucesso })
      pontoDeQueda('provedor_depois_do_commit')
      return resposta
    },
    async estornar({ pedido_id }) {
      const chave = String(pedido_id)
      await lancar({ chave, operacao: 'estorno', valor: null, sucesso: true })
      pontoDeQueda('provedor_depois_do_commit')
    },
    [Symbol.asyncDispose]: () => db[Symbol.asyncDispose](),
  }
}

async function lancarUm(tx: Transacao, lancamento: Lancamento): Promise<Desfecho<Resposta>> {
  const { chave, operacao, valor } = lancamento
  const anterior = await achar(tx, chave, operacao)
  if (anterior && anterior.valor_centavos !== valor) {
    return { erro: new ErroDeNegocio('comando_divergente') }
  }
  if (anterior) return { valor: comoResposta(anterior) }
  const estornado = operacao === 'cobranca' && (await achar(tx, chave, 'estorno')) !== undefined
  const linha = {
    resultado: resultadoDe(lancamento, estornado),
    motivo: estornado ? 'cancelado' : lancamento.sucesso ? null : 'recusado_pelo_provedor',
  }
  await tx.executar(
    `insert into lancamentos (chave, operacao, resultado, motivo, valor_centavos, instante)
     values ($1, $2, $3, $4, $5, $6)`,
    [chave, operacao, linha.resultado, linha.motivo, valor, agora()],
  )
  return { valor: comoResposta(linha) }
}

function resultadoDe({ operacao, sucesso }: Lancamento, estornado: boolean): string {
  if (operacao === 'estorno') return 'estornada'
  return sucesso && !estornado ? 'aprovada' : 'recusada'
}

interface Linha {
  readonly resultado: string
  readonly motivo: string | null
}
const achar = (tx: Transacao, chave: string, operacao: string) =>
  tx.um<Linha & { valor_centavos: number | null }>(
    'select resultado, motivo, valor_centavos from lancamentos where chave = $1 and operacao = $2',
    [chave, operacao],
  )

const comoResposta = ({ resultado, motivo }: Linha): Resposta =>
  motivo ? { aprovado: false, motivo } : { aprovado: resultado === 'aprovada' }
