// Whatever happens in whatever order (commits, answers late or never, clients that come, go, read
// slowly or come back), each gets every change that it is about, once and in order.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as umaVolta } from 'node:timers/promises'
import fc from 'fast-check'
import { STATUS } from '../../contratos/eventos.ts'
import { comoClienteId, comoPedidoId } from '../../contratos/ids.ts'
import { umPedido } from '../servicos_de_teste.ts'
import { type Acompanhamento, criarAcompanhamento } from './acompanhamento.ts'
import { comecar } from './comeco.ts'
import { criarDiario, type DiarioDeTeste } from './diario_de_teste.ts'
import type { Alvo } from './fluxo.ts'
import type { Fonte } from './fonte.ts'
import { criarJanela } from './janela.ts'
import { abrirSaidaDeTeste, lerEventos, type SaidaDeTeste } from './leitor_de_teste.ts'

const NUNCA_EXPIRA = Number.MAX_SAFE_INTEGER
const TRACEPARENT = ''
/** Four of these are more than a slow reader may leave unread. */
const MOTIVO_LONGO = 'x'.repeat(20_000)
/** Turns of the event loop in which nothing new happens mean that nothing will. */
const VOLTAS_DE_SOBRA = 50

/** A source whose questions and answers travel as long as `viajar` says, and which may be down. */
function fonteSobre(diario: DiarioDeTeste, viajar: () => Promise<void>) {
  const estado = { caida: false }
  const ir = async <T>(responder: () => T | Promise<T>): Promise<T> => {
    await viajar()
    if (estado.caida) throw new Error('pedidos caiu')
    const resposta = await responder()
    await viajar()
    // It died after it had answered: the answer is lost.
    if (estado.caida) throw new Error('pedidos caiu')
    return resposta
  }
  const fonte: Fonte = {
    fim: () => ir(() => diario.fim),
    doPedido: (id) => ir(() => diario.ler(0, undefined, id)),
    apos: (lugar, aguardar, sinal) =>
      ir(async () => {
        if (aguardar && diario.fim === lugar) {
          const desistiu = Promise.withResolvers<void>()
          sinal.addEventListener('abort', () => desistiu.resolve())
          await Promise.race([diario.proxima(), desistiu.promise])
        }
        return diario.ler(lugar, 3)
      }),
  }
  return { fonte, estado }
}

class Cliente {
  readonly alvo: Alvo
  private readonly acompanhamento: Acompanhamento
  private readonly diario: DiarioDeTeste
  private readonly maior: number
  private saida: SaidaDeTeste | undefined
  private ultimoId: number | undefined
  /** Changes got, and the place after which they begin. */
  private recebidos: number[] = []
  private desde: number | undefined
  acabou = false

  constructor(acompanhamento: Acompanhamento, diario: DiarioDeTeste, alvo: Alvo, maior: number) {
    this.acompanhamento = acompanhamento
    this.diario = diario
    this.alvo = alvo
    this.maior = maior
    if (alvo.pedido_id !== undefined) this.desde = 0
  }

  async conectar(): Promise<void> {
    if ((this.saida && !this.saida.fechada) || this.acabou) return
    this.desconectar()
    const { alvo, ultimoId } = this
    let inscrito: Disposable | undefined
    const saida = abrirSaidaDeTeste(() => queueMicrotask(() => inscrito?.[Symbol.dispose]()))
    this.saida = saida
    const pedido = alvo.pedido_id && umPedido(alvo.pedido_id, 1)
    try {
      const comeco = pedido
        ? await this.acompanhamento.comecoDo(pedido, ultimoId, TRACEPARENT)
        : await this.acompanhamento.comeco(ultimoId)
      if (!comeco) this.acabou = true
      if (!comeco || saida.fechada) return saida.derrubar()
      comecar(saida, comeco)
      if (comeco.fim) return saida.encerrar()
      const aceita = {
        continuaAceita: async () => true,
        encerrada: () => false,
        valeAteMs: NUNCA_EXPIRA,
      }
      inscrito = this.acompanhamento.acompanhar({ alvo, saida, lugar: comeco.lugar, ...aceita })
    } catch {
      saida.derrubar()
    }
  }

  desconectar(): void {
    if (!this.saida) return
    this.saida.derrubar()
    this.anotar(this.saida.recebido)
    this.saida = undefined
  }

  ler(le: boolean): void {
    this.saida?.ler(le)
  }

  /** What arrived on a connection that is over. */
  private anotar(texto: string): void {
    const { eventos, ultimoId } = lerEventos(texto)
    const [primeiro] = /^id: (\d+)$/m.exec(texto.replace(/^retry: \d+\n\n/, '')) ?? []
    if (this.desde === undefined && primeiro) {
      this.desde = Number(primeiro.slice(4))
      assert.ok(this.desde <= this.diario.fim)
    }
    for (const { evento, id, dados } of eventos) {
      if (evento === 'fim') this.acabou = true
      if (evento === 'status') this.recebidos.push(Number(id))
      if (evento !== 'reinicio') continue
      assert.equal(typeof dados.detalhe, 'string')
      assert.ok((this.ultimoId ?? 0) < this.diario.fim - this.maior, 'o que faltou ainda cabia')
      this.recebidos = []
      this.desde = Number(id)
    }
    this.ultimoId = ultimoId ?? this.ultimoId
  }

