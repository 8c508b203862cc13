// Planted bugs of the audit, each judged by the fast test beside the code it breaks: a count that
// is wrong once is wrong for ever.
import type { Mutante } from './lista.ts'

const LIVRO = 'src/assinantes/monitoramento/livro.ts'
const doLivro = {
  arquivo: LIVRO,
  features: [],
  teste: 'src/assinantes/monitoramento/livro.test.ts',
}

export const DO_MONITORAMENTO: readonly Mutante[] = [
  {
    nome: 'contar de novo a mensagem que se lê de novo',
    de: 'if (antes && offset <= antes.ultimo) continue\n',
    para: '',
    ...doLivro,
  },
  {
    nome: 'tomar por repetidas as mensagens de um tópico feito de novo',
    de: 'if (antes?.identidade === identidade) continue',
    para: 'if (antes) continue',
    ...doLivro,
  },
  {
    nome: 'dar a mensagem por auditada antes do commit',
    arquivo: 'src/assinantes/monitoramento/escrita.ts',
    de: 'await insistir(mensagens)\n',
    para: 'gravado.resolve()\n      await insistir(mensagens)\n',
    ...{ features: [], teste: 'src/assinantes/monitoramento/escrita.test.ts' },
  },
]
