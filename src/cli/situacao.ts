// `npm run situacao`: what runs in this directory, whether it answers, and what it weighs.
import { styleText } from 'node:util'
import type { Atraso } from '../arquiteturas/kafka/atraso.ts'
import type { SituacaoDoKafka } from '../infra/situacao_do_kafka.ts'
import { criarComando, diretorioDeExecucao, lerOpcoes } from './comando.ts'
import { type Levantamento, levantar, type ProcessoVisto } from './levantamento.ts'

const EXEMPLOS = `Exemplos:
  npm run situacao
  npm run situacao -- --json | jq .pedidos.retidos

Termina com 0 quando há algo em execução, com 1 quando não há.`

export async function comandoSituacao(argumentos: string[]): Promise<number> {
  const comando = criarComando(
    'npm run situacao --',
    'Mostra o que está em execução.',
    EXEMPLOS,
  ).option('--json', 'em JSON, para programas')
  const opcoes = lerOpcoes<{ json?: true }>(comando, argumentos)
  if (typeof opcoes === 'number') return opcoes
  const diretorio = diretorioDeExecucao()
  const achado = await levantar(diretorio)
  if ('sobras' in achado) {
    const restam = `o supervisor terminou, mas não os seus processos (${achado.sobras})`
    const nada = `nada em execução em ${diretorio}`
    console.error(achado.sobras > 0 ? `${restam}; use npm run parar` : nada)
    return 1
  }
  console.log(opcoes.json ? JSON.stringify(achado, null, 2) : emTexto(achado))
  return 0
}

function emTexto(achado: Levantamento): string {
  const { diretorio, supervisor, processos, pedidos, kafka, memoria_mb } = achado
  const linhas = processos.map((processo) => linhaDe(processo, processo.pid === supervisor.pid))
  const abertos = pedidos
    ? `pedidos em aberto: ${pedidos.abertos}${maisVelho(kafka)} · retidos: ${pedidos.retidos}`
    : 'pedidos em aberto: sem resposta'
  return [
    `${styleText('bold', 'quatrovias')} em ${diretorio}`,
    `supervisor: processo ${supervisor.pid}, no ar há ${ha(supervisor.desde)}`,
    '',
    styleText('dim', linha('', 'endereço', 'processo', 'estado', 'no ar há', 'memória')),
    ...linhas,
    '',
    `  ${abertos} · memória: ${mb(memoria_mb)}`,
    ...(kafka ? doKafka(kafka) : []),
  ].join('\n')
}

/** Nothing without one, and where nobody says it. */
function maisVelho(kafka: SituacaoDoKafka | null): string {
  const ms = kafka?.aberto_mais_velho_ms
  return ms ? ` (pelo Kafka, o mais velho há ${duracao(ms)})` : ''
}

function doKafka(situacao: SituacaoDoKafka): string[] {
  const { brokers, responde, atraso, particoes_atrasadas, mortas_pendentes, saida } = situacao
  const saidas = Object.values(saida).filter((uma) => uma !== null)
  const somar = (campo: 'pendentes' | 'retidos') =>
    saidas.reduce((soma, uma) => soma + uma[campo], 0)
  const esperaMs = Math.max(0, ...saidas.map((uma) => uma.idade_ms))
  const pendentes = somar('pendentes')
  const idade = pendentes > 0 ? ` (o mais velho há ${duracao(esperaMs)})` : ''
  const retidos = somar('retidos')
  const grupos = Object.entries(atraso ?? {}).map(([grupo, n]) => `${grupo} ${n}`)
  const kafka = `kafka em ${brokers?.join(', ') ?? '–'}: ${responde ? 'responde' : 'não responde'}`
  const linhas = [
    `${kafka} · mensagens mortas: ${mortas_pendentes ?? '–'}`,
    `eventos a publicar: ${pendentes}${idade} · recusados pelo Kafka: ${retidos}`,
    `mensagens a ler: ${atraso ? grupos.join(' · ') : 'sem resposta'}`,
    ...(particoes_atrasadas ?? []).slice(0, 1).map(emPalavras),
  ]
  const atencao = !responde || retidos > 0 || mortas_pendentes !== 0
  return linhas.map((uma) => (atencao ? styleText('yellow', `  ${uma}`) : `  ${uma}`))
}

const emPalavras = ({ grupo, topico, particao, mensagens }: Atraso): string =>
  `partição mais atrasada: ${particao} de ${topico}, com ${mensagens} para ${grupo}`

/** A process shared by all weighs once: its size stands in the sum alone. */
function linhaDe(processo: ProcessoVisto, comum: boolean): string {
  const { nome, endereco, pid, pronto, desde, memoria_mb } = processo
  const estado = pid === null ? 'sem processo' : pronto ? 'pronto' : 'não pronto'
  const peso = comum ? '' : mb(memoria_mb)
  const texto = linha(nome, endereco ?? '–', String(pid ?? '–'), estado, ha(desde), peso)
  return pronto ? texto : styleText('yellow', texto)
}

function linha(nome: string, endereco: string, pid: string, estado: string, ...numeros: string[]) {
  const fixos = `  ${nome.padEnd(14)}${endereco.padEnd(25)}${pid.padStart(9)}  ${estado.padEnd(13)}`
  return (fixos + numeros.map((numero) => numero.padStart(9)).join('')).trimEnd()
}

const mb = (valor: number | null): string =>
  valor === null ? '–' : `${Math.round(valor).toLocaleString('pt-BR')} MB`

const ha = (desde: string | null): string =>
  desde === null ? '–' : duracao(Date.now() - Date.parse(desde))

function duracao(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1_000))
  if (s < 120) return `${s} s`
  if (s < 7_200) return `${Math.floor(s / 60)} min`
  return s < 172_800 ? `${Math.floor(s / 3_600)} h` : `${Math.floor(s / 86_400)} dias`
}
