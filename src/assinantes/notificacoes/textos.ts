// What a client reads of each change of its order. The table is total: a new status does not
// compile without its words.
import type { StatusPedido } from '../../contratos/eventos.ts'

interface Texto {
  /** Follows `Pedido 1001: `. */
  readonly assunto: string
  /** Without the greeting and the farewell, which all have. */
  readonly paragrafos: readonly string[]
}

const TEXTOS: Readonly<Record<StatusPedido, Texto>> = {
  pendente: {
    assunto: 'recebemos o seu pedido',
    paragrafos: [
      'Recebemos o seu pedido e já estamos cuidando dele.',
      'O próximo passo é a confirmação do pagamento; avisaremos assim que ela chegar.',
    ],
  },
  pagamento_aprovado: {
    assunto: 'pagamento aprovado',
    paragrafos: [
      'O pagamento do seu pedido foi aprovado.',
      'Agora vamos separar os produtos no estoque.',
    ],
  },
  em_separacao: {
    assunto: 'seus produtos já foram separados',
    paragrafos: [
      'Os produtos do seu pedido já foram separados e estão reservados para você.',
      'Em seguida, emitiremos a nota fiscal.',
    ],
  },
  nf_emitida: {
    assunto: 'nota fiscal emitida',
    paragrafos: [
      'A nota fiscal do seu pedido foi emitida.',
      'Falta pouco: o próximo passo é o envio.',
    ],
  },
  enviado: {
    assunto: 'seu pedido está a caminho',
    paragrafos: [
      'O seu pedido foi enviado e está a caminho.',
      'Avisaremos quando a entrega for confirmada.',
    ],
  },
  entregue: {
    assunto: 'pedido entregue',
    paragrafos: [
      'A entrega do seu pedido foi confirmada. Esperamos que você goste!',
      'Se algo não estiver como deveria, fale com a gente.',
    ],
  },
  cancelado: {
    assunto: 'pedido cancelado',
    paragrafos: [
      'O seu pedido foi cancelado.',
      'Se houve cobrança, o valor será devolvido pelo mesmo meio de pagamento.',
    ],
  },
  recusado: {
    assunto: 'não foi possível aceitar o seu pedido',
    paragrafos: [
      'Infelizmente, não foi possível aceitar o seu pedido. Nada foi cobrado.',
      'Se tiver dúvidas, fale com a gente: vamos conferir juntos o que aconteceu.',
    ],
  },
}

const DESPEDIDA = 'Agradecemos a preferência!'
const ASSINATURA = 'Equipe quatrovias'
const RODAPE =
  'Você recebeu esta mensagem porque fez um pedido. Na sua conta, escolha o que quer receber.'

export interface CartaEscrita {
  readonly assunto: string
  readonly texto: string
  readonly html: string
}

export const assuntoDe = (pedido_id: number, status: StatusPedido): string =>
  `Pedido ${pedido_id}: ${TEXTOS[status].assunto}`

/** `nome` is a line of whatever its owner typed. */
export function escrever(pedido_id: number, status: StatusPedido, nome: string): CartaEscrita {
  const assunto = assuntoDe(pedido_id, status)
  const saudacao = `Olá, ${nome}!`
  const { paragrafos } = TEXTOS[status]
  const corpo = [saudacao, ...paragrafos, DESPEDIDA, ASSINATURA]
  const texto = `${[...corpo, `-- \n${RODAPE}`].join('\n\n')}\n`
  const emHtml = corpo.map((paragrafo) => `    <p>${escapar(paragrafo)}</p>`)
  const html = `<!doctype html>
<html lang="pt-BR">
  <head><meta charset="utf-8"><title>${escapar(assunto)}</title></head>
  <body>
    <h1>${escapar(assunto)}</h1>
${emHtml.join('\n')}
    <hr>
    <p><small>${escapar(RODAPE)}</small></p>
  </body>
</html>
`
  return { assunto, texto, html }
}

const ENTIDADES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapar = (texto: string): string => texto.replaceAll(/[&<>"']/g, (c) => ENTIDADES[c] ?? c)
