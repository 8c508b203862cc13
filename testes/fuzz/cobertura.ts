// The reverse of the checks: what the document promises was seen, or there is a test that shows it.
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import type { Conformidade } from '../../src/gateway/conformidade_de_teste.ts'
import type { Documento } from '../../src/gateway/openapi.ts'
import type { Corrida } from './corrida.ts'
import { PAPEIS, type Requisicao, valida } from './requisicoes.ts'
import type { Contexto } from './valores.ts'

/** What no schema can tell, e.g. a password that is right, by operationId. */
export type Certas = Readonly<Record<string, () => Promise<Partial<Requisicao>>>>

const TENTATIVAS = 60
const RAIZ = fileURLToPath(new URL('../..', import.meta.url))

/** Tries valid requests of each operation; those that never succeeded, with what they answered. */
export async function semSucesso(
  corrida: Corrida,
  { operacoes }: Conformidade,
  contexto: Contexto,
  { certas, seed }: { certas: Certas; seed: number },
): Promise<string[]> {
  const faltam: string[] = []
  for (const operacao of operacoes) {
    // Staff first: fewer refusals on the way.
    const boa = valida(contexto, operacao, PAPEIS.toReversed())
    const respostas = new Set<string>()
    for (const requisicao of fc.sample(boa, { numRuns: TENTATIVAS, seed })) {
      const certa = await certas[operacao.operationId]?.()
      const enviada = corrida.enviar({ ...requisicao, ...certa })
      const dita = await enviada.then(
        ({ status, codigo }) => `${status} ${codigo ?? ''}`.trim(),
        (erro: Error) => erro.message,
      )
      respostas.add(dita)
      if (/^2/.test(dita)) break
    }
    const deu = [...respostas].some((resposta) => /^2/.test(resposta))
    if (!deu) faltam.push(`${operacao.operationId}: ${[...respostas].join(', ')}`)
  }
  return faltam
}

/** `fazerPedido 202`, `fazerPedido 409 preco_mudou`; of what is shared, `limite_excedido`. */
export function promessas({ paths = {}, components = {} }: Documento): string[] {
  const dasOperacoes = Object.values(paths).flatMap((metodos) =>
    Object.values(metodos).flatMap(({ operationId, responses = {} }) =>
      Object.entries(responses).flatMap(([status, resposta]) =>
        Number(status) < 300
          ? [`${operationId} ${status}`]
          : codigosDe(resposta).map((codigo) => `${operationId} ${status} ${codigo}`),
      ),
    ),
  )
  const comuns = Object.values(components.responses ?? {}).flatMap(codigosDe)
  const proprias = dasOperacoes.filter((dita) => !comuns.some((c) => dita.endsWith(` ${c}`)))
  return [...new Set([...proprias, ...comuns])]
}

/** None of a response that is only a reference to a shared one. */
export function codigosDe(resposta: unknown): string[] {
  const { content } = resposta as { content?: Record<string, { examples?: object }> }
  return Object.keys(content?.['application/problem+json']?.examples ?? {})
}

/** Neither seen here nor named, as a code, by any test. */
export function nuncaVistas(documento: Documento, vistas: ReadonlySet<string>): string[] {
  const testes = globSync(['src/**/*.test.ts', 'testes/**/*.ts'], { cwd: RAIZ })
  const deOutros = testes.filter((arquivo) => !/fuzz/.test(arquivo))
  const textos = deOutros.map((arquivo) => readFileSync(`${RAIZ}/${arquivo}`, 'utf8'))
  const nomeado = (codigo: string) => textos.some((texto) => texto.includes(`'${codigo}'`))
  const todas = [...vistas]
  return promessas(documento).filter((promessa) => {
    const codigo = promessa.split(' ').at(-1) ?? ''
    const vista = vistas.has(promessa) || todas.some((v) => v.endsWith(` ${promessa}`))
    return !vista && !(/\D/.test(codigo) && nomeado(codigo))
  })
}
