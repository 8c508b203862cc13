// The planted bugs: each is one exact replacement in one product file, and the contract features
// that must notice it. A text that no longer stands in its file makes the test fail, loudly.

import { DAS_NOTIFICACOES } from './das_notificacoes.ts'
import { DE_VENDAS } from './de_vendas.ts'
import { DO_KAFKA } from './do_kafka.ts'
import { DO_MONITORAMENTO } from './do_monitoramento.ts'

export type Feature = 'fluxo' | 'repeticoes' | 'cancelamento' | 'falhas' | 'concorrencia'

export interface Mutante {
  /** What goes wrong, as a person would tell it. */
  readonly nome: string
  readonly arquivo: string
  readonly de: string
  readonly para: string
  readonly features: readonly Feature[]
  /** The file that must notice it, where no feature over `memoria` can. */
  readonly teste?: string
  /** Only the tests whose names match, where the rest of a slow feature says no more. */
  readonly so?: string
  /** A second defence that keeps every outcome right all the same: then the features must pass. */
  readonly resiste?: string
  /** No feature notices yet: the one that is missing, said as its name would be. */
  readonly falta?: string
}

const deEstoque: readonly Mutante[] = [
  {
    nome: 'vender sem baixar o estoque',
    arquivo: 'src/servicos/estoque/domain.ts',
    de: 'livres: movimentar(livres, evento.itens, -1)',
    para: 'livres',
    features: ['fluxo'],
  },
  {
    nome: 'separar sem conferir as unidades livres',
    arquivo: 'src/servicos/estoque/domain.ts',
    de: "return falta ? 'sem_estoque' : undefined",
    para: 'return undefined',
    features: ['concorrencia'],
  },
  {
    nome: 'liberar a separação sem devolver as unidades',
    arquivo: 'src/servicos/estoque/domain.ts',
    de: 'livres: movimentar(livres, separacao.itens, +1)',
    para: 'livres',
    features: ['fluxo'],
  },
  {
    nome: 'esquecer no estoque o cancelamento que chegou antes',
    arquivo: 'src/servicos/estoque/domain.ts',
    de: "if (separacao.situacao === 'liberada') return 'cancelado'",
    para: '',
    features: ['cancelamento'],
  },
]

const deDinheiro: readonly Mutante[] = [
  {
    nome: 'não mandar o estorno ao provedor',
    arquivo: 'src/servicos/pagamentos/servico.ts',
    de: 'await provedor.estornar(comando)',
    para: '',
    features: ['fluxo'],
  },
  {
    nome: 'não estornar quando falta estoque',
    arquivo: 'src/contratos/fluxo.ts',
    de: 'EstoqueInsuficiente: estornar',
    para: 'EstoqueInsuficiente: cancelarPedido',
    features: ['fluxo'],
  },
  {
    nome: 'cobrar de novo a cada tentativa',
    arquivo: 'src/servicos/pagamentos/provedor.ts',
    de: 'const chave = String(pedido.pedido_id)',
    para: "const chave = '0'.repeat(1 + Math.random() * 90) + pedido.pedido_id",
    features: ['falhas'],
    so: 'pagamentos|livros',
  },
  {
    nome: 'esquecer em pagamentos o estorno que chegou antes',
    arquivo: 'src/servicos/pagamentos/domain.ts',
    de: "if (estado.situacao === 'estornado') return rejeitado(comando, 'cancelado')",
    para: '',
    features: ['repeticoes', 'cancelamento'],
    resiste: 'o provedor recusa por si a cobrança que chega depois do estorno',
  },
  {
    nome: 'esquecer no provedor o estorno que chegou antes',
    arquivo: 'src/servicos/pagamentos/provedor.ts',
    de: "(await achar(tx, chave, 'estorno')) !== undefined",
    para: 'false',
    features: ['cancelamento'],
  },
  {
    nome: 'somar um centavo ao total',
    arquivo: 'src/servicos/pedidos/precificacao.ts',
    de: 'i.quantidade * i.preco_unitario_centavos))',
    para: 'i.quantidade * i.preco_unitario_centavos).concat(1))',
    features: ['fluxo'],
  },
  {
    nome: 'cobrar o total que o cliente disse',
    arquivo: 'src/servicos/pedidos/precificacao.ts',
    de: 'const valor_centavos = somar(',
    para: 'const valor_centavos = total_esperado_centavos ?? somar(',
    features: ['fluxo'],
  },
]

