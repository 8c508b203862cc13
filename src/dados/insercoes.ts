// Every row the generator writes goes through one of these seven prepared statements.
import type { DatabaseSync } from 'node:sqlite'

export type Insercoes = ReturnType<typeof prepararInsercoes>

export function prepararInsercoes(banco: DatabaseSync) {
  return {
    cliente: banco.prepare('insert into clientes (id, nome, email) values (?, ?, ?)'),
    produto: banco.prepare(
      'insert into produtos (id, nome, quantidade_estoque, preco_centavos) values (?, ?, ?, ?)',
    ),
    pedido: banco.prepare(
      `insert into pedidos (id, cliente_id, data_criacao, status, valor_total_centavos)
       values (?, ?, ?, ?, ?)`,
    ),
    item: banco.prepare(
      `insert into itens_pedido (pedido_id, produto_id, quantidade, preco_unitario_centavos)
       values (?, ?, ?, ?)`,
    ),
    pagamento: banco.prepare(
      'insert into pagamentos (pedido_id, data_processamento, status, metodo) values (?, ?, ?, ?)',
    ),
    nota: banco.prepare(
      `insert into notas_fiscais (id, pedido_id, numero, data_emissao, chave_acesso)
       values (?, ?, ?, ?, ?)`,
    ),
    envio: banco.prepare(
      `insert into envios
         (id, pedido_id, nota_fiscal_id, data_despacho, codigo_rastreamento, status)
       values (?, ?, ?, ?, ?, ?)`,
    ),
  }
}
