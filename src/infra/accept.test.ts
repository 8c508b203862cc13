// Which `Accept` admits which type, by the rules of RFC 9110.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aceita } from './accept.ts'

const JSON_OU_TEXTO = ['application/json', 'text/plain']

for (const accept of [
  undefined,
  '',
  ' ',
  '*/*',
  '*',
  'application/json',
  'Application/JSON; charset=utf-8',
  'application/*',
  'text/html, */*;q=0.1',
  'text/html,text/plain;version=0.0.4;q=0.5',
  '*/*;q=0, application/json',
  'application/json;q=0, */*',
  'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
  'application/json;q=x',
]) {
  test(`Accept: ${accept} admite`, () => assert.equal(aceita(accept, JSON_OU_TEXTO), true))
}

for (const accept of [
  'text/html',
  'application/xml, image/*',
  '*/*;q=0',
  'application/json;q=0, text/plain;Q=0.000, */*',
  'application/*;q=0, text/*;q=0, */*',
  'application/problem+json',
  'json',
]) {
  test(`Accept: ${accept} não admite`, () => assert.equal(aceita(accept, JSON_OU_TEXTO), false))
}
