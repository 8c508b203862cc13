// What catalogo tells of its products: each line of its log of acts, by a relay of its own. The
// topic is compacted: the last word on each product stays.
import { emReais } from '../../contratos/dinheiro.ts'
import { iniciarRelay, type Relay } from '../../persistencia/relay.ts'
import type { AlteracaoGravada, DiarioDeProdutos } from '../../servicos/catalogo/alteracoes.ts'
import type { Bastidores } from '../arquitetura.ts'
import type { Parou } from './guarda_dos_topicos.ts'
import { comoMensagem, type DaLinha, type Saida } from './outbound.ts'

const STATUS = { ProdutoCriado: 'criado', ProdutoMudado: 'mudado' } as const

/** Acts are rare and wake nobody: each is told at the next reading of the log. */
const SEM_AVISO = (): Disposable => ({ [Symbol.dispose]: () => undefined })

export function abrirRelayDeProdutos(
  produtos: DiarioDeProdutos,
  saida: Saida,
  { db }: Bastidores,
  parou: Parou,
): Relay {
  return iniciarRelay<AlteracaoGravada>({
    ...{ db, destino: 'produtos', aoGravar: SEM_AVISO },
    ler: produtos.apos,
    ultimoId: produtos.ultimoId,
    publicar: (lote) => saida.publicar(lote.map(comoLinha)),
    aoFalhar: (erro) => parou('a publicação dos produtos', erro),
  })
}

function comoLinha({
  id,
  causa,
  produto_id,
  tipo,
  nome,
  preco_centavos,
  instante,
}: AlteracaoGravada): DaLinha {
  const preco = emReais(preco_centavos)
  const status = STATUS[tipo]
  const valor = { produto_id, nome, preco_centavos, preco, tipo, status, instante }
  const assunto = { servico: 'catalogo', tipo: 'ProdutoAlterado', causa, instante } as const
  return {
    id,
    mensagem: comoMensagem({ topico: 'produtos_alterados', chave: produto_id, valor, assunto }),
  }
}
