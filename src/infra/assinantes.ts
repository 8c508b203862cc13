// Which subscribers are started: those named, where there are topics to read.
import * as z from 'zod'
import { ASSINANTES, type NomeAssinante } from '../contratos/ids.ts'
import type { Configuracao, Variavel } from './configuracao.ts'

const NENHUM = 'nenhum'
const UM = `(${ASSINANTES.join('|')})`

export const VARIAVEL_DOS_ASSINANTES: Variavel = {
  nome: 'QUATROVIAS_ASSINANTES',
  padrao: ASSINANTES.join(','),
  descricao: 'Assinantes dos tópicos do Kafka a iniciar, separados por vírgula; ou `nenhum`',
  esquema: z.string().regex(new RegExp(`^(${NENHUM}|${UM}(,${UM})*)$`)),
}

export const lerAssinantes = (lista: string): NomeAssinante[] =>
  lista === NENHUM ? [] : ASSINANTES.filter((nome) => lista.split(',').includes(nome))

type Lida = Pick<Configuracao, 'arquiteturas' | 'assinantes'>
export const assinantesDe = ({ arquiteturas, assinantes }: Lida): readonly NomeAssinante[] =>
  arquiteturas.includes('kafka') ? assinantes : []
