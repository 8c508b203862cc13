// The replies as the documentation shows them. Tests hold the real ones equal to these.
import * as z from 'zod'
import { METODOS } from '../contratos/comandos.ts'
import { STATUS } from '../contratos/eventos.ts'
import { SERVICOS } from '../contratos/ids.ts'
import { PAPEIS } from './acesso/direitos.ts'
import { contagem, conteudo, id, instante } from './campos_das_respostas.ts'
import { mensagensDoPasso } from './respostas_das_mensagens.ts'

const centavos = z.number().int().min(0)

export const problema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  codigo: z.string().describe('Estável; a lista está em docs/erros.md'),
  campo: z.string().optional().describe('O campo que não serve, por exemplo `itens.0.quantidade`'),
  repassado: z.literal(true).optional().describe('O erro veio de um serviço mais adiante'),
  pedido_id: id.optional(),
})

export const sessao = z
  .object({
    token: z.string().describe('Para `Authorization: Bearer`; vale 15 minutos'),
    tipo: z.literal('Bearer'),
    expira_em: instante,
    renovacao: z.string().describe('Vale uma vez só, em `POST /auth/renovar`'),
    renovacao_expira_em: instante,
  })
  .meta({ title: 'Sessao' })
  .describe('A sessão: o token e o código que a renova')

export const conta = z
  .object({
    id,
    nome: z.string(),
    email: z.string(),
    papel: z.enum(PAPEIS),
    cliente_id: id
      .nullable()
      .describe('O número do cliente nos pedidos; null para quem nunca foi cliente'),
    criado_em: instante,
    cpf: z.string().nullable().describe('Mascarado, por exemplo `***.456.789-**`'),
  })
  .meta({ title: 'Conta' })
  .describe('A conta')
export const contas = z.array(conta).describe('As contas, as mais novas primeiro')

export const chavesPublicas = z
  .object({
    keys: z.array(
      z.object({
        kty: z.literal('OKP'),
        crv: z.literal('Ed25519'),
        x: z.string(),
        kid: z.string(),
        alg: z.literal('EdDSA'),
        use: z.literal('sig'),
      }),
    ),
  })
  .describe('JSON Web Key Set (RFC 7517): a primeira assina, todas conferem')

export const chaveNova = z
  .object({ kid: z.string(), criado_em: instante })
  .describe('A chave que assina a partir de agora')

export const auditoria = z
  .array(
    z.object({
      id,
      instante,
      usuario_id: id.nullable().describe('Quem fez; null para quem não tinha entrado'),
      papel: z.enum(PAPEIS).nullable().describe('O papel que tinha então'),
      acao: z.string(),
      metodo: z.string(),
      alvo: z.string().describe('O caminho, sem a busca'),
      endereco: z.string().describe('O endereço de rede de quem pediu'),
      traceparent: z.string(),
      status: z
        .number()
        .int()
        .nullable()
        .describe('Como terminou; null enquanto não responde, ou se uma queda o impediu'),
      detalhe: z
        .string()
        .nullable()
        .describe('Até 200 caracteres; do que a equipe muda, o corpo do pedido, em JSON'),
    }),
  )
  .describe('Os atos, os mais novos primeiro')

/** A 204. */
export const nada = z.null().describe('Feito; sem corpo')

const unidades = z.number().int().min(0)
const umProduto = z.object({
  id,
  nome: z.string(),
  estoque: unidades.describe('Unidades livres'),
  preco_centavos: centavos,
  estoque_desatualizado: z
    .literal(true)
    .optional()
    .describe('Estoque não respondeu; o número é o último conhecido'),
})
export const produto = umProduto.describe('O produto')
export const produtos = z.array(umProduto).describe('Os produtos')
const precificado = umProduto.pick({ id: true, nome: true, preco_centavos: true })
export const produtoMudado = precificado.describe('O produto, com o novo nome ou preço')
export const produtoCriado = precificado
  .extend({ estoque: unidades.describe('Unidades livres logo depois') })
  .describe('O produto criado')
export const reposicao = z
  .object({
    produto_id: id,
    quantidade: z.number().int().min(1),
    estoque: unidades.describe('Unidades livres logo depois da reposição'),
  })
  .describe('A reposição')

const retencao = { codigo: z.string(), mensagem: z.string(), desde: instante }
const umPedido = z.object({
  id,
  cliente_id: id,
  status: z.enum(STATUS),
  motivo: z.string().nullable().describe('Por que foi recusado ou cancelado'),
  arquitetura: z.string(),
  origem: z.enum(['vivo', 'historico']),
  metodo: z.enum(METODOS).nullable(),
  itens: z.array(z.object({ produto_id: id, quantidade: id, preco_unitario_centavos: centavos })),
  total_centavos: centavos,
  criado_em: instante,
  atualizado_em: instante,
  retido: z
    .object(retencao)
    .optional()
    .describe('Presente enquanto o pedido espera por uma pessoa'),
})
export const pedido = umPedido.meta({ title: 'Pedido' }).describe('O pedido')
const Link = {
  type: 'string',
  description: 'A página seguinte (RFC 8288), com os mesmos filtros; ausente na última',
  example: '</pedidos?limite=20&cursor=MS4x>; rel="next"',
}
export const pedidos = z
  .array(umPedido.meta({ title: 'Pedido' }))
  .meta({ description: 'Os pedidos, os mais novos primeiro', headers: { Link } })

const EXEMPLO = {
  pedido_id: 1_001,
  status: 'pagamento_aprovado',
  motivo: null,
  arquitetura: 'rest',
  instante: '2026-01-31T12:00:00.000Z',
}
export const eventos = {
  description: 'O fluxo de eventos: `status`, `fim` e `reinicio`',
  content: {
    'text/event-stream': {
      schema: z.string().meta({
        example: `id: 42\nevent: status\ndata: ${JSON.stringify(EXEMPLO)}\n\n`,
      }),
    },
  },
}
export const semEventos = z.null().describe('O pedido acabou e o seu fim já foi recebido')

