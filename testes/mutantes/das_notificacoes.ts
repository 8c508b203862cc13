// Planted bugs of the notices, each judged by the fast test beside the code it breaks.
import type { Mutante } from './lista.ts'

const PASTA = 'src/assinantes/notificacoes'
const de = (arquivo: string) => ({
  ...{ arquivo: `${PASTA}/${arquivo}.ts`, features: [], teste: `${PASTA}/${arquivo}.test.ts` },
})

export const DAS_NOTIFICACOES: readonly Mutante[] = [
  {
    nome: 'mandar um aviso antes do que o seu pedido ainda espera',
    ...de('outbox'),
    de: "and antes.estado = 'pendente' and antes.id < n.id)",
    para: 'and false)',
  },
  {
    nome: 'confirmar a mensagem antes de as suas linhas estarem gravadas',
    ...de('recebimento'),
    de: 'if (await outbox.receber(mudanca, canais, recebida_em)) acordar()',
    para: 'void outbox.receber(mudanca, canais, recebida_em).then(acordar)',
  },
  {
    nome: 'mandar o aviso a quem disse que não quer nenhum',
    ...{ arquivo: `${PASTA}/tentativa.ts`, features: [], teste: `${PASTA}/entrega.test.ts` },
    de: 'preferencias.email && preferencias',
    para: 'preferencias',
    so: 'não quer',
  },
  {
    nome: 'pôr no HTML o nome como foi digitado',
    ...de('textos'),
    de: 'escapar(paragrafo)',
    para: 'paragrafo',
  },
]
