// What one logs in with, and the passwords that the first start invents: in a file that only its
// owner may read.
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Papel } from '../acesso/direitos.ts'

export interface Credencial {
  readonly email: string
  readonly senha: string
}
export type Credenciais = Readonly<Record<Papel, Credencial>>

/** However it is typed, an address is one account. */
export const normalizarEmail = (email: string): string => email.trim().toLowerCase()

/** 144 bits: nobody guesses it, and base64url needs no escaping anywhere. */
const BYTES_DA_SENHA = 18
const SO_DO_DONO = 0o600

const nova = (papel: Papel): Credencial => ({
  email: `${papel}@quatrovias.local`,
  senha: randomBytes(BYTES_DA_SENHA).toString('base64url'),
})

export const inventarCredenciais = (): Credenciais => ({
  admin: nova('admin'),
  operador: nova('operador'),
  cliente: nova('cliente'),
})

/** Whole and durable, or as it was before. */
export function gravarCredenciais(diretorio: string, credenciais: Credenciais): void {
  const arquivo = join(diretorio, 'credenciais.json')
  const parcial = `${arquivo}.parcial`
  // Left behind by a crash, it might have another mode.
  rmSync(parcial, { force: true })
  const fd = openSync(parcial, 'wx', SO_DO_DONO)
  try {
    writeFileSync(fd, `${JSON.stringify(credenciais, null, 2)}\n`)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(parcial, arquivo)
  sincronizarDiretorio(diretorio)
}

/** Makes the new name durable too; Windows opens no directories and needs none of this. */
function sincronizarDiretorio(diretorio: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(diretorio, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
