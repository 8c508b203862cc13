// The acts on products (ADR 0012): each writes the product and its own line, whole and once.
import { type Centavos, comoCentavos } from '../../contratos/dinheiro.ts'
import { ErroDeNegocio } from '../../contratos/errors.ts'
import { agora, type Causa, comoProdutoId, type Instante, MAIOR_ID } from '../../contratos/ids.ts'
import { type CriarProduto, type MudarProduto, resumoDaCriacao } from '../../contratos/produtos.ts'
import type { Database, Leitura, Transacao } from '../../persistencia/database.ts'
import { pontoDeQueda } from '../../persistencia/queda.ts'
import type { Produto } from './domain.ts'
import { produtosPorId } from './repository.ts'

export interface Criado {
  readonly produto: Produto
  readonly repetido: boolean
}

/** Errors: `chave_divergente` when the same name was another product's. */
export async function criarProduto(db: Database, comando: CriarProduto): Promise<Criado> {
  pontoDeQueda('ao_chegar', 'CriarProduto')
  const criado = await db.transacao(async (tx): Promise<Criado> => {
    const anterior = await procurarCriado(tx, comando)
    if (anterior) return { produto: anterior, repetido: true }
    const { causa, nome, preco_centavos, unidades } = comando
    const produto = { id: comoProdutoId(await seguinte(tx, 'produtos')), nome, preco_centavos }
    if (produto.id > MAIOR_ID) throw new Error('acabaram os números de produto')
    await tx.executar('insert into produtos (id, nome, preco_centavos) values ($1, $2, $3)', [
      produto.id,
      nome,
      preco_centavos,
    ])
    const dados = { nome, preco_centavos, unidades }
    const resumo = resumoDaCriacao(comando)
    await anotar(tx, { causa, resumo, produto_id: produto.id, tipo: 'ProdutoCriado', dados })
    pontoDeQueda('antes_do_commit', 'CriarProduto')
    return { produto, repetido: false }
  })
  pontoDeQueda('depois_do_commit', 'CriarProduto')
  return criado
}

/** Saying again what already is so changes nothing and leaves no line: it needs no key. */
export async function mudarProduto(db: Database, comando: MudarProduto): Promise<Produto> {
  pontoDeQueda('ao_chegar', 'MudarProduto')
  const mudado = await db.transacao(async (tx) => {
    const [atual] = await produtosPorId(tx, [comando.produto_id])
    if (!atual) throw new ErroDeNegocio('produto_nao_encontrado')
    const { nome = atual.nome, preco_centavos = atual.preco_centavos } = comando
    if (nome === atual.nome && preco_centavos === atual.preco_centavos) return atual
    const { id } = atual
    await tx.executar('update produtos set nome = $2, preco_centavos = $3 where id = $1', [
      id,
      nome,
      preco_centavos,
    ])
    const causa = `produto/${id}/MudarProduto/${await seguinte(tx, 'alteracoes')}` as Causa
    const dados = { nome, preco_centavos }
    await anotar(tx, { causa, resumo: '', produto_id: id, tipo: 'ProdutoMudado', dados })
    pontoDeQueda('antes_do_commit', 'MudarProduto')
    return { id, nome, preco_centavos }
  })
  pontoDeQueda('depois_do_commit', 'MudarProduto')
  return mudado
}

/** A line of the log: what was done to a product, and what it was then. */
export interface AlteracaoGravada {
  readonly id: number
  readonly causa: Causa
  readonly produto_id: number
  readonly tipo: Alteracao['tipo']
  readonly nome: string
  readonly preco_centavos: Centavos
  readonly instante: Instante
}
/** The log read by whoever tells of it. */
export interface DiarioDeProdutos {
  /** In commit order. */
  apos(id: number, limite: number): Promise<readonly AlteracaoGravada[]>
  ultimoId(): Promise<number>
}

export const diarioDeProdutos = (leitura: Leitura): DiarioDeProdutos => ({
  async apos(id, limite) {
    const linhas = await leitura.todos<Omit<AlteracaoGravada, keyof Dados> & { dados: string }>(
      `select id, causa, produto_id, tipo, dados, instante from alteracoes
       where id > $1 order by id limit $2`,
      [id, limite],
    )
    return linhas.map(({ dados, ...linha }) => {
      const { nome, preco_centavos } = JSON.parse(dados) as Dados
      return { ...linha, nome, preco_centavos }
    })
  },
  async ultimoId() {
    const linha = await leitura.um<{ id: number }>(
      'select coalesce(max(id), 0) as id from alteracoes',
    )
    return Number(linha?.id ?? 0)
  },
})

/** The product as it was created, whatever became of it since: a repeat is told the same. */
async function procurarCriado(em: Leitura, comando: CriarProduto): Promise<Produto | undefined> {
  const linha = await em.um<{ produto_id: number; resumo: string; dados: string }>(
    'select produto_id, resumo, dados from alteracoes where causa = $1',
    [comando.causa],
  )
  if (!linha) return undefined
  if (linha.resumo !== resumoDaCriacao(comando)) throw new ErroDeNegocio('chave_divergente')
  const { nome, preco_centavos } = JSON.parse(linha.dados) as Dados
  const id = comoProdutoId(linha.produto_id)
  return { id, nome, preco_centavos: comoCentavos(preco_centavos) }
}

interface Dados {
  readonly nome: string
  readonly preco_centavos: Centavos
  readonly unidades?: number
}
interface Alteracao {
  readonly causa: Causa
  readonly resumo: string
  readonly produto_id: number
  readonly tipo: 'ProdutoCriado' | 'ProdutoMudado'
  readonly dados: Dados
}

/** Numbers follow commits: one transaction at a time writes here (K11). */
async function seguinte(tx: Transacao, tabela: 'produtos' | 'alteracoes'): Promise<number> {
  const linha = await tx.um<{ n: number }>(`select coalesce(max(id), 0) + 1 as n from ${tabela}`)
  return Number(linha?.n)
}

async function anotar(tx: Transacao, alteracao: Alteracao): Promise<void> {
  const { causa, resumo, produto_id, tipo, dados } = alteracao
  const id = await seguinte(tx, 'alteracoes')
  await tx.executar(
    `insert into alteracoes (id, causa, resumo, produto_id, tipo, dados, instante)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [id, causa, resumo, produto_id, tipo, JSON.stringify(dados), agora()],
  )
}
