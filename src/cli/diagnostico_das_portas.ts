// Whether each port is free. A usual one that is taken is only replaced; one asked for by name
// must be free.
import { SERVICOS } from '../contratos/ids.ts'
import { lerConfiguracao } from '../infra/configuracao.ts'
import { portaLivre } from '../infra/enderecos.ts'
import { lerTrava } from '../infra/supervisao/trava.ts'
import { PORTA_DO_GATEWAY, PORTA_HTTPS_DO_GATEWAY, topologia } from '../infra/topologia.ts'
import type { Conferencia } from './diagnostico_conferencia.ts'
import { quemOuve } from './quem_ouve.ts'

const QUEM = [...SERVICOS, 'gateway', 'gateway_tls'] as const

interface Porta {
  readonly quem: string
  readonly numero: number
  readonly pedida: boolean
}

export async function conferirPortas(diretorio: string): Promise<readonly Conferencia[]> {
  const portas = QUEM.map(portaDe).filter(({ numero }) => numero > 0)
  const livres = await Promise.all(portas.map(({ numero }) => portaLivre(numero)))
  const tomadas = portas.filter((_, i) => livres[i] === 0)
  if (tomadas.length === 0) {
    const numeros = portas.map(({ numero }) => numero).toSorted((a, b) => a - b)
    return [{ nome: 'portas', resultado: 'ok', achado: `${numeros.join(', ')} livres` }]
  }
  const donos = await quemOuve(tomadas.map(({ numero }) => numero))
  const nossos = nossosPids(diretorio)
  return tomadas.map((porta) => conferir(porta, donos.get(porta.numero), nossos))
}

/** A variable that makes no sense is told among the variables; here the usual port stands in. */
function portaDe(quem: (typeof QUEM)[number]): Porta {
  const variavel = `${quem.toUpperCase()}_PORTA`
  const padrao = portaDeCostume(quem)
  try {
    const pedida = lerConfiguracao({ [variavel]: process.env[variavel] }).porta(quem)
    return { quem, numero: pedida ?? padrao, pedida: pedida !== undefined }
  } catch {
    return { quem, numero: padrao, pedida: false }
  }
}

function portaDeCostume(quem: (typeof QUEM)[number]): number {
  if (quem === 'gateway') return PORTA_DO_GATEWAY
  return quem === 'gateway_tls' ? PORTA_HTTPS_DO_GATEWAY : topologia[quem].porta
}

/** The processes that run from this very directory. */
function nossosPids(diretorio: string): ReadonlySet<number> {
  const trava = lerTrava(diretorio)
  if (!trava?.emExecucao) return new Set()
  return new Set([trava.supervisor.pid, ...trava.filhos.map(({ pid }) => pid)])
}

function conferir(
  { quem, numero, pedida }: Porta,
  dono: { pid: number; comando: string } | undefined,
  nossos: ReadonlySet<number>,
): Conferencia {
  const nome = `porta ${numero}`
  if (dono && nossos.has(dono.pid)) {
    const achado = `${quem}, já no ar neste diretório (processo ${dono.pid})`
    return { nome, resultado: 'ok', achado }
  }
  const por = dono ? `pelo processo ${dono.pid}: ${dono.comando}` : 'por outro programa'
  const achado = `de ${quem}, tomada ${por}`
  return pedida
    ? { nome, resultado: 'falha', achado, fazer: `encerre-o, ou mude ${quem.toUpperCase()}_PORTA` }
    : { nome, resultado: 'aviso', achado, fazer: 'nada: npm start escolhe outra porta livre' }
}
