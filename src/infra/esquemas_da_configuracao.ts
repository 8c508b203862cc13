// What an environment variable about the network may say.
import { isIP } from 'node:net'
import * as z from 'zod'

export const enderecoIp = z.string().refine((texto) => isIP(texto) !== 0, 'deve ser um endereço IP')

export const redes = z
  .string()
  .refine(
    (texto) => texto.split(',').every(ehRede),
    'deve ser uma lista de endereços ou faixas (10.0.0.0/8), separados por vírgula',
  )

/** `10.0.0.1`, `10.0.0.0/8`, `fd00::/8` */
function ehRede(texto: string): boolean {
  const [endereco = '', tamanho, ...resto] = texto.split('/')
  const bits = isIP(endereco) === 6 ? 128 : 32
  const cabe = tamanho === undefined || (/^\d{1,3}$/.test(tamanho) && Number(tamanho) <= bits)
  return isIP(endereco) !== 0 && cabe && resto.length === 0
}