export const retidos = z
  .array(z.object({ pedido_id: id, ...retencao }))
  .describe('Os pedidos que esperam por uma pessoa, os mais novos primeiro')

const umaMorta = z.object({
  id,
  grupo: z.string().describe('O grupo que não pôde tratá-la'),
  topico: z.string().describe('Onde estava, com os dois seguintes'),
  particao: z.number().int().min(0),
  offset: z.string().describe('Em texto: pode passar do maior número exato em JSON'),
  codigo: z.string().describe('A causa; a lista está em docs/erros.md'),
  detalhe: z.string(),
  passageira: z.boolean().describe('A falha podia passar: é reenviada sozinha'),
  pedido_id: id.nullable().describe('null quando ela não diz de qual pedido é'),
  instante: instante.describe('Quando morreu'),
  recusa: z.string().nullable().describe('Por que não pode ser reenviada; null quando pode'),
  reenviada_em: instante.nullable(),
})
const MORTA = {
  ...{ id: 7, grupo: 'estoque-group', topico: 'pagamentos_processados', particao: 2 },
  ...{ offset: '41', codigo: 'mensagem_invalida', detalhe: 'a palavra não é conhecida: pago' },
  ...{ passageira: false, pedido_id: 1_001, instante: '2026-01-31T12:00:00.000Z' },
  ...{ recusa: null, reenviada_em: null },
}
export const mortas = z
  .array(umaMorta)
  .meta({ description: 'As mensagens mortas, as mais novas primeiro', example: [MORTA] })
export const mortaReenviada = umaMorta.meta({
  description: 'A mensagem morta, reenviada',
  example: { ...MORTA, reenviada_em: '2026-01-31T12:05:00.000Z' },
})
export const morta = umaMorta
  .extend({
    chave: conteudo.nullable(),
    valor: conteudo.nullable(),
    cabecalhos: z.array(z.object({ nome: z.string(), valor: conteudo })),
  })
  .meta({
    description: 'A mensagem morta, com o que trazia',
    example: {
      ...MORTA,
      chave: { codificacao: 'utf8', conteudo: '1001' },
      valor: { codificacao: 'utf8', conteudo: '{"pedido_id":1001,"status":"pago"}' },
      cabecalhos: [{ nome: 'ce_id', valor: { codificacao: 'utf8', conteudo: '1001/x' } }],
    },
  })
export const reenvio = z
  .object({
    reenviadas: contagem,
    recusadas: contagem.describe('As que o Kafka não aceita de modo nenhum'),
    restam: contagem.describe('As pendentes que ainda são do que se pediu'),
  })
  .meta({
    description: 'O que foi feito, e o que falta',
    example: { reenviadas: 3, recusadas: 0, restam: 0 },
  })

export const rastro = z
  .object({
    pedido_id: id,
    passos: z.array(
      z.object({
        servico: z.enum(SERVICOS),
        evento: z.string(),
        comando: z.string().optional(),
        instante,
        causa: z.string().describe('O nome natural do comando'),
        arquitetura: z.string(),
        ms: z.number().describe('Desde o primeiro passo'),
        dados: z.record(z.string(), z.unknown()),
        mensagens: mensagensDoPasso
          .optional()
          .describe(
            'As dos tópicos que contam este passo; sem o campo, monitoramento não respondeu',
          ),
      }),
    ),
    indisponiveis: z.array(z.enum(SERVICOS)).describe('Serviços que não responderam agora'),
    outras_mensagens: mensagensDoPasso
      .optional()
      .describe('As deste pedido que não contam nenhum dos passos acima'),
  })
  .meta({ title: 'Rastro' })
  .describe('Cada passo do pedido, na ordem em que aconteceu')

export const simulacao = z
  .object({
    atraso_ms: z.tuple([z.number(), z.number()]).describe('O menor e o maior atraso'),
    taxa_sucesso: z.number().describe('De 0 a 1'),
    semente: z.number().int(),
  })
  .meta({ title: 'Simulacao' })
  .describe('A simulação do serviço')

const porPublicar = z.object({
  pendentes: contagem.describe('Eventos gravados e ainda não publicados'),
  idade_ms: contagem.describe('Do mais velho deles; 0 sem nenhum'),
  retidos: contagem.describe('Eventos que o Kafka recusou de vez'),
})
export const kafka = z
  .object({
    brokers: z.array(z.string()).nullable(),
    responde: z.boolean().describe('O Kafka respondeu agora'),
    atraso: z
      .record(z.string(), contagem)
      .nullable()
      .describe('Mensagens por confirmar, por grupo de consumidores'),
    particoes_atrasadas: z
      .array(
        z.object({
          grupo: z.string(),
          topico: z.string(),
          particao: contagem,
          mensagens: contagem.describe('Por confirmar'),
        }),
      )
      .nullable()
      .describe('Só as que têm atraso, a pior primeiro'),
    mortas_pendentes: contagem.nullable().describe('Mensagens mortas que ninguém reenviou'),
    aberto_mais_velho_ms: contagem
      .nullable()
      .describe('Idade do pedido mais velho ainda aberto, dos que andam pelo Kafka; 0 sem nenhum'),
    saida: z.record(z.enum(SERVICOS), porPublicar.nullable()).describe('Por serviço'),
  })
  .meta({ title: 'Kafka' })
  .describe('O Kafka visto por pedidos, e a saída de cada serviço')

export const saude = z.object({ status: z.string() }).describe('Está bem')
