// The rows about how sales are gathered, in the table of environment variables.
import * as z from 'zod'
import type { Variavel } from './configuracao.ts'

const ate = (minimo: number, maximo: number) => z.coerce.number().int().min(minimo).max(maximo)

export const VARIAVEIS_DO_LOTE_DE_VENDAS = [
  {
    nome: 'VENDAS_LOTE',
    padrao: '100',
    descricao: 'Vendas em um lote, no máximo; cada lote é uma só instrução no PostgreSQL',
    esquema: ate(1, 10_000),
  },
  {
    nome: 'VENDAS_ESPERA_MS',
    padrao: '200',
    descricao: 'Quanto um lote incompleto espera por mais vendas, em milissegundos',
    esquema: ate(0, 60_000),
  },
  {
    nome: 'VENDAS_TRABALHADORES',
    padrao: '10',
    descricao: 'Lotes gravados ao mesmo tempo, cada um por uma conexão',
    esquema: ate(1, 100),
  },
  {
    nome: 'VENDAS_TOPICO',
    padrao: '',
    descricao: 'Nome do tópico das vendas no Kafka, como `KAFKA_TOPICO_VENDAS`',
    esquema: z.string().min(1),
  },
] as const satisfies readonly Variavel[]