  /** After the last connection: all that was to come has come. */
  conferir(): void {
    this.desconectar()
    const { pedido_id, cliente_id } = this.alvo
    const seus = this.diario.mudancas
      .filter((m) => (pedido_id ?? m.pedido_id) === m.pedido_id)
      .filter((m) => (cliente_id ?? m.cliente_id) === m.cliente_id)
      .map(({ id }) => id)
    assert.ok(this.desde !== undefined, 'não soube nem de onde partia')
    assert.deepEqual(
      this.recebidos,
      seus.filter((id) => id > (this.desde ?? 0)),
    )
  }
}

const ALVOS: readonly Alvo[] = [
  {},
  { cliente_id: comoClienteId(1) },
  { cliente_id: comoClienteId(2) },
  { pedido_id: comoPedidoId(1_001) },
  { pedido_id: comoPedidoId(1_002) },
  { pedido_id: comoPedidoId(1_003) },
]
const quem = fc.nat(ALVOS.length - 1)
const PEDIDOS = [1_001, 1_002, 1_003, 1_004, 1_005, 1_006] as const

/** All that may happen, by name; what is done by index does it to that client or order. */
function criarCena(agenda: fc.Scheduler, maior: number) {
  const diario = criarDiario()
  const viajar = () => agenda.schedule(Promise.resolve())
  const { fonte, estado } = fonteSobre(diario, viajar)
  const pulsos = new Set<() => void>()
  const acompanhamento = criarAcompanhamento(fonte, () => undefined, {
    janela: criarJanela(maior),
    pausar: viajar,
    aCada(_ms, chamar) {
      pulsos.add(chamar)
      return { [Symbol.dispose]: () => pulsos.delete(chamar) }
    },
  })
  const clientes = ALVOS.map((alvo) => new Cliente(acompanhamento, diario, alvo, maior))
  /** Its next status but those that end it; the last one does. */
  const caminhos = PEDIDOS.map(() => STATUS.slice(0, STATUS.indexOf('cancelado')))
  const cena = {
    clientes,
    abertos: () => acompanhamento.abertos + pulsos.size,
    gravar(n: number) {
      const i = n % PEDIDOS.length
      const status = caminhos[i]!.shift()
      if (status) diario.gravar(PEDIDOS[i]!, 1 + (i % 2), status, i === 2 ? '' : MOTIVO_LONGO)
    },
    conectar: (n: number) => void clientes[n]!.conectar(),
    conectarTravado(n: number) {
      void clientes[n]!.conectar()
      clientes[n]!.ler(false)
    },
    desconectar: (n: number) => clientes[n]!.desconectar(),
    travar: (n: number) => clientes[n]!.ler(false),
    destravar: (n: number) => clientes[n]!.ler(true),
    pular: () => diario.pular(),
    pulsar() {
      for (const pulsar of pulsos) pulsar()
    },
    cair() {
      estado.caida = true
    },
    voltar() {
      estado.caida = false
    },
    async andar(vezes: number) {
      for (let i = 0; i < vezes; i++) {
        if (agenda.count() > 0) await agenda.waitNext(1)
        await umaVolta()
      }
    },
  }
  return cena
}

const acao = <T extends string>(...nomes: T[]) => fc.tuple(fc.constantFrom(...nomes), quem)
const passo = fc.oneof(
  { weight: 8, arbitrary: acao('gravar') },
  { weight: 6, arbitrary: acao('andar') },
  { weight: 5, arbitrary: acao('conectar', 'conectarTravado') },
  { weight: 4, arbitrary: acao('desconectar', 'travar', 'destravar') },
  { weight: 3, arbitrary: acao('cair', 'voltar', 'pular', 'pulsar') },
)

test('em qualquer ordem das coisas, cada um recebe o que é seu, uma vez e em ordem', async () => {
  const passos = fc.array(passo, { minLength: 5, maxLength: 100, size: 'max' })
  const janelas = fc.constantFrom(3, 10_000)
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), passos, janelas, async (agenda, lista, maior) => {
      const cena = criarCena(agenda, maior)
      for (const [nome, n] of lista) await cena[nome](n)
      cena.voltar()
      for (const deNovo of [false, true]) {
        for (const i of ALVOS.keys()) {
          cena.destravar(i)
          if (deNovo) cena.desconectar(i)
          cena.conectar(i)
        }
        await cena.andar(VOLTAS_DE_SOBRA)
        for (const i of PEDIDOS.keys()) cena.gravar(i)
        await cena.andar(VOLTAS_DE_SOBRA)
      }
      for (const cliente of cena.clientes) cliente.conferir()
      await cena.andar(VOLTAS_DE_SOBRA)
      assert.equal(cena.abertos(), 0, 'sobrou quem acompanhasse')
    }),
    { numRuns: 150 },
  )
})
