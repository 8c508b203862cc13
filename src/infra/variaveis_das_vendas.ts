// The rows about the sales' PostgreSQL in the table of environment variables, and the one URL that
// comes of them.
import { isIPv6 } from 'node:net'
import * as z from 'zod'
import type { Variavel } from './configuracao.ts'
import { VARIAVEIS_DO_LOTE_DE_VENDAS } from './variaveis_do_lote_de_vendas.ts'
import { porta } from './variaveis_dos_servicos.ts'

const texto = z.string().min(1)
export const urlDoPostgres = z.url({ protocol: /^postgres(ql)?$/ })
const SE_VAZIA = {
  ...{ PGHOST: 'localhost', PGPORT: '5432', PGUSER: 'postgres', PGPASSWORD: 'postgres' },
  PGDATABASE: 'salesdb',
} as const
type NomeDaLibpq = keyof typeof SE_VAZIA
const NOMES = Object.keys(SE_VAZIA) as NomeDaLibpq[]

export const VARIAVEIS_DAS_VENDAS: readonly Variavel[] = [
  {
    nome: 'VENDAS_DATABASE_URL',
    padrao: '',
    descricao:
      'PostgreSQL das vendas, como `DATABASE_URL`; vazia: o das cinco seguintes, ou um próprio',
    esquema: urlDoPostgres,
    segredo: true,
  },
  {
    nome: 'PGHOST',
    padrao: '',
    descricao: 'Máquina desse PostgreSQL; vazia, e outra das cinco não: `localhost`',
    esquema: texto,
  },
  {
    nome: 'PGPORT',
    padrao: '',
    descricao: 'Porta desse PostgreSQL; vazia, e outra das cinco não: `5432`',
    // As it stands it goes into the URL: Number would let blanks through, and 0x1539.
    esquema: z
      .string()
      .regex(/^\d+$/, 'só pode ter algarismos')
      .transform(Number)
      .pipe(z.int().min(1).max(65_535)),
  },
  {
    nome: 'PGUSER',
    padrao: '',
    descricao: 'Usuário desse PostgreSQL; vazia, e outra das cinco não: `postgres`',
    esquema: texto,
  },
  {
    nome: 'PGPASSWORD',
    padrao: '',
    descricao: 'Senha desse usuário; vazia, e outra das cinco não: `postgres`',
    esquema: texto,
    segredo: true,
  },
  {
    nome: 'PGDATABASE',
    padrao: '',
    descricao: 'Base desse PostgreSQL; vazia, e outra das cinco não: `salesdb`',
    esquema: z.string().regex(/^[^?#]+$/, 'não pode ter ? nem #'),
  },
  {
    nome: 'POSTGRES_PORTA',
    padrao: '5432',
    descricao: 'Porta do nosso próprio PostgreSQL',
    esquema: porta,
  },
  ...VARIAVEIS_DO_LOTE_DE_VENDAS,
]

/** Undefined where none is named. The variables in `ambiente` make sense each by itself. */
export function urlDasVendas(ambiente: NodeJS.ProcessEnv): string | undefined {
  if (ambiente.VENDAS_DATABASE_URL) return ambiente.VENDAS_DATABASE_URL
  if (!NOMES.some((nome) => ambiente[nome])) return undefined
  const dito = (nome: NomeDaLibpq) => ambiente[nome] || SE_VAZIA[nome]
  const [usuario, senha] = [dito('PGUSER'), dito('PGPASSWORD')].map(encodeURIComponent)
  const maquina = isIPv6(dito('PGHOST'))
    ? `[${dito('PGHOST')}]`
    : encodeURIComponent(dito('PGHOST'))
  // pg undoes encodeURI there, and no more: a `/` in the name stays as it is.
  const base = encodeURI(dito('PGDATABASE'))
  return `postgres://${usuario}:${senha}@${maquina}:${dito('PGPORT')}/${base}`
}
