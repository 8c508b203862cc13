// The rows about Kafka in the table of environment variables, and what each may say.
import * as z from 'zod'
import { MECANISMOS_SASL } from '../arquiteturas/kafka/conexao.ts'
import type { Variavel } from './configuracao.ts'

const HOSPEDEIRO = /^[^\s/,]+:\d{1,5}$/
const texto = z.string().min(1)

export const brokers = z
  .string()
  .refine(
    (lista) => lista.split(',').every((um) => HOSPEDEIRO.test(um.trim())),
    'deve ser uma lista de host:porta, separados por vírgula',
  )
export const protocolo = z.enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'])
export const mecanismo = z.enum(MECANISMOS_SASL)

export const VARIAVEIS_DO_KAFKA: readonly Variavel[] = [
  {
    nome: 'KAFKA_BROKERS',
    padrao: '',
    descricao: 'Brokers de um Kafka seu, `host:porta,…`; vazia: o `npm start` inicia um próprio',
    esquema: brokers,
  },
  {
    nome: 'KAFKA_CONFIG',
    padrao: '',
    descricao: 'Arquivo de propriedades de um Kafka gerenciado; as variáveis vencem o arquivo',
    esquema: texto,
  },
  {
    nome: 'KAFKA_SECURITY_PROTOCOL',
    padrao: '',
    descricao: '`PLAINTEXT` (como se vazia), `SSL`, `SASL_PLAINTEXT` ou `SASL_SSL`',
    esquema: protocolo,
  },
  {
    nome: 'KAFKA_SASL_MECHANISM',
    padrao: '',
    descricao: '`PLAIN`, `SCRAM-SHA-256` ou `SCRAM-SHA-512`',
    esquema: mecanismo,
  },
  {
    nome: 'KAFKA_SASL_USERNAME',
    padrao: '',
    descricao: 'Usuário no Kafka',
    esquema: texto,
    segredo: true,
  },
  {
    nome: 'KAFKA_SASL_PASSWORD',
    padrao: '',
    descricao: 'Senha no Kafka',
    esquema: texto,
    segredo: true,
  },
  {
    nome: 'KAFKA_SSL_CA',
    padrao: '',
    descricao: 'Autoridade que assina os certificados do Kafka, em PEM; vazia: as do sistema',
    esquema: texto,
  },
  {
    nome: 'KAFKA_PORTA',
    padrao: '9092',
    descricao: 'Porta do nosso próprio broker',
    esquema: z.coerce.number().int().min(0).max(65_535),
  },
  {
    nome: 'KAFKA_PARTICOES',
    padrao: '',
    descricao: 'Partições dos tópicos criados; vazia: 6 no nosso próprio broker, 3 em um seu',
    esquema: z.coerce.number().int().min(1).max(1_000),
  },
  {
    nome: 'KAFKA_REPLICACAO',
    padrao: '-1',
    descricao: 'Cópias de cada partição dos tópicos criados; -1: as que o broker costuma fazer',
    esquema: z.coerce
      .number()
      .int()
      .min(-1)
      .max(32_767)
      .refine((n) => n !== 0, 'não pode ser 0'),
  },
  {
    nome: 'KAFKA_TOPICO_<NOME>',
    padrao: '',
    descricao: 'Nome que um tópico nosso tem no Kafka, como em `KAFKA_TOPICO_PEDIDOS_CRIADOS`',
    esquema: texto,
  },
]
