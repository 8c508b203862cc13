// catalogo: takes no command of the flow; it answers what is for sale, zero units included, and
// an administrator says what that is.
import type { ProdutoId } from '../../contratos/ids.ts'
import type { CriarProduto, MudarProduto } from '../../contratos/produtos.ts'
import type { Contexto, ModuloDeServico } from '../partes.ts'
import type { ProdutoNoCatalogo } from '../vizinhos.ts'
import {
  type Criado,
  criarProduto,
  type DiarioDeProdutos,
  diarioDeProdutos,
  mudarProduto,
} from './alteracoes.ts'
import { mostrar, type Produto } from './domain.ts'
import { importar, produtosPorId, todosOsProdutos } from './repository.ts'
import { criarUnidades, unidadesImportadas } from './unidades.ts'

export interface ConsultasDeCatalogo {
  /** All, or those of the ids given; unknown ids are left out. */
  produtos(ids?: readonly ProdutoId[]): Promise<readonly ProdutoNoCatalogo[]>
  criar(comando: CriarProduto): Promise<Criado>
  mudar(comando: MudarProduto): Promise<Produto>
  readonly alteracoes: DiarioDeProdutos
}

/** `semEstoque`: where the synthetic data is, when the stock is somebody else's to keep. */
export const catalogo = (semEstoque?: string): ModuloDeServico<ConsultasDeCatalogo> => ({
  nome: 'catalogo',
  esquema: new URL('./schema.sql', import.meta.url),
  importar,
  async iniciar({ db, vizinhos }: Contexto) {
    const conhecidas = semEstoque === undefined ? undefined : unidadesImportadas(semEstoque)
    const unidades = criarUnidades(vizinhos.unidadesLivres, conhecidas)
    return {
      servico: { handle: async () => [] },
      consultas: {
        async produtos(ids) {
          const { livres, desatualizadas } = await unidades()
          const produtos = ids
            ? await produtosPorId(db.leitura, ids)
            : await todosOsProdutos(db.leitura)
          return produtos.map((produto) => mostrar(produto, livres, desatualizadas))
        },
        criar: (comando) => criarProduto(db, comando),
        mudar: (comando) => mudarProduto(db, comando),
        alteracoes: diarioDeProdutos(db.leitura),
      },
      [Symbol.asyncDispose]: async () => undefined,
    }
  },
})