const daEntrega: readonly Mutante[] = [
  {
    nome: 'pular um número a cada nota cancelada',
    arquivo: 'src/servicos/fiscal/repository.ts',
    de: 'select coalesce(max(numero), 0) as n from notas_fiscais',
    para: 'select max(numero) + count(data_cancelamento) as n from notas_fiscais',
    features: ['fluxo'],
  },
  {
    nome: 'repetir o número da última nota',
    arquivo: 'src/servicos/fiscal/repository.ts',
    de: 'let proximoNumero = Number(maior?.n ?? 0) + 1',
    para: 'let proximoNumero = Number(maior?.n ?? 0)',
    features: ['fluxo'],
  },
  {
    nome: 'repetir o número da nota dentro de um lote',
    arquivo: 'src/servicos/fiscal/domain.ts',
    de: 'proximoNumero: evento.numero + 1',
    para: 'proximoNumero: evento.numero',
    features: ['concorrencia'],
    resiste: 'numero é unique, e o lote que não se grava é refeito um a um (K10)',
  },
  {
    nome: 'esquecer em fiscal o cancelamento que chegou antes',
    arquivo: 'src/servicos/fiscal/domain.ts',
    de: "=== 'cancelada') return 'cancelado'\n  if (situacao !== 'nenhuma')",
    para: "=== 'cancelada') return\n  if (situacao !== 'nenhuma')",
    features: ['cancelamento'],
  },
  {
    nome: 'esquecer em logistica o cancelamento que chegou antes',
    arquivo: 'src/servicos/logistica/domain.ts',
    de: "if (estado === 'cancelado') return 'cancelado'\n  if (estado !== 'nenhum')",
    para: "if (estado !== 'nenhum' && estado !== 'cancelado')",
    features: ['cancelamento'],
  },
  {
    nome: 'aceitar sempre o cancelamento do envio',
    arquivo: 'src/servicos/logistica/domain.ts',
    de: 'return jaEnviado(estado)\n',
    para: 'return false\n',
    features: ['cancelamento', 'repeticoes'],
  },
]

const dasRepeticoes: readonly Mutante[] = [
  {
    nome: 'dar a cada comando um nome ao acaso',
    arquivo: 'src/contratos/comandos.ts',
    de: 'comando.tipo}` as Causa',
    para: 'comando.tipo + Math.random()}` as Causa',
    features: ['repeticoes'],
  },
  {
    nome: 'confundir as chaves de dois clientes',
    arquivo: 'src/contratos/comandos.ts',
    de: 'comando.cliente_id}/',
    para: '0}/',
    features: ['repeticoes'],
  },
  {
    nome: 'aceitar a repetição com outro conteúdo',
    arquivo: 'src/persistencia/dobra.ts',
    de: 'if (divergente) return',
    para: 'if (false) return',
    features: ['repeticoes'],
  },
  {
    nome: 'decidir de novo a repetição que chega no mesmo lote',
    arquivo: 'src/persistencia/dobra.ts',
    de: 'conhecidos.set(gravado.causa, gravado)',
    para: '',
    features: ['repeticoes'],
    resiste: 'causa é unique, e o lote que não se grava é refeito um a um (K10)',
  },
  {
    nome: 'decidir de novo o que já estava no diário',
    arquivo: 'src/persistencia/dobra.ts',
    de: 'await procurarTodas(tx, causas)',
    para: 'new Map()',
    features: ['repeticoes'],
  },
]

const doPercurso: readonly Mutante[] = [
  {
    nome: 'desfazer o pedido por uma falha passageira',
    arquivo: 'src/arquiteturas/percurso.ts',
    de: 'if (trilha.falha || !ultimo) {',
    para: `if (trilha.falha?.canRetry) {
      atual = { ...inicial, tipo: 'CancelamentoSolicitado', motivo: 'falha' }
      continue
    }
    if (trilha.falha || !ultimo) {`,
    features: ['falhas'],
    so: 'fora do ar',
  },
  {
    nome: 'deixar o status do pedido voltar atrás',
    arquivo: 'src/servicos/pedidos/domain.ts',
    de: 'const mudou = POSTO[status] > POSTO[pedido.status]\n      return',
    para: 'const mudou = true\n      return',
    features: ['cancelamento'],
  },
  {
    nome: 'não gravar nada do lote em que um comando falha',
    arquivo: 'src/persistencia/dobra.ts',
    de: 'if (novos.length > 0) {',
    para: "if (novos.length > 0 && desfechos.every((d) => 'valor' in d)) {",
    features: ['concorrencia', 'repeticoes'],
  },
]

export const MUTANTES: readonly Mutante[] = [
  ...deEstoque,
  ...deDinheiro,
  ...daEntrega,
  ...dasRepeticoes,
  ...doPercurso,
  ...DO_KAFKA,
  ...DO_MONITORAMENTO,
  ...DAS_NOTIFICACOES,
  ...DE_VENDAS,
]
