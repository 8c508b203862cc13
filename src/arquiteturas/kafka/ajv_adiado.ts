// Stands in for ajv inside the Kafka client, which compiles the schemas of all its options when it
// is imported and, unless told to be strict, never asks them anything: here each is compiled when
// it is first asked.
import { createRequire } from 'node:module'

interface Validador {
  (valor: unknown): boolean
  errors?: unknown
}
interface Ajv {
  addKeyword(definicao: object): void
  compile(esquema: object): Validador
  errorsText(...ditos: unknown[]): string
}

export class Ajv2020 {
  readonly #opcoes: object
  readonly #palavras: object[] = []
  #verdadeiro: Ajv | undefined

  constructor(opcoes: object) {
    this.#opcoes = opcoes
  }

  addKeyword(definicao: object): void {
    this.#palavras.push(definicao)
  }

  compile(esquema: object): Validador {
    let compilado: Validador | undefined
    const adiado: Validador = (valor) => {
      compilado ??= this.#ajv().compile(esquema)
      const certo = compilado(valor)
      adiado.errors = compilado.errors
      return certo
    }
    return adiado
  }

  errorsText(...ditos: unknown[]): string {
    return this.#ajv().errorsText(...ditos)
  }

  #ajv(): Ajv {
    if (this.#verdadeiro) return this.#verdadeiro
    const doCliente = createRequire(import.meta.resolve('@platformatic/kafka'))
    const { Ajv2020 } = doCliente('ajv/dist/2020.js') as {
      Ajv2020: new (opcoes: object) => Ajv
    }
    this.#verdadeiro = new Ajv2020(this.#opcoes)
    for (const definicao of this.#palavras) this.#verdadeiro.addKeyword(definicao)
    return this.#verdadeiro
  }
}

/** The client's schema registries, which we do not use, want these of their own. */
export { Ajv2020 as Ajv }
export default {}
