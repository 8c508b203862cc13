// /docs: the interactive documentation, from its own bundle and without the network. The bundle
// costs 45 MB of memory and a fifth of a second, so it is loaded when somebody first looks.
import { hash } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'

const PREFIXO = '/docs'
const SCRIPT = `${PREFIXO}/js/scalar.js`
const UMA_HORA = 'public, max-age=3600'

interface Documentacao {
  readonly pagina: string
  readonly script: Buffer
  /** Only our own script runs, and the page talks to nobody else. */
  readonly csp: string
}

export function registrarDocumentacao(rotas: FastifyInstance): void {
  const config = { acao: 'ver_documentacao' } as const
  const schema = { hide: true, produces: ['text/html'] }
  let carregada: Promise<Documentacao> | undefined
  const documentacao = () => {
    carregada ??= carregar()
    return carregada
  }

  rotas.get(PREFIXO, { config, schema }, (_requisicao, resposta) =>
    resposta.redirect(`${PREFIXO}/`, 308),
  )
  rotas.get(`${PREFIXO}/`, { config, schema }, async (_requisicao, resposta) => {
    const { pagina, csp } = await documentacao()
    resposta.header('content-security-policy', csp)
    return resposta.type('text/html; charset=utf-8').send(pagina)
  })
  const script = { hide: true, produces: ['application/javascript'] }
  rotas.get(SCRIPT, { config, schema: script }, async (_requisicao, resposta) => {
    const { script } = await documentacao()
    resposta.header('cache-control', UMA_HORA)
    return resposta.type('application/javascript; charset=utf-8').send(script)
  })
}

/** The plugin on a server of its own that never listens: it is asked once for its two files. */
async function carregar(): Promise<Documentacao> {
  const { default: scalar } = await import('@scalar/fastify-api-reference')
  await using interno = Fastify()
  await interno.register(scalar, {
    routePrefix: PREFIXO,
    configuration: {
      url: '/openapi.json',
      pageTitle: 'quatrovias · API',
      localization: { locale: 'pt' },
      authentication: { preferredSecurityScheme: 'token' },
      // Nothing of this may leave the machine: no fonts, no proxy, no telemetry, no assistant.
      withDefaultFonts: false,
      proxyUrl: '',
      telemetry: false,
      agent: { disabled: true },
      mcp: { disabled: true },
      showDeveloperTools: 'never',
      hideClientButton: true,
    },
  })
  const { body } = await interno.inject(`${PREFIXO}/`)
  const pagina = body.replace('<html>', '<html lang="pt-BR">')
  const { rawPayload: script } = await interno.inject(SCRIPT)
  return { pagina, script, csp: politica(pagina) }
}

/** The page's inline script is allowed by its digest; the styles that it injects have none. */
function politica(pagina: string): string {
  const embutidos = pagina.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)
  const digests = [...embutidos].map(
    ([, codigo = '']) => `'sha256-${hash('sha256', codigo, 'base64')}'`,
  )
  return [
    "default-src 'none'",
    `script-src 'self' ${digests.join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}
