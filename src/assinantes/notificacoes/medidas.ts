// What is counted of the notices, by channel.
import { Counter, Gauge, type Registry } from 'prom-client'
import type { NomeCanal } from '../../contratos/notificacoes.ts'
import type { Espera, Marca, Outbox } from './outbox.ts'

export interface Medidas {
  contar(canal: NomeCanal, marca: Marca): void
}

export function medir(
  metricas: Registry,
  canais: readonly NomeCanal[],
  esperas: Outbox['esperas'],
  relogio: () => number,
): Medidas {
  const registers = [metricas]
  const terminadas = new Counter({
    name: 'quatrovias_notificacoes_total',
    help: 'Notificações que terminaram, por canal e como',
    labelNames: ['canal', 'fim'],
    registers,
  })
  const adiadas = new Counter({
    name: 'quatrovias_notificacoes_adiadas_total',
    help: 'Tentativas que falharam e serão repetidas',
    labelNames: ['canal'],
    registers,
  })
  for (const canal of canais) {
    terminadas.inc({ canal, fim: 'enviado' }, 0)
    terminadas.inc({ canal, fim: 'desistiu' }, 0)
    adiadas.inc({ canal }, 0)
  }
  const medirEspera = (name: string, help: string, valorDe: (espera: Espera) => number) =>
    new Gauge({
      ...{ name, help, labelNames: ['canal'], registers },
      async collect() {
        // One that is open no more may still have some that wait.
        const achadas = new Map((await esperas()).map((espera) => [espera.canal, espera]))
        for (const canal of new Set([...canais, ...achadas.keys()])) {
          const espera = achadas.get(canal)
          this.set({ canal }, espera ? valorDe(espera) : 0)
        }
      },
    })
  medirEspera(
    'quatrovias_notificacoes_pendentes',
    'Notificações que esperam para sair',
    ({ pendentes }) => pendentes,
  )
  medirEspera(
    'quatrovias_notificacao_mais_velha_segundos',
    'Há quanto tempo espera a notificação mais velha',
    ({ desde }) => (relogio() - Date.parse(desde)) / 1_000,
  )
  return {
    contar(canal, marca) {
      if ('fim' in marca) terminadas.inc({ canal, fim: marca.fim })
      else adiadas.inc({ canal })
    },
  }
}
