// Placeholder until monitoramento is written.
import type { AbrirAssinante } from '../partes.ts'

export const abrir: AbrirAssinante = async ({ consumir }) => consumir(async () => undefined)
