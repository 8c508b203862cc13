// A child that cannot start: it fails with the exit code in CODIGO.
import { erroDeSaida } from '../../../src/infra/supervisao/erro_de_saida.ts'
import { comoFilho } from '../../../src/infra/supervisao/processo_filho.ts'

console.log('lendo a configuração')
await comoFilho(async () => {
  throw erroDeSaida('PORTA inválida:\n"abc"', Number(process.env.CODIGO))
})
