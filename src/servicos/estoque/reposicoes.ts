// Units that come in (ADR 0012): the shelf and the line that says why, whole and once. It takes its
// turn among the batches of the group commit, which read the shelf inside their own transactions.
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { agora, type ProdutoId } from '../../contratos/ids.ts'
import { MAIOR_ENTRADA, type ReporEstoque } from '../../contratos/produtos.ts'
import type { Database, Leitura, Transacao } from '../../persistencia/database.ts'
import { pontoDeQueda } from '../../persistencia/queda.ts'

export interface Reposicao {
  readonly produto_id: ProdutoId
  readonly quantidade: number
  /** Free units right after it, also when it is told again. */
  readonly estoque: number
  readonly repetido: boolean
}

/**
 * A product that estoque does not know starts here with what comes in: whether it exists is
 * catalogo's to say. Errors: `chave_divergente`; `campo_invalido` beyond MAIOR_ENTRADA.
 */
export async function reporEstoque(db: Database, comando: ReporEstoque): Promise<Reposicao> {
  pontoDeQueda('ao_chegar', 'ReporEstoque')
  const reposicao = await db.transacao(async (tx): Promise<Reposicao> => {
    const anterior = await procurar(tx, comando)
    if (anterior !== undefined) return feita(comando, anterior, true)
    await exigirLugar(tx, comando)
    const estoque = await somar(tx, comando)
    await anotar(tx, comando, estoque)
    pontoDeQueda('antes_do_commit', 'ReporEstoque')
    return feita(comando, estoque, false)
  })
  pontoDeQueda('depois_do_commit', 'ReporEstoque')
  return reposicao
}

const feita = (
  { produto_id, quantidade }: ReporEstoque,
  estoque: number,
  repetido: boolean,
): Reposicao => ({ produto_id, quantidade, estoque, repetido })

/** The free units that the same act left when it was done. */
async function procurar(em: Leitura, comando: ReporEstoque): Promise<number | undefined> {
  const { causa, produto_id, quantidade } = comando
  const linha = await em.um<{ produto_id: number; quantidade: number; livre: number }>(
    'select produto_id, quantidade, livre from reposicoes where causa = $1',
    [causa],
  )
  if (!linha) return undefined
  const mesma = linha.produto_id === produto_id && linha.quantidade === quantidade
  if (!mesma) throw new ErroDeNegocio('chave_divergente')
  return linha.livre
}

async function exigirLugar(tx: Transacao, { produto_id, quantidade }: ReporEstoque): Promise<void> {
  const linha = await tx.um<{ entrou: number }>(
    `select coalesce((select inicial from produtos_local where produto_id = $1), 0)
       + coalesce((select sum(quantidade) from reposicoes where produto_id = $1), 0) as entrou`,
    [produto_id],
  )
  const cabem = Math.max(0, MAIOR_ENTRADA - Number(linha?.entrou))
  if (quantidade <= cabem) return
  const limite = MAIOR_ENTRADA.toLocaleString('pt-BR')
  const resto = cabem.toLocaleString('pt-BR')
  const porque = `deve ser no máximo ${resto}: um produto recebe até ${limite} unidades ao todo`
  const campo = 'quantidade'
  throw new ErroDeNegocio('campo_invalido', `${campo}: ${porque}`, { campo })
}

async function somar(tx: Transacao, { produto_id, quantidade }: ReporEstoque): Promise<number> {
  await tx.executar(
    `insert into produtos_local (produto_id, inicial, livre) values ($1, 0, $2)
     on conflict (produto_id) do update set livre = produtos_local.livre + excluded.livre`,
    [produto_id, quantidade],
  )
  const linha = await tx.um<{ livre: number }>(
    'select livre from produtos_local where produto_id = $1',
    [produto_id],
  )
  return Number(linha?.livre)
}

/** Numbers follow commits: one transaction at a time writes here (K11). */
async function anotar(tx: Transacao, comando: ReporEstoque, livre: number): Promise<void> {
  const { causa, produto_id, quantidade } = comando
  await tx.executar(
    `insert into reposicoes (id, causa, produto_id, quantidade, livre, instante)
     select coalesce(max(id), 0) + 1, $1, $2, $3, $4, $5 from reposicoes`,
    [causa, produto_id, quantidade, livre, agora()],
  )
}
