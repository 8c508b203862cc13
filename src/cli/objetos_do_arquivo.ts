// The JSON objects of a file, one after another and as they are written: a list of them, or one
// after the other. Never the whole file at once, and no number read and written again.
import { ErroDeNegocio } from '../contratos/errors.ts'

/** Far above any message that a broker takes. */
const MAIOR_OBJETO = 16 * 1_024 * 1_024

/** Errors: ErroDeNegocio requisicao_invalida, which says where. */
export async function* objetosDe(pedacos: AsyncIterable<string>): AsyncGenerator<string> {
  let objeto = ''
  let fundo = 0
  let noTexto = false
  let escapado = false
  let lidos = 0
  for await (const pedaco of pedacos) {
    let inicio = 0
    for (let i = 0; i < pedaco.length; i++) {
      const c = pedaco[i]!
      if (noTexto) {
        if (escapado) escapado = false
        else if (c === '\\') escapado = true
        else if (c === '"') noTexto = false
        continue
      }
      if (fundo === 0) {
        if (c === '{') inicio = i
        else if (!/[\s,[\]\uFEFF]/.test(c)) throw invalido(lidos + i, `esperava {, e há ${c}`)
      }
      if (c === '"') noTexto = true
      else if (c === '{') fundo++
      else if (c === '}' && --fundo === 0) {
        yield conferido(objeto + pedaco.slice(inicio, i + 1), lidos + i)
        objeto = ''
        inicio = i + 1
      }
    }
    if (fundo > 0) objeto += pedaco.slice(inicio)
    lidos += pedaco.length
    if (objeto.length > MAIOR_OBJETO) throw invalido(lidos, 'um objeto é grande demais')
  }
  if (fundo > 0) throw invalido(lidos, 'o último objeto não termina')
}

function conferido(texto: string, onde: number): string {
  try {
    JSON.parse(texto)
    return texto
  } catch {
    throw invalido(onde, 'o objeto que termina aqui não é JSON')
  }
}

const invalido = (onde: number, oQue: string): ErroDeNegocio =>
  new ErroDeNegocio('requisicao_invalida', `no caractere ${onde + 1}: ${oQue}`)
