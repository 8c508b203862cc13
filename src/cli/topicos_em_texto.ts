// The topics for a person: a line each, or one with its partitions and its readers.
import { styleText } from 'node:util'
import type {
  GrupoVisto,
  ParticaoVista,
  TopicoVisto,
} from '../arquiteturas/kafka/visao_dos_topicos.ts'
import { emNumero, tabela } from './tabela.ts'

export function listaEmTexto(topicos: readonly TopicoVisto[]): string {
  const titulos = ['tópico', 'no Kafka', 'partições', 'réplicas', 'mensagens']
  const linhas = topicos.map(({ nome, no_cluster, particoes }) => {
    if (particoes.length === 0) return [nome, no_cluster, 'não existe']
    const replicas = Math.min(...particoes.map((particao) => particao.replicas.length))
    const numeros = [particoes.length, replicas, mensagensEm(particoes)]
    return [nome, no_cluster, ...numeros.map(emNumero)]
  })
  return tabela([titulos, ...linhas])
}

export function umEmTexto(topico: TopicoVisto & { grupos: readonly GrupoVisto[] }): string {
  const { nome, no_cluster, particoes, grupos } = topico
  const titulos = ['partição', 'líder', 'réplicas', 'em dia', 'início', 'fim']
  const linhas = particoes.map(({ particao, lider, replicas, em_dia, inicio, fim }) => [
    ...[String(particao), String(lider), replicas.join(','), em_dia.join(',')],
    ...[emNumero(inicio), emNumero(fim)],
  ])
  const dosGrupos = grupos.map(({ grupo, atrasos }) => {
    return [grupo, emNumero(soma(atrasos)), atrasos.map(emNumero).join(' ')]
  })
  const outro = no_cluster === nome ? '' : ` (${no_cluster} no Kafka)`
  return [
    `${styleText('bold', nome)}${outro}: ${quantas(mensagensEm(particoes))}`,
    '',
    tabela([titulos, ...linhas]),
    '',
    grupos.length === 0
      ? '  nenhum grupo leu deste tópico'
      : tabela([['grupo', 'atraso', 'por partição'], ...dosGrupos]),
  ].join('\n')
}

const mensagensEm = (particoes: readonly ParticaoVista[]): number =>
  soma(particoes.map(({ inicio, fim }) => fim - inicio))
const soma = (numeros: readonly number[]): number => numeros.reduce((a, b) => a + b, 0)
const quantas = (n: number): string => `${emNumero(n)} ${n === 1 ? 'mensagem' : 'mensagens'}`
