// Runs the contract features named as arguments over `memoria` alone: what a mutant is judged by.
// Started by mutantes.test.ts inside its copy of the tree, where the `src` it loads has one bug.
import { cancelamento } from '../contrato/cancelamento.features.ts'
import { concorrencia } from '../contrato/concorrencia.features.ts'
import { falhas } from '../contrato/falhas.features.ts'
import { fluxo } from '../contrato/fluxo.features.ts'
import { repeticoes } from '../contrato/repeticoes.features.ts'
import { abrirMemoriaDeTeste } from '../contrato/sistema_memoria.ts'
import type { Feature } from './lista.ts'

const FEATURES: Readonly<
  Record<Feature, (nome: string, abrir: typeof abrirMemoriaDeTeste) => void>
> = { cancelamento, concorrencia, falhas, fluxo, repeticoes }

for (const nome of process.argv.slice(2)) FEATURES[nome as Feature]('memoria', abrirMemoriaDeTeste)
