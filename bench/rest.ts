// The REST checkout over seven services beside a bare chain of the same shape, in turns.
import { randomUUID } from 'node:crypto'
import { Pool } from 'undici'
import { abrirBancada } from '../src/laboratorio/bancada.ts'
import { carregar, type Medida, mediana, razoes } from './carga.ts'
import { abrirCadeia } from './gemeos/cadeia.ts'

const UNIDADES = 100_000_000

export async function benchRest({ emVoo = 200, segundos = 8, rodadas = 5 } = {}): Promise<void> {
  await using cadeia = await abrirCadeia('rest')
  await using bancada = await abrirBancada({ unidades: UNIDADES })
  const nossa: Medida[] = []
  const gemea: Medida[] = []
  for (let i = 0; i < rodadas; i++) {
    gemea.push(await medirRest(cadeia.endereco, '/', () => ({}), emVoo, segundos))
    nossa.push(await medirRest(bancada.enderecos.pedidos, '/pedidos', novaChave, emVoo, segundos))
  }
  console.table({ nossa: mediana(nossa), gêmea: mediana(gemea) })
  console.log(`razão nossa/gêmea por rodada: ${razoes(nossa, gemea)}`)
  const relatorio = await bancada.conferir()
  console.log(`${relatorio.pedidos} pedidos conferidos, ${relatorio.totalDeProblemas} problemas`)
}

export const novaChave = () => ({ 'idempotency-key': randomUUID() })
export const CORPO = JSON.stringify({
  cliente_id: 1,
  itens: [
    { produto_id: 1, quantidade: 1 },
    { produto_id: 2, quantidade: 2 },
  ],
  metodo: 'pix',
})

export async function medirRest(
  url: string,
  path: string,
  extras: () => Record<string, string>,
  emVoo: number,
  segundos: number,
): Promise<Medida> {
  const pool = new Pool(url, { connections: emVoo })
  try {
    const uma = async () => {
      const headers = { 'content-type': 'application/json', ...extras() }
      const resposta = await pool.request({ method: 'POST', path, headers, body: CORPO })
      await resposta.body.dump()
      return resposta.statusCode < 300
    }
    return await carregar(uma, emVoo, segundos)
  } finally {
    await pool.destroy()
  }
}
