// The terminal's one door: `npm start -- COMANDO`. Each command is a file, loaded when asked for.
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { codigoDeSaida } from '../infra/supervisao/erro_de_saida.ts'

// What was compiled once is not compiled again, here either.
const diretorio = process.env.QUATROVIAS_DIR || '.quatrovias'
if (existsSync(diretorio)) enableCompileCache(join(diretorio, 'cache'))

/** Takes the arguments after its own name; answers the exit code. */
type ComandoDeTerminal = (argumentos: string[]) => Promise<number>

const COMANDOS: Readonly<
  Record<string, { resumo: string; carregar: () => Promise<ComandoDeTerminal> }>
> = {
  iniciar: {
    resumo: 'inicia os serviços, o gateway e os assinantes (o padrão de npm start)',
    carregar: async () => (await import('./iniciar.ts')).comandoIniciar,
  },
  servico: {
    resumo: 'inicia um só processo neste terminal: serviço, assinante, gateway ou servidor',
    carregar: async () => (await import('./servico.ts')).comandoServico,
  },
  pedir: {
    resumo: 'faz um pedido e mostra cada passo dele',
    carregar: async () => (await import('./pedir.ts')).comandoPedir,
  },
  situacao: {
    resumo: 'mostra o que está em execução',
    carregar: async () => (await import('./situacao.ts')).comandoSituacao,
  },
  parar: {
    resumo: 'encerra o que está em execução neste diretório',
    carregar: async () => (await import('./parar.ts')).comandoParar,
  },
  diagnostico: {
    resumo: 'confere se esta máquina tem o que é preciso',
    carregar: async () => (await import('./diagnostico.ts')).comandoDiagnostico,
  },
  dados: {
    resumo: 'gera o banco de dados sintético',
    carregar: async () => (await import('./dados.ts')).comandoDados,
  },
  mortas: {
    resumo: 'lista, mostra e reenvia as mensagens mortas',
    carregar: async () => (await import('./mortas.ts')).comandoMortas,
  },
  mensagens: {
    resumo: 'procura, mostra e conta as mensagens auditadas de todos os tópicos',
    carregar: async () => (await import('./mensagens.ts')).comandoMensagens,
  },
  notificacoes: {
    resumo: 'lista e reenvia as notificações aos clientes',
    carregar: async () => (await import('./notificacoes.ts')).comandoNotificacoes,
  },
  topicos: {
    resumo: 'cria, lista, descreve e apaga os tópicos do Kafka',
    carregar: async () => (await import('./topicos.ts')).comandoTopicos,
  },
  vendas: {
    resumo: 'envia vendas ao tópico e mostra as gravadas no PostgreSQL',
    carregar: async () => (await import('./vendas.ts')).comandoVendas,
  },
  conferir: {
    resumo: 'confere os livros de todos os serviços e do provedor',
    carregar: async () => (await import('./conferir.ts')).comandoConferir,
  },
}

async function main([nome = 'iniciar', ...resto]: string[]): Promise<number> {
  if (nome === '--help' || nome === '-h' || nome === 'ajuda') {
    console.log(ajuda())
    return 0
  }
  // `npm start -- --junto` is `iniciar --junto`: options alone belong to the default command.
  const [escolhido, argumentos] = nome.startsWith('-')
    ? ['iniciar', [nome, ...resto]]
    : [nome, resto]
  const comando = Object.hasOwn(COMANDOS, escolhido) ? COMANDOS[escolhido] : undefined
  if (!comando) {
    console.error(`Não há comando "${escolhido}".\n\n${ajuda()}`)
    return 2
  }
  return (await comando.carregar())(argumentos)
}

function ajuda(): string {
  const linhas = Object.entries(COMANDOS).map(([n, { resumo }]) => `  ${n.padEnd(13)}${resumo}`)
  return [
    'Uso: npm start -- [COMANDO] [OPÇÕES]',
    '',
    ...linhas,
    '',
    'Cada comando explica as suas opções: npm start -- pedir --help',
  ].join('\n')
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (erro) {
  console.error(`erro: ${erro instanceof Error ? erro.message : String(erro)}`)
  process.exit(codigoDeSaida(erro))
}
