// `npm run parar`: ends from another terminal what runs in this directory.
import { apagarEstado } from '../infra/estado.ts'
import { encerrarSobra as encerrarBroker } from '../infra/kafka/processo.ts'
import { encerrarSobra as encerrarPostgres } from '../infra/postgres/processo.ts'
import { pararDeFora } from '../infra/supervisao/trava.ts'
import { criarComando, diretorioDeExecucao, lerOpcoes } from './comando.ts'

const LIMITE_MS = 15_000
const EXEMPLOS = `Exemplos:
  npm run parar
  QUATROVIAS_DIR=/tmp/outro npm run parar   o que foi iniciado com outro diretório

Espera até ${LIMITE_MS / 1_000} s; o que ainda restar é morto. Nenhum pedido se perde.`

export async function comandoParar(argumentos: string[]): Promise<number> {
  const comando = criarComando(
    'npm run parar --',
    'Encerra o que está em execução neste diretório.',
    EXEMPLOS,
  )
  const opcoes = lerOpcoes(comando, argumentos)
  if (typeof opcoes === 'number') return opcoes
  const diretorio = diretorioDeExecucao()
  const desfecho = await pararDeFora(diretorio, LIMITE_MS)
  await Promise.all([encerrarBroker(diretorio), encerrarPostgres(diretorio)])
  // What a killed supervisor left behind would tell `pedir` that something still runs.
  apagarEstado(diretorio)
  console.log(desfecho === 'parado' ? 'parado' : 'não havia nada em execução')
  return 0
}
