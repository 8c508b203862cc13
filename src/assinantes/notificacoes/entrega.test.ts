// The sender: each order in its order, some at a time, again when it failed, and not for ever.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ate } from '../../../testes/ate.ts'
import { STATUS } from '../../contratos/eventos.ts'
import { type Aviso, RecusaDefinitiva } from './canais/canal.ts'
import { abrirEntregaDeTeste, CONTATO, dito } from './entrega_de_teste.ts'

const LIMITE_MS = 5_000
const PARALELO = 10

test('as de um pedido saem uma por vez e em ordem; as de outros, ao lado', async () => {
  const saidas: string[] = []
  let juntas = 0
  let maisJuntas = 0
  await using cena = abrirEntregaDeTeste({
    async enviar(aviso) {
      maisJuntas = Math.max(maisJuntas, ++juntas)
      assert.ok(!saidas.includes(`${dito(aviso)} comeca`), dito(aviso))
      saidas.push(`${dito(aviso)} comeca`)
      await new Promise((pronto) => setImmediate(pronto))
      saidas.push(`${dito(aviso)} acaba`)
      juntas -= 1
    },
  })
  const pedidos = Array.from({ length: 30 }, (_, i) => i + 1)
  for (const status of STATUS.slice(0, 3)) {
    await Promise.all(pedidos.map((pedido) => cena.mudar(pedido, status)))
  }
  await ate(() => cena.marcas.length === 90, LIMITE_MS, 'todas saíram')
  for (const pedido of pedidos) {
    const esperadas = STATUS.slice(0, 3).flatMap((s) => [`${s} comeca`, `${s} acaba`])
    const dele = saidas.filter((saida) => saida.startsWith(`${pedido} `))
    assert.deepEqual(
      dele,
      esperadas.map((passo) => `${pedido} ${passo}`),
    )
  }
  assert.ok(maisJuntas > 1 && maisJuntas <= PARALELO, `${maisJuntas} ao mesmo tempo`)
})

test('a que falha é tentada de novo, e a seguinte do pedido espera por ela', async () => {
  const saidas: string[] = []
  let falhas = 3
  await using cena = abrirEntregaDeTeste({
    async enviar(aviso) {
      if (aviso.status === 'pendente' && falhas-- > 0) throw new Error('fora do ar')
      saidas.push(dito(aviso))
    },
  })
  await cena.mudar(1, 'pendente')
  await cena.mudar(1, 'enviado')
  await ate(() => saidas.length === 2, LIMITE_MS, 'as duas saíram')
  assert.deepEqual(saidas, ['1 pendente', '1 enviado'])
  assert.equal(cena.marcas.filter((marca) => !('fim' in marca)).length, 3)
})

test('as pausas dobram até o limite', async () => {
  const agora = Date.parse('2026-01-02T03:00:00.000Z')
  let ms = 0
  const esperas: number[] = []
  await using cena = abrirEntregaDeTeste({
    relogio: () => agora + ms,
    ritmo: { primeiraMs: 1_000, maiorMs: 5_000, desistirMs: 60_000 },
    enviar: async () => Promise.reject(new Error('fora do ar')),
  })
  await cena.mudar(1)
  for (let feitas = 1; feitas <= 5; feitas += 1) {
    await ate(() => cena.marcas.length === feitas, LIMITE_MS, `tentativa ${feitas}`)
    const marca = cena.marcas.at(-1)
    assert.ok(marca && 'proxima_em' in marca)
    esperas.push(Date.parse(marca.proxima_em) - agora - ms)
    ms = Date.parse(marca.proxima_em) - agora
    cena.entrega.acordar()
  }
  assert.deepEqual(esperas, [1_000, 2_000, 4_000, 5_000, 5_000])
})

test('quem falha por um dia é desistida, com o porquê, e a seguinte sai', async () => {
  let ms = 0
  await using cena = abrirEntregaDeTeste({
    relogio: () => Date.parse('2026-01-02T03:00:00.000Z') + ms,
    ritmo: { desistirMs: 86_400_000, maiorMs: 300_000 },
    async enviar({ status }) {
      if (status === 'pendente') throw new Error('421 para maria@example.com,\r\nfora do ar')
    },
  })
  await cena.mudar(1, 'pendente')
  await cena.mudar(1, 'enviado')
  await ate(() => cena.marcas.length === 1, LIMITE_MS, 'a primeira tentativa')
  ms = 86_400_000
  cena.entrega.acordar()
  await ate(() => cena.marcas.length === 3, LIMITE_MS, 'as duas terminaram')
  assert.deepEqual(await cena.estados(), ['1 desistiu', '1 enviado'])
  const [, primeira] = await cena.outbox.listar({ limite: 2 })
  assert.equal(primeira?.erro, '421 para (endereço), fora do ar')
})

