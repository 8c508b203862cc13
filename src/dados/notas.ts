// Notas and shipments. Numbers follow the order of emission, which is not the order of the pedidos:
// a boleto of Monday is paid after a pix of Tuesday. A nota therefore waits here until no earlier
// one can come, and no list of all notas is ever held.
import { chaveDeAcesso } from '../contratos/chave_acesso.ts'
import { codigoDeRastreamento } from '../contratos/rastreamento.ts'
import type { Insercoes } from './insercoes.ts'
import type { NotaHistorica } from './pedido.ts'
import type { Sorteio } from './sorteio.ts'

/** A shop that does not exist: the CNPJ is the usual sample number, with right check digits. */
const EMITENTE = { uf: 35, cnpj: '12345678000195', serie: 1 } as const
const MAIOR_CODIGO = 99_999_999

type NotaEmEspera = NotaHistorica & { readonly pedidoId: number }

export interface FilaDeNotas {
  guardar(pedidoId: number, nota: NotaHistorica): void
  /** Writes every nota emitted up to `instante`; none that comes later may be that early. */
  emitirAte(instante: number): void
  readonly notas: number
  readonly envios: number
}

export function abrirFilaDeNotas(sorteio: Sorteio, inserir: Insercoes): FilaDeNotas {
  let emEspera: NotaEmEspera[] = []
  let notas = 0
  let envios = 0

  const emitir = ({ pedidoId, emitidaEm, envio }: NotaEmEspera) => {
    const numero = ++notas
    const emissao = new Date(emitidaEm).toISOString()
    const chave = chaveDeAcesso({ ...EMITENTE, emissao, numero, codigo: codigoDe(sorteio, numero) })
    inserir.nota.run(numero, pedidoId, numero, emissao, chave)
    if (!envio) return
    const despacho = envio.despachadoEm && new Date(envio.despachadoEm).toISOString()
    const id = ++envios
    inserir.envio.run(id, pedidoId, numero, despacho, codigoDeRastreamento(id), envio.status)
  }

  return {
    guardar: (pedidoId, nota) => emEspera.push({ ...nota, pedidoId }),
    emitirAte(instante) {
      emEspera.sort((a, b) => a.emitidaEm - b.emitidaEm || a.pedidoId - b.pedidoId)
      const primeiraQueFica = emEspera.findIndex((nota) => nota.emitidaEm > instante)
      const quantas = primeiraQueFica === -1 ? emEspera.length : primeiraQueFica
      for (const nota of emEspera.slice(0, quantas)) emitir(nota)
      emEspera = emEspera.slice(quantas)
    },
    get notas() {
      return notas
    },
    get envios() {
      return envios
    },
  }
}

/** A code equal to the number is forbidden (NT 2019.001); stepping over it keeps it one draw. */
function codigoDe(sorteio: Sorteio, numero: number): number {
  const codigo = sorteio.inteiro(0, MAIOR_CODIGO - 1)
  return codigo < numero ? codigo : codigo + 1
}
