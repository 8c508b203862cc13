// The secret that the processes share: with it everything works as without, on every wire; who does
// not know it gets nothing; and it is written nowhere.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposableSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { status } from '@grpc/grpc-js'
import { MODOS_GRPC } from '../../src/arquiteturas/arquitetura.ts'
import { CREDENCIAL } from '../../src/arquiteturas/credencial.ts'
import { abrirCanal, abrirEstranho, PAGAR } from '../../src/arquiteturas/grpc/portas_de_teste.ts'
import { SERVICOS } from '../../src/contratos/ids.ts'
import { requisitar } from '../../src/gateway/gateway_de_teste.ts'
import { lerConfiguracao } from '../../src/infra/configuracao.ts'
import { QUAISQUER_PORTAS } from '../../src/infra/enderecos.ts'
import { lerEstado } from '../../src/infra/estado.ts'
import { abrirBancada, type Bancada } from '../../src/laboratorio/bancada.ts'
import { ate } from '../ate.ts'
import { conferirSilencio } from '../silencio.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const SEGREDO = 'um-segredo-de-teste-que-ninguem-sabe-123'
const ERRADAS = [undefined, `${SEGREDO}x`, SEGREDO.replace('1', '2'), '']
const LIMITE_MS = 30_000

async function pedir({ diretorio, gateway }: Bancada, arquitetura: string) {
  const { cliente } = JSON.parse(readFileSync(join(diretorio, 'credenciais.json'), 'utf8'))
  const { json } = await requisitar(gateway, 'POST', '/auth/login', { corpo: cliente })
  return requisitar(gateway, 'POST', '/pedidos', {
    token: String(json.token),
    corpo: { itens: [{ produto_id: 1, quantidade: 1 }], metodo: 'pix', arquitetura },
    cabecalhos: { 'idempotency-key': `com-${arquitetura}` },
  })
}

const comSegredo = (dito: string | undefined): Record<string, string> =>
  dito === undefined ? {} : { [CREDENCIAL]: dito }

async function conferirHttp(bancada: Bancada): Promise<void> {
  for (const nome of SERVICOS) {
    const url = bancada.enderecos[nome]
    for (const dito of ERRADAS) {
      const cabecalhos = comSegredo(dito)
      for (const caminho of ['/pedidos/1', '/interno/eventos', '/metrics', '/openapi.json', '/x']) {
        const { status, json } = await requisitar(url, 'GET', caminho, { cabecalhos })
        assert.deepEqual([status, json.codigo], [401, 'credencial_de_servico_invalida'], caminho)
      }
      for (const caminho of ['/healthz', '/readyz']) {
        assert.equal((await requisitar(url, 'GET', caminho, { cabecalhos })).status, 200, caminho)
      }
    }
    const certa = { cabecalhos: comSegredo(SEGREDO) }
    assert.equal((await requisitar(url, 'GET', '/metrics', certa)).status, 200)
  }
}

async function conferirGrpc({ enderecosGrpc }: Bancada): Promise<void> {
  using estranho = abrirEstranho(enderecosGrpc.pagamentos)
  const pagamento = { pedido_id: 700_001, valor: 1, itens: [] }
  for (const dito of ERRADAS) {
    const fim = await estranho.chamar(PAGAR, pagamento, comSegredo(dito))
    assert.deepEqual([fim.code, fim.resposta], [status.UNAUTHENTICATED, undefined])
    assert.equal(fim.metadata.get('codigo')[0], 'credencial_de_servico_invalida')
  }
  using canal = abrirCanal(estranho.canal)
  assert.equal(await ate(canal.fim, LIMITE_MS, 'o canal recusado'), status.UNAUTHENTICATED)
  const cru = (bytes: Buffer) => bytes
  const caminho = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo'
  const reflexao = estranho.canal.makeBidiStreamRequest(caminho, cru, cru)
  reflexao.on('error', () => undefined)
  reflexao.resume()
  const fim = new Promise((resolver) => reflexao.on('status', ({ code }) => resolver(code)))
  assert.equal(await fim, status.UNAUTHENTICATED)
  const saude = await estranho.chamar(
    { path: '/grpc.health.v1.Health/Check', requestSerialize: cru, responseDeserialize: cru },
    Buffer.alloc(0),
  )
  assert.equal(saude.code, status.OK)
  assert.equal((await estranho.chamar(PAGAR, pagamento, comSegredo(SEGREDO))).code, status.OK)
}

