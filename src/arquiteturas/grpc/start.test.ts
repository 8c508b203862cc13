// Opening and closing: what is under way is answered and nobody is kept waiting, on either side.
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { status } from '@grpc/grpc-js'
import { service as SAUDE } from 'grpc-health-check'
import { ate } from '../../../testes/ate.ts'
import type { AutorizarPagamento } from '../../contratos/comandos.ts'
import { ErroDeInicio } from '../../persistencia/database.ts'
import { type Atender, MODOS_GRPC, type ModoGrpc } from '../arquitetura.ts'
import {
  abrirEstranho,
  abrirPorta,
  aprovado,
  aprovar,
  type Estranho,
  envelopado,
  PAGAR,
  pagamento,
} from './portas_de_teste.ts'
import { abrirGrpc } from './start.ts'

const LIMITE_MS = 5_000
/** Well below the wait for a client that never ends its own. */
const DEPRESSA_MS = 3_000
const ALEM_DA_ESPERA_MS = 60_000
const QUANTOS = 200
const NUMEROS = Array.from({ length: QUANTOS }, (_, i) => i + 1)

let pilha = new AsyncDisposableStack()
afterEach(async () => {
  await pilha.disposeAsync()
  pilha = new AsyncDisposableStack()
})

const abrir = async (atender: Atender, numero?: number) =>
  pilha.use(await abrirPorta('pagamentos', atender, numero))

/** A door whose business answers when it is let go, at the latest when the test ends. */
async function abrirParada() {
  const solto = Promise.withResolvers<void>()
  let chegadas = 0
  const porta = await abrir(async ({ comando }) => {
    chegadas += 1
    await solto.promise
    return aprovado(comando as AutorizarPagamento)
  })
  pilha.defer(solto.resolve)
  const chegaram = (n: number) => ate(() => chegadas >= n, LIMITE_MS, `${n} em andamento`)
  return { porta, chegaram, chegadas: () => chegadas, soltar: solto.resolve }
}

function abrirSaida(endereco: string, modo: ModoGrpc) {
  const saida = pilha.use(abrirGrpc({ pagamentos: endereco }, modo))
  const enviar = (n: number, prazo?: number) => saida.enviar(envelopado(pagamento(n), prazo), false)
  return { enviar, fechar: () => saida[Symbol.asyncDispose]() }
}

async function depressa<T>(esperada: Promise<T> | PromiseLike<T>, nome: string): Promise<T> {
  let terminou = false
  const terminando = Promise.resolve(esperada).finally(() => {
    terminou = true
  })
  await ate(() => terminou, DEPRESSA_MS, nome)
  return terminando
}

