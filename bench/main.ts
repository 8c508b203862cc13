// `npm run bench -- NOME`: one figure, ours beside its bare twin, as ratios in one run.
import { cpus } from 'node:os'

const FIGURAS: Readonly<Record<string, { resumo: string; medir: () => Promise<void> }>> = {
  rest: {
    resumo: 'checkout REST de sete serviços × cadeia nua de seis saltos',
    medir: async () => (await import('./rest.ts')).benchRest(),
  },
  grpc: {
    resumo: 'checkout gRPC unário e em fluxo × cadeias nuas, e REST ao lado',
    medir: async () => (await import('./grpc.ts')).benchGrpc(),
  },
  kafka: {
    resumo: 'publish/subscribe: vazão × esteira nua e REST, latência, relay, memória',
    medir: async () => (await import('./kafka.ts')).benchKafka(),
  },
  partes: {
    resumo: 'a CPU de um salto: codec, transporte (gRPC em fluxo, unário, REST), commit',
    medir: async () => (await import('./partes.ts')).benchPartes(),
  },
  grupo: {
    resumo: 'commit em grupo × um commit por requisição',
    medir: async () => (await import('./grupo.ts')).benchGrupo(),
  },
  gateway: {
    resumo: 'o pedágio da API pública, avalanche de pedidos, enxurrada de logins',
    medir: async () => (await import('./gateway.ts')).benchGateway(),
  },
  eventos: {
    resumo: 'mil fluxos de eventos abertos: memória do gateway',
    medir: async () => (await import('./eventos.ts')).benchEventos(),
  },
  monitoramento: {
    resumo: 'a auditoria de uma fila já cheia de mensagens, pelo processo do assinante',
    medir: async () => (await import('./monitoramento.ts')).benchMonitoramento(),
  },
  vendas: {
    resumo: 'vendas represadas no tópico até o PostgreSQL × laço nu das mesmas linhas',
    medir: async () => (await import('./vendas.ts')).benchVendas(),
  },
  inicio: {
    resumo: 'tempo até a tabela, até um serviço pronto, e memória',
    medir: async () => (await import('./inicio.ts')).benchInicio(),
  },
}

const pedidas = process.argv.slice(2)
if (pedidas.length === 0 || pedidas.some((nome) => !Object.hasOwn(FIGURAS, nome))) {
  const linhas = Object.entries(FIGURAS).map(
    ([nome, { resumo }]) => `  ${nome.padEnd(14)}${resumo}`,
  )
  console.log(['Uso: npm run bench -- FIGURA [FIGURA …]', '', ...linhas].join('\n'))
  process.exit(pedidas.length === 0 || pedidas.includes('--help') ? 0 : 2)
}
const [cpu] = cpus()
console.log(`${cpus().length} × ${cpu?.model ?? 'CPU'}, Node ${process.version}`)
for (const nome of pedidas) {
  console.log(`\n== ${nome}: ${FIGURAS[nome]?.resumo}`)
  await FIGURAS[nome]?.medir()
}
