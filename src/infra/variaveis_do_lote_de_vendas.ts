// The rows about how sales are gathered, in the table of environment variables.
import * as z from 'zod'
import type { Variavel } from './configuracao.ts'

const ate = (minimo: number, maximo: number) => z.coerce.number().int().min(minimo).max(maximo)

export const VARIAVEIS_DO_LOTE_DE_VENDAS = [
  {
    nome: 'VENDAS_LOTE',
    padrao: '100',
    descricao: 'Vendas em um lote, uma instrução só no PostgreSQL',
    esquema: ate(1, 10_000),
  },
  {
    nome: 'VENDAS_ESPERA_MS',
    padrao: '200',
    descricao: 'Quanto um lote que não se enche espera por mais vendas, em milissegundos',
    esquema: ate(0, 60_000),
  },
  {
    nome: 'VENDAS_TRABALHADORES',
    padrao: '10',
    descricao: 'Lotes gravados ao mesmo tempo, uma conexão cada',
    esquema: ate(1, 100),
  },
  {
    nome: 'VENDAS_TOPICO',
    padrao: '',
    descricao: 'O tópico das vendas no Kafka, como `KAFKA_TOPICO_VENDAS`',
    esquema: z.string().min(1),
  },
] as const satisfies readonly Variavel[]
