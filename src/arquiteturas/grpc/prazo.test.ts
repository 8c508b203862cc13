// Deadlines over gRPC: each hop has less than the one before, and what nobody waits for any more
// is dropped before it is decided (K9), however it came.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { status } from '@grpc/grpc-js'
import { ate } from '../../../testes/ate.ts'
import { abrirBancoDeTeste, SEM_REGISTRO } from '../../../testes/banco.ts'
import { criarCadeia, IDA, tiposDe } from '../../../testes/cadeia.ts'
import { cadernoDe, ESQUEMA, gravados, servicoDeTeste } from '../../../testes/caderno.ts'
import { destino } from '../../contratos/comandos.ts'
import { envelopar, type Resultado, rastreio } from '../../contratos/envelope.ts'
import type { NomeServico } from '../../contratos/ids.ts'
import { MODOS_GRPC, type ModoGrpc } from '../arquitetura.ts'
import { criarSalto } from '../percurso.ts'
import { MAIOR_PRAZO_MS, MARGEM_DO_SALTO_MS, PRAZO_DA_CADEIA_MS } from '../politica.ts'
import {
  abrirCanal,
  abrirEstranho,
  abrirPorta,
  aprovar,
  item,
  PAGAR,
  pagamento,
} from './portas_de_teste.ts'
import { abrirGrpc } from './start.ts'

const LIMITE_MS = 5_000
/** Enough to arrive over a connection that is there already. */
const CURTO_MS = 250
const HONESTO = { pedido_id: 7, valor: 5, itens: [] }
const OS_QUATRO = IDA.slice(1).map((comando) => destino[comando])

/** pagamentos → estoque → fiscal → logistica over real sockets; what each was told, in order. */
async function abrirCadeia(modo: ModoGrpc, pilha: AsyncDisposableStack) {
  const ouvidos: { nome: NomeServico; resta: number; traceparent: string }[] = []
  let enderecos = {}
  for (const nome of [...OS_QUATRO].reverse()) {
    const saida = pilha.use(abrirGrpc(enderecos, modo))
    const salto = criarSalto(criarCadeia().servico, saida.enviar)
    const porta = await abrirPorta(nome, (envelope, seguir) => {
      const { prazo = Number.POSITIVE_INFINITY, traceparent } = envelope
      ouvidos.push({ nome, resta: prazo - Date.now(), traceparent })
      return salto(envelope, seguir)
    })
    enderecos = { [nome]: pilha.use(porta).endereco }
  }
  return { ouvidos, enviar: pilha.use(abrirGrpc(enderecos, modo)).enviar }
}

for (const modo of MODOS_GRPC) {
  describe(`prazo, ${modo}`, () => {
    it('encolhe a cada salto, e o rastro é o mesmo até o fim', async () => {
      await using pilha = new AsyncDisposableStack()
      const { ouvidos, enviar } = await abrirCadeia(modo, pilha)
      const traceparent = rastreio()
      const contexto = { arquitetura: 'grpc', traceparent, prazo: Date.now() + 3_000 } as const
      const trilha = await enviar(envelopar(pagamento(7), contexto), true)
      assert.equal(trilha.falha, undefined)
      assert.equal(tiposDe(trilha).at(-1), 'EnvioAgendado')
      assert.deepEqual(
        ouvidos.map(({ nome, traceparent }) => [nome, traceparent]),
        OS_QUATRO.map((nome) => [nome, traceparent]),
      )
      let antes = 3_000
      for (const { nome, resta } of ouvidos) {
        // A timeout travels in whole milliseconds.
        assert.ok(resta <= antes - MARGEM_DO_SALTO_MS + 1, `${nome}: ${resta} de ${antes}`)
        assert.ok(resta > 0, nome)
        antes = resta
      }
    })

    it('sem prazo para mais um salto, a trilha chega até onde deu', async () => {
      await using pilha = new AsyncDisposableStack()
      const { enviar } = await abrirCadeia(modo, pilha)
      const resta = 2.5 * MARGEM_DO_SALTO_MS
      const contexto = { arquitetura: 'grpc', traceparent: rastreio() } as const
      const comPrazo = { ...contexto, prazo: Date.now() + resta }
      const { passos, falha } = await enviar(envelopar(pagamento(7), comPrazo), true)
      assert.equal(falha?.codigo, 'prazo_esgotado')
      assert.ok(passos.length < OS_QUATRO.length)
      const ja = { ...contexto, prazo: Date.now() + MARGEM_DO_SALTO_MS - 1 }
      const nada = await enviar(envelopar(pagamento(8), ja), true)
      assert.deepEqual([nada.passos, nada.falha?.codigo], [[], 'prazo_esgotado'])
    })

    it('quem não diz até quando espera tem o prazo da cadeia', async () => {
      let resta = 0
      await using porta = await abrirPorta('pagamentos', (envelope, seguir) => {
        resta = envelope.prazo! - Date.now()
        return aprovar(envelope, seguir)
      })
      await using saida = abrirGrpc({ pagamentos: porta.endereco }, modo)
      const contexto = { arquitetura: 'grpc', traceparent: rastreio() } as const
      await saida.enviar(envelopar(pagamento(7), contexto), false)
      assert.ok(resta > PRAZO_DA_CADEIA_MS / 2 && resta <= PRAZO_DA_CADEIA_MS + 1, String(resta))
    })
  })
}

