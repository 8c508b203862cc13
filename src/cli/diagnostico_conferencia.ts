// What each check of the machine answers.

export interface Conferencia {
  readonly nome: string
  /** `falha` only for what `npm start` cannot do without. */
  readonly resultado: 'ok' | 'aviso' | 'falha'
  readonly achado: string
  /** What to do about it. */
  readonly fazer?: string
}
