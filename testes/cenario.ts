// Given / when / then over pure decisions, in the manner of emmett: given these events, when this
// command comes, then this event follows.
import assert from 'node:assert/strict'
import { type CodigoDeErro, ErroDeNegocio } from '../src/contratos/errors.ts'
import type { Instante } from '../src/contratos/ids.ts'

export const INSTANTE = '2026-11-20T21:33:00.000Z' as Instante

interface Pronto<C, P> {
  readonly comando: C
  readonly instante: Instante
  readonly preparo: P
}
export interface Dominio<C, E, S, P> {
  readonly inicial: S
  decide(estado: S, pronto: Pronto<C, P>): E
  evolve(estado: S, evento: E): S
}
export interface Desfecho<E, S> {
  /** The event decided is exactly this one; gives the state after it. */
  entao(esperado: E): S
  /** The event decided is of this kind, with these fields among others. */
  entaoParte(esperado: Partial<E> & { tipo: string }): S
  /** Nothing is decided: an error with this code, or an assertion with this text. */
  falha(esperada: CodigoDeErro | RegExp): void
}

/** `cenario(dominio)(...dados).quando(comando, preparo).entao(evento)` */
export const cenario =
  <C, E, S, P>({ inicial, decide, evolve }: Dominio<C, E, S, P>) =>
  (...dados: readonly E[]) => ({
    quando(comando: C, preparo: P): Desfecho<E, S> {
      const estado = dados.reduce((s, e) => evolve(s, e), inicial)
      const decidir = () => decide(estado, { comando, instante: INSTANTE, preparo })
      return {
        entao(esperado) {
          const evento = decidir()
          assert.deepEqual(evento, esperado)
          return evolve(estado, evento)
        },
        entaoParte(esperado) {
          const evento = decidir()
          assert.partialDeepStrictEqual(evento, esperado)
          return evolve(estado, evento)
        },
        falha: (esperada) => assert.throws(decidir, (erro) => ehFalha(erro, esperada)),
      }
    },
  })

function ehFalha(erro: unknown, esperada: CodigoDeErro | RegExp): boolean {
  if (typeof esperada === 'string') {
    assert.ok(erro instanceof ErroDeNegocio, String(erro))
    assert.equal(erro.codigo, esperada)
    return true
  }
  assert.ok(erro instanceof Error && !(erro instanceof ErroDeNegocio), String(erro))
  assert.match(erro.message, esperada)
  return true
}
