// Runs before every npm script, under whatever Node the machine has: installs the locked
// dependencies (the project's own Node 26 among them) when they are absent or out of date.
// Plain JavaScript, no import of ours or of node_modules: at this point nothing is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const raiz = join(dirname(fileURLToPath(import.meta.url)), '..')
const marca = join(raiz, 'node_modules', '.quatrovias-instalado')
const versao = createHash('sha256')
  .update(readFileSync(join(raiz, 'package-lock.json')))
  .update(`${process.platform}-${process.arch}`)
  .digest('hex')

const instalado = existsSync(marca) && readFileSync(marca, 'utf8') === versao
if (!instalado) {
  console.error('Instalando as dependências (só na primeira vez, cerca de meio minuto)…')
  const npm = process.env.npm_execpath
  const [comando, argumentos] = npm ? [process.execPath, [npm]] : ['npm', []]
  const opcoes = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  const { status } = spawnSync(comando, [...argumentos, ...opcoes], { cwd: raiz, stdio: 'inherit' })
  if (status !== 0) {
    console.error('A instalação falhou: confira a conexão com o registro de pacotes e repita.')
    process.exit(1)
  }
  writeFileSync(marca, versao)
}
