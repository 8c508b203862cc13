// The audited messages as the documentation shows them.
import * as z from 'zod'
import { contagem, conteudo, id, instante } from './campos_das_respostas.ts'

const lugarDaMensagem = {
  topico: z.string().describe('O tópico, pelo nosso nome'),
  particao: contagem,
  offset: z.string().describe('Em texto: pode passar do maior número exato em JSON'),
  instante: instante.describe('O da própria mensagem'),
}
const daMensagem = {
  ...{ id, ...lugarDaMensagem },
  pedido_id: id.nullable().describe('null quando ela não diz de qual pedido é'),
  evento: z
    .string()
    .nullable()
    .describe('O seu `ce_id`; das nossas, a causa do passo que ela conta'),
  chave: conteudo.nullable(),
  tamanho: contagem.nullable().describe('Bytes do valor; null sem valor'),
}
const texto = (dito: string) => ({ codificacao: 'utf8', conteudo: dito })
const MENSAGEM = {
  ...{ id: 41, topico: 'nf_emitida', particao: 2, offset: '7' },
  ...{ instante: '2026-01-31T12:00:00.000Z', pedido_id: 1_001, evento: '1001/EmitirNota' },
  ...{ chave: texto('1001'), tamanho: 33 },
}
const VALOR = texto('{"pedido_id":1001,"numero":7}')
export const mensagens = z
  .object({
    mensagens: z.array(
      z.object({ ...daMensagem, trecho: conteudo.nullable().describe('O começo do valor') }),
    ),
    proximo: id
      .nullable()
      .describe('O `antes_de` do que segue; null quando tudo foi visto. Pode vir sem mensagens'),
  })
  .meta({
    description: 'As mensagens auditadas, as mais novas primeiro',
    example: { mensagens: [{ ...MENSAGEM, trecho: VALOR }], proximo: 41 },
  })
export const mensagem = z
  .object({
    ...daMensagem,
    auditada_em: instante,
    cortado: z.boolean().describe('Do valor, grande demais, só o começo ficou guardado'),
    cabecalhos: z.array(z.object({ nome: z.string(), valor: conteudo.nullable() })),
    valor: conteudo.nullable(),
  })
  .meta({
    description: 'A mensagem auditada, inteira',
    example: {
      ...{ ...MENSAGEM, auditada_em: '2026-01-31T12:00:00.020Z', cortado: false, valor: VALOR },
      cabecalhos: [{ nome: 'ce_id', valor: texto('1001/EmitirNota') }],
    },
  })
export const contagens = z
  .array(
    z.object({
      ...{ topico: z.string(), particao: contagem, auditadas: contagem },
      primeiro: contagem.nullable().describe('O offset da primeira auditada'),
      ultimo: contagem.nullable(),
      fim: contagem.nullable().describe('O fim do tópico; null se o Kafka não o diz agora'),
      faltam: z
        .number()
        .int()
        .nullable()
        .describe('As do tópico que não se auditaram; null onde isso não se pode dizer'),
      compactado: z.boolean().describe('O próprio Kafka tira mensagens dele: offsets não contam'),
    }),
  )
  .meta({
    description: 'As contagens, por tópico e partição',
    example: [
      {
        ...{ topico: 'nf_emitida', particao: 2, auditadas: 8, primeiro: 0, ultimo: 7, fim: 8 },
        ...{ faltam: 0, compactado: false },
      },
    ],
  })

export const mensagensDoPasso = z.array(z.object(lugarDaMensagem))
