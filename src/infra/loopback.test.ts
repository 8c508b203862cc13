// Which addresses and which values of `Host` are this machine's own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ehLoopback, hostEhLoopback } from './loopback.ts'

test('endereço que só esta máquina alcança', () => {
  for (const nosso of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) {
    assert.equal(ehLoopback(nosso), true, nosso)
  }
  for (const outro of ['0.0.0.0', '128.0.0.1', '::', '::ffff:10.0.0.1', 'fe80::1', '']) {
    assert.equal(ehLoopback(outro), false, outro)
  }
})

test('Host que só esta máquina tem', () => {
  for (const nosso of ['localhost', 'LocalHost:3001', '127.0.0.1:80', '127.9.9.9', '[::1]:3001']) {
    assert.equal(hostEhLoopback(nosso), true, nosso)
  }
  for (const outro of [
    ...['mal.example', 'mal.example:3001', 'localhost.mal.example', '127.0.0.1.mal.example'],
    ...['mal.localhost', 'x127.0.0.1', '127.mal.example', '10.0.0.1:3001', '[::2]', '::1', ''],
  ]) {
    assert.equal(hostEhLoopback(outro), false, outro)
  }
})
