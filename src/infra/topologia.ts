// The whole system on one page: what runs, on which port, and which service each one talks to.
import type { NomeServico } from '../contratos/ids.ts'
import { antifraude } from '../servicos/antifraude/servico.ts'
import { catalogo } from '../servicos/catalogo/servico.ts'
import { estoque } from '../servicos/estoque/servico.ts'
import { fiscal } from '../servicos/fiscal/servico.ts'
import { logistica } from '../servicos/logistica/servico.ts'
import { pagamentos } from '../servicos/pagamentos/servico.ts'
import type { ModuloDeServico } from '../servicos/partes.ts'
import { pedidos } from '../servicos/pedidos/servico.ts'
import type { Configuracao } from './configuracao.ts'

export interface Lugar {
  readonly porta: number
  /** The next forward step, for the synchronous chain; pedidos walks back through all of them. */
  readonly continuaEm?: NomeServico
  /** Whom it asks on its own account, outside the flow. */
  readonly consulta: readonly NomeServico[]
  modulo(configuracao: Configuracao): ModuloDeServico
}

export const topologia: Readonly<Record<NomeServico, Lugar>> = {
  pedidos: { porta: 3001, consulta: ['catalogo'], modulo: pedidos },
  antifraude: { porta: 3007, consulta: [], modulo: (c) => antifraude(c.regrasDeAntifraude) },
  pagamentos: { porta: 3002, continuaEm: 'estoque', consulta: [], modulo: pagamentos },
  estoque: { porta: 3003, continuaEm: 'fiscal', consulta: ['pedidos'], modulo: estoque },
  fiscal: { porta: 3004, continuaEm: 'logistica', consulta: ['pedidos'], modulo: fiscal },
  logistica: { porta: 3005, consulta: [], modulo: logistica },
  catalogo: { porta: 3006, consulta: ['estoque'], modulo: catalogo },
}
export const PORTA_DO_GATEWAY = 8080