it('ninguém é acreditado que espere mais que o maior prazo', async () => {
  const restos: (number | undefined)[] = []
  await using porta = await abrirPorta('pagamentos', (envelope, seguir) => {
    restos.push(envelope.prazo && envelope.prazo - Date.now())
    return aprovar(envelope, seguir)
  })
  using estranho = abrirEstranho(porta.endereco)
  await estranho.chamar(PAGAR, HONESTO, {}, { deadline: Date.now() + 10 * MAIOR_PRAZO_MS })
  await estranho.chamar(PAGAR, HONESTO)
  using canal = abrirCanal(estranho.canal)
  canal.mandar({ ...item(1, 7), prazo_ms: 4_000_000_000 })
  await ate(() => restos.length === 3, LIMITE_MS, 'as três chegaram')
  const [unaria, semPrazo, peloCanal] = restos
  for (const resta of [unaria!, peloCanal!]) {
    assert.ok(resta <= MAIOR_PRAZO_MS && resta > MAIOR_PRAZO_MS - LIMITE_MS, String(resta))
  }
  assert.equal(semPrazo, undefined)
})

/** A real service over a real database, whose preparation lasts until the test lets it go. */
async function abrirServicoParado(pilha: AsyncDisposableStack) {
  const db = pilha.use(await abrirBancoDeTeste(ESQUEMA))
  const parado = Promise.withResolvers<void>()
  const resultados: Resultado[] = []
  const operacoes = {
    ...SEM_REGISTRO,
    terminou: (_: unknown, resultado: Resultado) => void resultados.push(resultado),
  }
  const servico = servicoDeTeste(db, { preparar: () => parado.promise, operacoes })
  const salto = criarSalto(servico, async () => ({ passos: [] }))
  const porta = pilha.use(await abrirPorta('pagamentos', salto))
  const estranho = pilha.use(abrirEstranho(porta.endereco))
  pilha.defer(parado.resolve)
  assert.equal((await estranho.chamar(PAGAR, { ...HONESTO, pedido_id: 0 })).campo, 'pedido_id')
  return {
    ...{ estranho, soltar: parado.resolve },
    preparando: () => ate(() => servico.preparos === 1, LIMITE_MS, 'o preparo começou'),
    /** It ended, as what, and nothing of it was decided or written. */
    async largado() {
      await ate(() => resultados.length === 1, LIMITE_MS, 'o comando terminou')
      const [resultado] = resultados
      assert.equal(!resultado!.ok && resultado!.erro.codigo, 'prazo_esgotado')
      assert.equal(servico.decisoes, 0)
      assert.deepEqual([await gravados(db), await cadernoDe(db)], [[], []])
    },
  }
}

describe('o que ninguém mais espera não é decidido', () => {
  it('chamada cujo prazo passou', async () => {
    await using pilha = new AsyncDisposableStack()
    const parado = await abrirServicoParado(pilha)
    const fim = await parado.estranho.chamar(
      PAGAR,
      HONESTO,
      {},
      { deadline: Date.now() + CURTO_MS },
    )
    assert.equal(fim.code, status.DEADLINE_EXCEEDED)
    await parado.largado()
    parado.soltar()
  })

  it('chamada cancelada por quem a fez', async () => {
    await using pilha = new AsyncDisposableStack()
    const parado = await abrirServicoParado(pilha)
    const chamando = parado.estranho.chamar(PAGAR, HONESTO)
    await parado.preparando()
    chamando.chamada.cancel()
    assert.equal((await chamando).code, status.CANCELLED)
    // The server hears of it on another path than the client: what is let go at once may win.
    const outra = parado.estranho.chamar(PAGAR, { ...HONESTO, pedido_id: 0 })
    assert.equal((await outra).campo, 'pedido_id')
    parado.soltar()
    await parado.largado()
  })

  it('item de um canal cujo prazo passou', async () => {
    await using pilha = new AsyncDisposableStack()
    const parado = await abrirServicoParado(pilha)
    const canal = pilha.use(abrirCanal(parado.estranho.canal))
    canal.mandar({ ...item(1, 7), prazo_ms: CURTO_MS })
    await parado.largado()
    parado.soltar()
  })

  it('item de um canal que se rompeu', async () => {
    await using pilha = new AsyncDisposableStack()
    const parado = await abrirServicoParado(pilha)
    const canal = pilha.use(abrirCanal(parado.estranho.canal))
    canal.mandar(item(1, 7))
    await parado.preparando()
    canal.romper()
    const outra = parado.estranho.chamar(PAGAR, { ...HONESTO, pedido_id: 0 })
    assert.equal((await outra).campo, 'pedido_id')
    parado.soltar()
    await parado.largado()
  })
})
