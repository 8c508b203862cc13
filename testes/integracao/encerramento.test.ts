// An orderly stop waits for what is being answered, and for nothing that merely hangs on.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { setTimeout as esperar } from 'node:timers/promises'

import { abrirEstranho } from '../../src/arquiteturas/grpc/portas_de_teste.ts'
import { enderecosDas, escolherPortas } from '../../src/infra/enderecos.ts'
import { abrirServico } from '../../src/infra/servico_aberto.ts'
import { ate } from '../ate.ts'
import { novosBancos } from '../contrato/sistema.ts'
import { portasLivres } from './portas_livres.ts'

/** A connection that hangs on would do so for much longer. */
const LIMITE_MS = 5_000

type Caso = readonly [string, string]
const PENDURADOS: readonly Caso[] = [
  ['um cabeçalho pela metade', 'POST /pagamentos HTTP/1.1\r\nHost: localhost\r\n'],
  [
    'um corpo pela metade',
    'POST /pagamentos HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
      'Content-Length: 100\r\n\r\n{"pedido_id":',
  ],
  [
    'uma espera pelo diário',
    'GET /interno/eventos?apos=999&espera_ms=25000 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  ],
  ['uma conexão calada', ''],
]

describe('encerramento de um serviço', () => {
  for (const [nome, texto] of PENDURADOS) {
    it(`${nome} não o detém`, async () => {
      const { ambiente } = await portasLivres()
      const bancos = await novosBancos(ambiente)
      const portas = await escolherPortas(bancos.configuracao)
      const { configuracao } = bancos
      const porta = portas.servicos.pagamentos
      const servico = await abrirServico('pagamentos', configuracao, enderecosDas(portas), porta)
      const conexao = await ligar(servico.rest, texto)
      try {
        const fechou = servico[Symbol.asyncDispose]().then(() => 'fechou')
        const desistencia = new AbortController()
        const limite = esperar(LIMITE_MS, 'esperou demais', { signal: desistencia.signal })
        assert.equal(await Promise.race([fechou, limite]), 'fechou')
        desistencia.abort()
        await limite.catch(() => undefined)
      } finally {
        conexao.destroy()
        await bancos.apagar()
      }
    })
  }

  it('quem desistiu antes da resposta não detém os que ficaram', async () => {
    const { configuracao, apagar } = await novosBancos((await portasLivres()).ambiente)
    const portas = await escolherPortas(configuracao)
    const enderecos = enderecosDas(portas)
    const { pagamentos } = portas.servicos
    const servico = await abrirServico('pagamentos', configuracao, enderecos, pagamentos)
    const [[, cabecalho], , [, espera]] = PENDURADOS as [Caso, Caso, Caso]
    const desistente = await ligar(servico.rest, espera)
    desistente.destroy()
    const pendurada = await ligar(servico.rest, cabecalho)
    try {
      let fechado = false
      void servico[Symbol.asyncDispose]().then(() => {
        fechado = true
      })
      await ate(() => fechado, LIMITE_MS, 'o serviço fechou')
    } finally {
      pendurada.destroy()
      await apagar()
    }
  })

  it('quem vigia a saúde por gRPC não deixa a porta HTTP aberta enquanto isso', async () => {
    const { configuracao, apagar } = await novosBancos((await portasLivres()).ambiente)
    const portas = await escolherPortas(configuracao)
    const enderecos = enderecosDas(portas)
    const { pagamentos } = portas.servicos
    const servico = await abrirServico('pagamentos', configuracao, enderecos, pagamentos)
    using estranho = abrirEstranho(servico.grpc!)
    const vigia = estranho.canal.makeServerStreamRequest(
      '/grpc.health.v1.Health/Watch',
      (bytes: Buffer) => bytes,
      (bytes) => bytes,
      Buffer.alloc(0),
    )
    vigia.on('error', () => undefined)
    try {
      await once(vigia, 'data')
      const fechando = servico[Symbol.asyncDispose]()
      const recusa = () =>
        ligar(servico.rest, '').then(
          (conexao) => void conexao.destroy(),
          () => true,
        )
      await ate(recusa, LIMITE_MS, 'a porta HTTP fechou')
      vigia.cancel()
      await fechando
    } finally {
      vigia.cancel()
      await apagar()
    }
  })
})

async function ligar(url: string, texto: string): Promise<Socket> {
  const { port, hostname } = new URL(url)
  const conexao = connect(Number(port), hostname)
  conexao.on('error', () => undefined)
  await once(conexao, 'connect')
  conexao.write(texto)
  // The server has read it once it answers somebody who came later.
  await fetch(`${url}/healthz`, { headers: { connection: 'close' } })
  return conexao
}