for (const modo of MODOS_GRPC) {
  describe(`encerramento, ${modo}`, () => {
    it('a porta que fecha responde o que começou, depressa, e não começa mais nada', async () => {
      const { porta, ...parada } = await abrirParada()
      const { enviar } = abrirSaida(porta.endereco, modo)
      const enviando = NUMEROS.map((n) => enviar(n))
      await parada.chegaram(QUANTOS)
      const fechando = porta[Symbol.asyncDispose]()
      const tarde = enviar(999)
      parada.soltar()
      await depressa(fechando, 'a porta fechou')
      const trilhas = await Promise.all(enviando)
      assert.ok(trilhas.every(({ passos, falha }) => passos.length === 1 && !falha))
      assert.equal((await tarde).falha?.codigo, 'servico_indisponivel')
      assert.equal(parada.chegadas(), QUANTOS)
    })

    it('a porta que fecha parada fecha na hora', async () => {
      const porta = await abrir(aprovar)
      const { enviar } = abrirSaida(porta.endereco, modo)
      assert.equal((await enviar(1)).passos.length, 1)
      await depressa(porta[Symbol.asyncDispose](), 'a porta fechou')
      assert.equal((await enviar(2)).falha?.codigo, 'servico_indisponivel')
    })

    it('o que não termina é cortado depois da espera', async (t) => {
      const { porta, chegaram } = await abrirParada()
      const { enviar } = abrirSaida(porta.endereco, modo)
      const enviando = enviar(1)
      await chegaram(1)
      t.mock.timers.enable({ apis: ['setTimeout'] })
      const fechando = porta[Symbol.asyncDispose]()
      t.mock.timers.tick(ALEM_DA_ESPERA_MS)
      t.mock.timers.reset()
      await depressa(fechando, 'a porta fechou')
      assert.equal((await enviando).falha?.codigo, 'servico_indisponivel')
    })

    it('quem abre de novo no mesmo endereço é encontrado', async () => {
      const porta = await abrir(aprovar)
      const { enviar } = abrirSaida(porta.endereco, modo)
      assert.equal((await enviar(1)).falha, undefined)
      await depressa(porta[Symbol.asyncDispose](), 'a porta fechou')
      assert.equal((await enviar(2)).falha?.codigo, 'servico_indisponivel')
      await abrir(aprovar, Number(porta.endereco.split(':')[1]))
      const voltou = async () => (await enviar(3)).falha === undefined
      await ate(voltou, LIMITE_MS, 'achou quem voltou')
    })

    it('a saída que fecha no meio: cada promessa termina, e depois ninguém mais sai', async () => {
      const { porta, chegaram } = await abrirParada()
      const { enviar, fechar } = abrirSaida(porta.endereco, modo)
      const prazo = Date.now() + DEPRESSA_MS / 2
      const enviando = NUMEROS.map((n) => enviar(n, prazo))
      await chegaram(QUANTOS)
      await fechar()
      const trilhas = await depressa(Promise.all(enviando), 'todas terminaram')
      assert.ok(trilhas.every(({ passos, falha }) => passos.length === 0 && falha?.canRetry))
      assert.ok((await enviar(999)).falha)
    })
  })
}

describe('abertura', () => {
  it('porta ocupada é erro de início, com o número dela', async () => {
    const [, ocupada = ''] = (await abrir(aprovar)).endereco.split(':')
    await assert.rejects(abrir(aprovar, Number(ocupada)), (erro) => {
      assert.ok(erro instanceof ErroDeInicio)
      assert.match(erro.message, new RegExp(ocupada))
      return true
    })
  })

  /** Watches the health of an open door, as a client that never ends its own call does. */
  async function vigiar({ canal }: Estranho) {
    const { path, requestSerialize, responseDeserialize } = SAUDE.Watch!
    const ouvidos: string[] = []
    const pedido = { service: 'pagamento.Pagamento' }
    const vigia = canal.makeServerStreamRequest(
      ...([path, requestSerialize, responseDeserialize, pedido] as const),
    )
    vigia.on('data', ({ status }: { status: string }) => ouvidos.push(status))
    vigia.on('error', () => undefined)
    await ate(() => ouvidos.length === 1, LIMITE_MS, 'ouviu que serve')
    return { vigia, ouvidos }
  }

  it('quem vigia a saúde ouve que a porta está fechando antes de ela fechar', async () => {
    const { porta, ...parada } = await abrirParada()
    const estranho = pilha.use(abrirEstranho(porta.endereco))
    const { vigia, ouvidos } = await vigiar(estranho)
    pilha.defer(() => vigia.cancel())
    const chamando = estranho.chamar(PAGAR, { pedido_id: 7, valor: 1, itens: [] })
    await parada.chegaram(1)
    const fechando = porta[Symbol.asyncDispose]()
    await ate(() => ouvidos.length === 2, LIMITE_MS, 'ouviu que fecha')
    assert.deepEqual(ouvidos, ['SERVING', 'NOT_SERVING'])
    parada.soltar()
    assert.equal((await chamando).code, status.OK)
    vigia.cancel()
    await depressa(fechando, 'a porta fechou')
  })

  it('quem vigia e nunca termina é cortado depois da espera', async (t) => {
    const porta = await abrir(aprovar)
    const { vigia } = await vigiar(pilha.use(abrirEstranho(porta.endereco)))
    pilha.defer(() => vigia.cancel())
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const fechando = porta[Symbol.asyncDispose]()
    t.mock.timers.tick(ALEM_DA_ESPERA_MS)
    t.mock.timers.reset()
    await depressa(fechando, 'a porta fechou')
  })
})
