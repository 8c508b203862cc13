// Raw connections of careless and hostile clients: each gets a problem or is cut, and the server
// goes on. What is waited for is the end of the connection; long waits are made short.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import { ERROS, type ErroDeNegocio } from '../contratos/errors.ts'
import { MAIOR_NUMERO_POR_ENDERECO } from './conexoes.ts'
import { criarServidor, escutar } from './servidor_http.ts'

const CAUDA = '\r\nHost: x\r\n'
const AOS_PEDACOS = 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
/** More than the buffers of a connection hold. */
const GRANDE = 'x'.repeat(64 * 1024 * 1024)
const CURTA_MS = 50

async function abrir() {
  const erros: ErroDeNegocio[] = []
  const app = criarServidor({
    titulo: 't',
    descricao: 'd',
    aoErrar: (erro) => void erros.push(erro),
  })
  const presa = Promise.withResolvers<void>()
  app.get('/', async () => ({ bem: true }))
  app.post('/', async ({ body }) => ({ body }))
  app.get('/presa', async () => {
    await presa.promise
    return { solta: true }
  })
  app.get('/grande', async (_requisicao, resposta) => resposta.send(GRANDE))
  await escutar(app, 0)
  const { port } = app.server.address() as AddressInfo
  return {
    ...{ app, erros },
    soltar: presa.resolve,
    ligar: () => ligar(port),
    [Symbol.asyncDispose]: async () => {
      presa.resolve()
      await app.close()
    },
  }
}

/** A connection, and all that it has heard once it is over. */
async function ligar(porta: number) {
  const socket = connect(porta, '127.0.0.1')
  const partes: Buffer[] = []
  socket.on('data', (parte: Buffer) => partes.push(parte))
  socket.on('error', () => undefined)
  const fechada = Promise.withResolvers<void>()
  socket.on('close', () => fechada.resolve())
  await once(socket, 'connect')
  return { socket, fim: fechada.promise.then(() => Buffer.concat(partes).toString('utf8')) }
}

function conferirProblema(ouvido: string, codigo: keyof typeof ERROS): void {
  const [cabecalhos = '', corpo = ''] = ouvido.split('\r\n\r\n')
  assert.match(cabecalhos, new RegExp(`^HTTP/1\\.1 ${ERROS[codigo].status} `))
  assert.match(cabecalhos, /\r\ncontent-type: application\/problem\+json; charset=utf-8\r\n/)
  assert.match(cabecalhos, /\r\nconnection: close/i)
  const problema = JSON.parse(corpo) as Record<string, unknown>
  assert.deepEqual([problema.codigo, problema.title], [codigo, ERROS[codigo].titulo])
}

