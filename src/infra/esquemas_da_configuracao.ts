// What the environment variables about the network may say, alone and together.
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import * as z from 'zod'
import { ErroDeInicio } from '../persistencia/database.ts'
import { ehLoopback } from './loopback.ts'

export const enderecoIp = z.string().refine((texto) => isIP(texto) !== 0, 'deve ser um endereço IP')

export const credencial = z
  .string()
  .regex(/^[\x21-\x7e]{32,256}$/, 'deve ter de 32 a 256 caracteres visíveis, sem espaços')

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

/** The credential, which a door that others can reach does not go without. */
export function exigida(endereco: string, dita: string): string | undefined {
  if (dita || ehLoopback(endereco)) return dita || undefined
  const recusa = 'abre os serviços a outras máquinas e exige QUATROVIAS_CREDENCIAL'
  throw new ErroDeInicio(`QUATROVIAS_ENDERECO=${endereco} ${recusa}`, 2)
}

/** A certificate and its key, as paths; neither, or both. */
export function osDois(cert: string, key: string): { cert: string; key: string } | undefined {
  if (cert && key) return { cert: resolve(cert), key: resolve(key) }
  if (!cert && !key) return undefined
  const falta = cert ? 'TLS_KEY' : 'TLS_CERT'
  throw new ErroDeInicio(`TLS_CERT e TLS_KEY só servem juntas: falta ${falta}`, 2)
}
