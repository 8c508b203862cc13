// Every event, written to bytes and read again, is the event it was: nothing added, nothing lost.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EVENTOS } from '../../../testes/eventos.ts'
import { METODOS } from '../../contratos/comandos.ts'
import { MAIOR_VALOR } from '../../contratos/dinheiro.ts'
import { type CodigoDeErro, ERROS, ErroDeNegocio } from '../../contratos/errors.ts'
import { type Evento, STATUS, type TipoEvento } from '../../contratos/eventos.ts'
import { MAIOR_ID } from '../../contratos/ids.ts'
import type { Trilha } from '../arquitetura.ts'
import * as fio from './gerado/comum.ts'
import { escreverTrilha, lerTrilha } from './trilha.ts'

const MAIOR_INT32 = 2_147_483_647

/** Over bytes, as it goes. */
const viajar = (trilha: Trilha): Trilha =>
  lerTrilha(fio.Trilha.decode(fio.Trilha.encode(escreverTrilha(trilha)).finish()))
const ida = (evento: Evento): Evento | undefined =>
  viajar({ passos: [{ evento, repetido: false }] }).passos[0]?.evento

// The limits come up often: an integer of protobuf changes its sign or its exactness there.
const inteiro = (menor: number, maior: number) =>
  fc.oneof(fc.constantFrom(menor, maior), fc.integer({ min: menor, max: maior }))
const centavos = fc.oneof(
  fc.constantFrom(1, MAIOR_INT32, MAIOR_INT32 + 1, MAIOR_VALOR),
  fc.maxSafeNat().map((n) => 1 + (n % MAIOR_VALOR)),
)
const texto = fc.oneof(fc.constantFrom('', 'ação não concluída'), fc.string({ unit: 'grapheme' }))
const id = inteiro(1, MAIOR_ID)
const item = fc.record(
  { produto_id: id, quantidade: id, preco_unitario_centavos: centavos },
  { requiredKeys: ['produto_id', 'quantidade'], noNullPrototype: true },
)

/** Every field that an event may have, by its name: here too each name has one type. */
const CAMPOS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  pedido_id: id,
  chave_simulacao: texto,
  cliente_id: id,
  itens: fc.array(item, { maxLength: 5 }),
  valor_centavos: centavos,
  metodo: fc.constantFrom(...METODOS),
  pontuacao: inteiro(0, 100),
  analisado_em: fc.date({ noInvalidDate: true }).map((data) => data.toISOString()),
  motivo: texto,
  data_separacao: fc.date({ noInvalidDate: true }).map((data) => data.toISOString()),
  numero: inteiro(1, MAIOR_INT32),
  chave_acesso: texto,
  codigo_rastreamento: texto,
  status: fc.constantFrom(...STATUS),
  mudou: fc.boolean(),
}

/** An event of the type with these fields, any of them absent but the first two. */
function eventoDe(tipo: TipoEvento, campos: readonly string[]): fc.Arbitrary<Evento> {
  const forma = Object.fromEntries(campos.map((nome) => [nome, CAMPOS[nome]!]))
  const opcoes = { requiredKeys: ['tipo', 'pedido_id'] as never[], noNullPrototype: true }
  const evento = fc.record({ tipo: fc.constant(tipo), ...forma }, opcoes)
  return evento as fc.Arbitrary<unknown> as fc.Arbitrary<Evento>
}

for (const [tipo, exemplo] of Object.entries(EVENTOS)) {
  const campos = Object.keys(exemplo).filter((nome) => nome !== 'tipo')
  test(`${tipo} chega igual ao que saiu, com quaisquer valores e ausências`, () => {
    assert.deepStrictEqual(ida(exemplo as Evento), exemplo)
    fc.assert(
      fc.property(eventoDe(tipo as TipoEvento, campos), (evento) => {
        const lido = ida(evento)
        assert.deepStrictEqual(lido, evento)
        assert.ok(Object.values(lido as object).every((valor) => valor !== undefined))
      }),
      { numRuns: 60 },
    )
  })
}

test('lista vazia e nenhuma lista não são a mesma coisa', () => {
  const { itens: _, ...semItens } = EVENTOS.PagamentoAprovado
  assert.deepStrictEqual(ida({ ...semItens, itens: [] }), { ...semItens, itens: [] })
  assert.deepStrictEqual(ida(semItens), semItens)
  assert.deepStrictEqual(ida({ ...semItens, itens: undefined }), semItens)
})

test('a ordem dos passos e quem já era conhecido chegam como saíram', () => {
  const passos = Object.values(EVENTOS).map((evento, i) => ({
    evento: evento as Evento,
    repetido: i % 2 === 0,
  }))
  assert.deepStrictEqual(viajar({ passos }), { passos, falha: undefined })
  assert.deepStrictEqual(viajar({ passos: [] }), { passos: [], falha: undefined })
})

test('a falha chega com o código, o texto, o campo e se veio de mais longe', () => {
  const detalhes = [
    {},
    { campo: 'itens.0.quantidade' },
    { repassado: true },
    { campo: 'endereço.número', repassado: true },
  ]
  for (const codigo of Object.keys(ERROS) as CodigoDeErro[]) {
    for (const dado of detalhes) {
      const falha = new ErroDeNegocio(codigo, 'Não há unidades: “açaí” 100%.', dado)
      const lida = viajar({ passos: [], falha }).falha
      assert.ok(lida instanceof ErroDeNegocio)
      const { message, campo, repassado, canRetry } = lida
      assert.deepEqual(
        [lida.codigo, message, campo, repassado, canRetry],
        [codigo, falha.message, falha.campo, falha.repassado, falha.canRetry],
      )
    }
  }
})

test('código que não conhecemos é falha que pode passar; sem texto, vale o do catálogo', () => {
  const alheia = { codigo: 'codigo_de_amanha', detalhe: '', repassado: false }
  const { falha } = lerTrilha({ passos: [], falha: alheia })
  assert.equal(falha?.codigo, 'servico_indisponivel')
  assert.equal(falha.message, ERROS.servico_indisponivel.titulo)
})
