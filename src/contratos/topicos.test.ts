// The table of topics agrees with the flow: each event with a follow-up elsewhere travels on one
// topic, and each topic is read by exactly those who have something to do because of it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EVENTOS } from '../../testes/eventos.ts'
import { destino } from './comandos.ts'
import type { TipoEvento } from './eventos.ts'
import { proximo, registro } from './fluxo.ts'
import { fluxoPorTopico, TOPICOS, topicoDoFluxo } from './topicos.ts'

const quemAge = (tipo: TipoEvento): string[] => {
  const comandos = [proximo(EVENTOS[tipo]), registro(EVENTOS[tipo])]
  return comandos.flatMap((comando) => (comando ? [destino[comando.tipo]] : []))
}

test('cada tópico é lido por quem tem o que fazer com ele, e só por quem tem', () => {
  for (const [nome, { eventos, leitores }] of Object.entries(fluxoPorTopico)) {
    assert.deepEqual([...leitores].sort(), [...new Set(eventos.flatMap(quemAge))].sort(), nome)
  }
})

test('todo evento que alguém continua viaja em um tópico, e os demais em nenhum', () => {
  for (const tipo of Object.keys(EVENTOS) as TipoEvento[]) {
    assert.equal(topicoDoFluxo(tipo) !== undefined, quemAge(tipo).length > 0, tipo)
  }
})

test('os nomes dos tópicos são legais no Kafka e diferentes entre si', () => {
  assert.equal(new Set(TOPICOS).size, TOPICOS.length)
  for (const nome of TOPICOS) assert.match(nome, /^[a-z_]{1,249}$/)
})