const RUINS: readonly (readonly [string, string, keyof typeof ERROS])[] = [
  ['o que não é HTTP', 'oi\r\n\r\n', 'requisicao_invalida'],
  ['um método que não existe', `PEGAR /${CAUDA}`, 'requisicao_invalida'],
  ['cabeçalho sem nome', `GET / HTTP/1.1${CAUDA}: x\r\n\r\n`, 'requisicao_invalida'],
  [
    'dois tamanhos para um corpo',
    `POST / HTTP/1.1${CAUDA}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'requisicao_invalida',
  ],
  [
    'pedaço de corpo mal medido',
    `POST / HTTP/1.1${CAUDA}${AOS_PEDACOS}zz\r\n`,
    'requisicao_invalida',
  ],
  [
    'dez MB de cabeçalho',
    `GET / HTTP/1.1${CAUDA}X: ${'x'.repeat(10_000_000)}\r\n\r\n`,
    'cabecalhos_grandes_demais',
  ],
  [
    'duzentos cabeçalhos',
    `GET / HTTP/1.1${CAUDA}${'A: b\r\n'.repeat(200)}\r\n`,
    'cabecalhos_grandes_demais',
  ],
  ['CONNECT', `CONNECT x:1 HTTP/1.1${CAUDA}\r\n`, 'metodo_nao_permitido'],
  [
    'um corpo de quatro MB',
    `POST / HTTP/1.1${CAUDA}${AOS_PEDACOS}3d0900\r\n${' '.repeat(4_000_000)}\r\n0\r\n\r\n`,
    'corpo_grande_demais',
  ],
]
for (const [nome, texto, codigo] of RUINS) {
  test(`${nome}: ${codigo}, e a conexão acaba`, async () => {
    await using servidor = await abrir()
    const { socket, fim } = await servidor.ligar()
    socket.write(texto)
    conferirProblema(await fim, codigo)
    assert.deepEqual(servidor.erros, [])
    const outra = await servidor.ligar()
    outra.socket.end(`GET / HTTP/1.1${CAUDA}\r\n`)
    assert.match(await outra.fim, /^HTTP\/1\.1 200 /)
  })
}

test('requisição de HTTP/1.1 sem Host é 400; de HTTP/1.0, não', async () => {
  await using servidor = await abrir()
  for (const [versao, status] of [
    ['1.1', 400],
    ['1.0', 200],
  ] as const) {
    const { socket, fim } = await servidor.ligar()
    socket.end(`GET / HTTP/${versao}\r\n\r\n`)
    assert.match(await fim, new RegExp(`^HTTP/1\\.1 ${status} `))
  }
})

test('lixo depois de uma boa requisição: a resposta dela sai inteira, e é a última', async () => {
  await using servidor = await abrir()
  const { socket, fim } = await servidor.ligar()
  socket.write(`GET /presa HTTP/1.1${CAUDA}\r\nlixo lixo lixo\r\n\r\n`)
  const outra = await servidor.ligar()
  outra.socket.end(`GET / HTTP/1.1${CAUDA}\r\n`)
  await outra.fim
  servidor.soltar()
  const ouvido = await fim
  assert.match(ouvido, /^HTTP\/1\.1 200 /)
  assert.match(ouvido, /\{"solta":true\}$/)
})

/** Waits only for the next checking of the connections, every 2 s. */
const LENTAS: readonly (readonly [string, string, (socket: Socket) => void])[] = [
  ['quem manda um cabeçalho aos poucos', 'GET / HTTP/1.1\r\n', (s) => s.write('a')],
  [
    'quem manda um corpo sem fim',
    `POST / HTTP/1.1${CAUDA}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n`,
    (s) => s.write(' '),
  ],
  ['quem não diz nada', '', () => undefined],
]
for (const [nome, inicio, pingar] of LENTAS) {
  test(`${nome} é cortado com 408`, async () => {
    await using servidor = await abrir()
    servidor.app.server.headersTimeout = CURTA_MS
    servidor.app.server.requestTimeout = CURTA_MS
    const { socket, fim } = await servidor.ligar()
    socket.write(inicio)
    const gotas = setInterval(() => pingar(socket), CURTA_MS / 5)
    conferirProblema(await fim, 'requisicao_lenta')
    clearInterval(gotas)
    assert.deepEqual(servidor.erros, [])
  })
}

test('quem não lê a resposta é cortado, e quem a lê recebe tudo', async () => {
  await using servidor = await abrir()
  const { app } = servidor
  const cortada = Promise.withResolvers<boolean>()
  app.server.on('request', ({ url, socket }, resposta) => {
    if (url !== '/grande?parado') return
    resposta.once('close', () => cortada.resolve(!resposta.writableFinished))
    const { setTimeout } = socket
    socket.setTimeout = (ms, ...resto) => setTimeout.call(socket, Math.min(ms, CURTA_MS), ...resto)
  })
  const parado = await servidor.ligar()
  parado.socket.pause()
  parado.socket.write(`GET /grande?parado HTTP/1.1${CAUDA}\r\n`)
  assert.equal(await cortada.promise, true)
  parado.socket.destroy()
  const leitor = await servidor.ligar()
  leitor.socket.end(`GET /grande HTTP/1.1${CAUDA}\r\n`)
  assert.ok((await leitor.fim).length > GRANDE.length)
})

test('além do número de conexões, a próxima é cortada; e todas têm um limite', async () => {
  await using servidor = await abrir()
  const { server } = servidor.app
  assert.ok(server.maxConnections > 0 && (server.maxRequestsPerSocket ?? 0) > 0)
  assert.ok(server.headersTimeout <= 10_000 && server.requestTimeout <= 13_000)
  server.maxConnections = 2
  await using abertas = new AsyncDisposableStack()
  for (let i = 0; i < 2; i += 1) {
    const { socket } = await servidor.ligar()
    abertas.defer(async () => void socket.destroy())
  }
  const demais = await servidor.ligar()
  assert.equal(await demais.fim, '')
})

/** A connection that says it comes from `remoteAddress`. */
class ConexaoDe extends Duplex {
  readonly remoteAddress: string
  constructor(remoteAddress: string) {
    super()
    this.remoteAddress = remoteAddress
  }
  override _read() {}
}

test('endereço que tem todas as suas conexões só abre outra quando fecha uma', async () => {
  await using servidor = await abrir()
  const abrirDe = (endereco: string) => {
    const conexao = new ConexaoDe(endereco)
    servidor.app.server.emit('connection', conexao)
    return conexao
  }
  const muitas = (endereco: string) =>
    Array.from({ length: MAIOR_NUMERO_POR_ENDERECO }, () => abrirDe(endereco))
  const dele = muitas('203.0.113.7')
  assert.ok(dele.every(({ destroyed }) => !destroyed))
  const demais = abrirDe('203.0.113.7')
  assert.equal(demais.destroyed, true)
  assert.equal(abrirDe('203.0.113.8').destroyed, false)
  await once(demais, 'close')
  assert.equal(abrirDe('203.0.113.7').destroyed, true, 'a que foi cortada não contava')
  const fechada = dele.pop()?.destroy()
  assert.ok(fechada)
  await once(fechada, 'close')
  assert.equal(abrirDe('203.0.113.7').destroyed, false)
  assert.equal(abrirDe('203.0.113.7').destroyed, true)
  muitas('127.0.0.1')
  assert.equal(abrirDe('127.0.0.1').destroyed, false)
})

test('quem vai embora no meio do corpo não é um defeito nosso', async () => {
  await using servidor = await abrir()
  const respondida = Promise.withResolvers<number>()
  servidor.app.server.on('request', (_requisicao, resposta) =>
    resposta.once('close', () => respondida.resolve(resposta.statusCode)),
  )
  const { socket, fim } = await servidor.ligar()
  const cabecalhos = `Content-Type: application/json\r\nContent-Length: 9\r\n\r\n{`
  socket.end(`POST / HTTP/1.1${CAUDA}${cabecalhos}`)
  await fim
  await respondida.promise
  assert.deepEqual(servidor.erros, [])
})
