// The contract suite, written once, looped over every architecture that is built.

import { cancelamento } from './cancelamento.features.ts'
import { concorrencia } from './concorrencia.features.ts'
import { falhas } from './falhas.features.ts'
import { fluxo } from './fluxo.features.ts'
import { repeticoes } from './repeticoes.features.ts'
import { retidos } from './retidos.features.ts'
import { semPressa } from './sistema.ts'
import { abrirHttpDeTeste } from './sistema_http.ts'
import { abrirMemoriaDeTeste } from './sistema_memoria.ts'

const SISTEMAS = {
  memoria: abrirMemoriaDeTeste,
  rest: (ambiente?: Record<string, string>) => abrirHttpDeTeste('rest', ambiente),
  'grpc (fluxo)': (ambiente?: Record<string, string>) => abrirHttpDeTeste('grpc', ambiente),
  'grpc (unário)': (ambiente?: Record<string, string>) =>
    abrirHttpDeTeste('grpc', { QUATROVIAS_GRPC: 'unario', ...ambiente }),
} as const

for (const [nome, abrir] of Object.entries(SISTEMAS)) {
  fluxo(nome, semPressa(abrir))
  repeticoes(nome, semPressa(abrir))
  cancelamento(nome, semPressa(abrir))
  falhas(nome, abrir)
  retidos(nome, semPressa(abrir))
  concorrencia(nome, abrir)
}
