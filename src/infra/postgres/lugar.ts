// Where our own PostgreSQL keeps what it has, and how it is called by who connects.
import { join, resolve } from 'node:path'

export const LOCAL = '127.0.0.1'
export const USUARIO = 'postgres'
export const BASE = 'salesdb'

export const pastaDoPostgres = (diretorio: string): string => join(resolve(diretorio), 'postgres')
export const caminhoDosDados = (pasta: string): string => join(pasta, 'dados')
export const caminhoDaSenha = (pasta: string): string => join(pasta, 'senha')

/** What to do where ours cannot be had. */
export const OU_UM_SEU = 'ou diga um PostgreSQL seu em VENDAS_DATABASE_URL'
