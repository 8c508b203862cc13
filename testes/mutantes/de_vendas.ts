// Planted bugs of the sales: each would lose a sale, double it, or change what it came to.
import type { Mutante } from './lista.ts'

const LOTES = 'src/assinantes/vendas/lotes.ts'
const deLotes = { arquivo: LOTES, features: [], teste: 'src/assinantes/vendas/lotes.test.ts' }
const deDominio = {
  arquivo: 'src/assinantes/vendas/domain.ts',
  ...{ features: [], teste: 'src/assinantes/vendas/domain.test.ts' },
}

export const DE_VENDAS: readonly Mutante[] = [
  {
    nome: 'somar os preços em ponto flutuante',
    de: 'const resto = total % ESCALA',
    para: `return String(itens.reduce((s, i) => s + Number(i.quantity) * Number(i.unit_price), 0))
  const resto = total % ESCALA`,
    ...deDominio,
  },
  {
    nome: 'perder os algarismos além do décimo quinto',
    de: 'SUSPEITO.test(texto) ?',
    para: 'false ?',
    ...deDominio,
  },
  {
    nome: 'dar por repetida a venda com outro total',
    de: 'total === guardado ?',
    para: 'true ?',
    ...deLotes,
  },
  {
    nome: 'dar a venda por gravada antes do commit',
    de: 'const achados = await gravar(vendas)',
    para: `for (const entrada of entradas) entrada.resolve(GRAVADA)
      const achados = await gravar(vendas)`,
    ...deLotes,
  },
  {
    nome: 'perder o lote em que o banco recusa uma linha',
    arquivo: 'src/assinantes/vendas/insistencia.ts',
    de: 'if (vendas.length === 1 && venda) {',
    para: 'if (venda) {',
    ...{ features: [], teste: 'src/assinantes/vendas/insistencia.test.ts' },
  },
  {
    nome: 'enterrar as linhas de um banco que recusa todas',
    arquivo: 'src/assinantes/vendas/insistencia.ts',
    de: 'ehDaLinha(erro) || escreveuAntes > desde',
    para: 'podeSerDaLinha(erro)',
    ...{ features: [], teste: 'src/assinantes/vendas/insistencia.test.ts' },
    so: 'permissão retirada',
  },
]