describe('credencial de serviço', () => {
  for (const modo of MODOS_GRPC) {
    it(`com ela um pedido vai até o fim por rest e por grpc (${modo}); sem ela, nada`, async () => {
      await using bancada = await abrirBancada({
        gateway: true,
        ambiente: { QUATROVIAS_CREDENCIAL: SEGREDO, QUATROVIAS_GRPC: modo },
      })
      for (const arquitetura of ['rest', 'grpc']) {
        const { status, json, texto } = await pedir(bancada, arquitetura)
        assert.deepEqual(
          [status, json.status, json.arquitetura],
          [201, 'enviado', arquitetura],
          texto,
        )
      }
      await conferirHttp(bancada)
      await conferirGrpc(bancada)
      conferirSilencio(
        [SEGREDO],
        bancada.diretorio,
        [...SERVICOS, 'gateway' as const].map(bancada.pid),
      )
    })
  }

  it('um serviço que tem outra não estraga o pedido: ele espera, sem ficar retido', async () => {
    await using bancada = await abrirBancada({
      gateway: true,
      ambiente: { QUATROVIAS_CREDENCIAL: SEGREDO },
      doServico: { fiscal: { QUATROVIAS_CREDENCIAL: `${SEGREDO}-outra` } },
    })
    for (const arquitetura of ['rest', 'grpc']) {
      const { status, json } = await pedir(bancada, arquitetura)
      assert.deepEqual([status, json.codigo], [503, 'pedido_em_andamento'], arquitetura)
    }
    const certa = { cabecalhos: comSegredo(SEGREDO) }
    const { json } = await requisitar(bancada.enderecos.pedidos, 'GET', '/interno/situacao', certa)
    assert.deepEqual([json.abertos, json.retidos], [2, 0])
  })

  it('npm start aberto à rede, com ela: tudo responde, e ela não aparece', async () => {
    using pasta = mkdtempDisposableSync(join(tmpdir(), 'quatrovias-credencial-'))
    const diretorio = join(pasta.path, 'q')
    const env = {
      ...{ ...process.env, ...QUAISQUER_PORTAS },
      QUATROVIAS_DIR: diretorio,
      // Those that carry the credential.
      QUATROVIAS_ARQUITETURAS: 'rest,grpc',
      ECOMMERCE_DB: join(pasta.path, 'e.db'),
      QUATROVIAS_PERFIL: 'instantanea',
      QUATROVIAS_ENDERECO: '0.0.0.0',
      QUATROVIAS_CREDENCIAL: SEGREDO,
    }
    const produto = spawn(process.execPath, [MAIN], { env, cwd: pasta.path })
    const saiu = once(produto, 'exit')
    let tela = ''
    for (const saida of [produto.stdout, produto.stderr]) {
      saida.on('data', (parte) => {
        tela += parte
      })
    }
    try {
      const subiu = () => tela.includes('no ar') || produto.exitCode !== null
      await ate(subiu, LIMITE_MS, 'início')
      const estado = lerEstado(diretorio)
      assert.ok(estado?.pronto, tela)
      const situacao = spawn(process.execPath, [MAIN, 'situacao'], { env, cwd: pasta.path })
      let dito = ''
      situacao.stdout.on('data', (parte) => {
        dito += parte
      })
      await once(situacao, 'close')
      assert.match(dito, /pedidos em aberto: 0/)
      const pids = Object.values(estado.servicos).map(({ pid }) => pid)
      conferirSilencio([SEGREDO], diretorio, [produto.pid, ...pids])
      assert.equal((tela + dito).includes(SEGREDO), false)
    } finally {
      produto.kill('SIGTERM')
      await saiu
    }
  })

  it('fora desta máquina, sem credencial ou com uma curta, o início é recusado', () => {
    const fora = { QUATROVIAS_ENDERECO: '0.0.0.0' }
    assert.throws(() => lerConfiguracao(fora), /exige QUATROVIAS_CREDENCIAL/)
    for (const QUATROVIAS_CREDENCIAL of ['curta', `com espaço ${SEGREDO}`, 'x'.repeat(31)]) {
      assert.throws(
        () => lerConfiguracao({ ...fora, QUATROVIAS_CREDENCIAL }),
        ({ message, exitCode }: Error & { exitCode?: number }) => {
          assert.match(message, /^QUATROVIAS_CREDENCIAL não serve: /)
          return exitCode === 2 && !message.includes(QUATROVIAS_CREDENCIAL)
        },
      )
    }
    for (const local of ['127.0.0.1', '127.8.8.8', '::1']) {
      assert.equal(lerConfiguracao({ QUATROVIAS_ENDERECO: local }).credencial, undefined)
    }
    assert.throws(() => lerConfiguracao({ QUATROVIAS_ENDERECO: '128.0.0.1' }))
  })
})