test('a recusa definitiva é desistida já, com a razão', async () => {
  await using cena = abrirEntregaDeTeste({
    enviar: async () =>
      Promise.reject(new RecusaDefinitiva('550 5.1.1 <maria@example.com> não há')),
  })
  await cena.mudar(1)
  await ate(() => cena.marcas.length === 1, LIMITE_MS, 'terminou')
  const [linha] = await cena.outbox.listar({ limite: 1 })
  assert.deepEqual([linha?.estado, linha?.erro], ['desistiu', '550 5.1.1 <(endereço)> não há'])
})

test('enquanto o gateway não responde a notificação espera, mesmo por dias', async () => {
  let ms = 0
  let fora = true
  const saidas: Aviso[] = []
  await using cena = abrirEntregaDeTeste({
    relogio: () => Date.parse('2026-01-02T03:00:00.000Z') + ms,
    contato: async () => (fora ? Promise.reject(new Error('o gateway não respondeu')) : CONTATO),
    enviar: async (aviso) => void saidas.push(aviso),
  })
  await cena.mudar(1)
  for (const feitas of [1, 2, 3]) {
    await ate(() => cena.marcas.length === feitas, LIMITE_MS, `tentativa ${feitas}`)
    ms += 86_400_000
    cena.entrega.acordar()
  }
  fora = false
  await ate(() => saidas.length === 1, LIMITE_MS, 'saiu')
  assert.deepEqual(await cena.estados(), ['1 enviado'])
  assert.deepEqual([saidas[0]?.para?.email, saidas[0]?.para?.nome], [CONTATO.email, CONTATO.nome])
})

test('o que o cliente não quer é dispensado; sem endereço não há aonde mandar', async () => {
  const saidas: Aviso[] = []
  let contato: typeof CONTATO | undefined = CONTATO
  await using cena = abrirEntregaDeTeste({
    contato: async () => contato,
    enviar: async (aviso) => void saidas.push(aviso),
  })
  const esperar = (n: number) => ate(() => cena.marcas.length === n, LIMITE_MS, `${n} tentativas`)
  contato = { ...CONTATO, preferencias: { email: false, status: [...STATUS] } }
  await cena.mudar(1)
  await esperar(1)
  contato = { ...CONTATO, preferencias: { email: true, status: ['entregue'] } }
  await cena.mudar(2, 'enviado')
  await esperar(2)
  await cena.mudar(2, 'entregue')
  await esperar(3)
  contato = undefined
  await cena.mudar(3)
  await esperar(4)
  const esperados = ['1 dispensado', '2 dispensado', '2 enviado', '3 sem_endereco']
  assert.deepEqual(await cena.estados(), esperados)
  assert.deepEqual(saidas.map(dito), ['2 entregue'])
})

test('o canal que não é por e-mail sai sempre, sem perguntar nada ao gateway', async () => {
  const saidas: Aviso[] = []
  await using cena = abrirEntregaDeTeste({
    porEmail: false,
    contato: async () => assert.fail('perguntou'),
    enviar: async (aviso) => void saidas.push(aviso),
  })
  await cena.mudar(1)
  await ate(() => saidas.length === 1, LIMITE_MS, 'saiu')
  assert.equal(saidas[0]?.para, undefined)
})

test('quem para espera pelo que está a caminho; o que foi cortado continua na espera', async () => {
  const presa = Promise.withResolvers<void>()
  const cena = abrirEntregaDeTeste({
    async enviar({ pedido_id }, signal) {
      if (pedido_id === 1) return presa.promise
      await new Promise((_, rejeitar) =>
        signal.addEventListener('abort', () => rejeitar(signal.reason)),
      )
    },
  })
  await using _cena = cena
  await cena.mudar(1)
  await cena.mudar(2)
  const parou = cena.entrega[Symbol.asyncDispose]()
  presa.resolve()
  await parou
  assert.deepEqual(await cena.estados(), ['1 enviado', '2 pendente'])
})
