// Whether the caller takes what a route answers in (RFC 9110, 12.5.1): of the ranges of `Accept`
// the most specific that fits decides, and q=0 excludes. Parameters but q are passed over.

/** `tipos`: in lower case, without parameters. */
export function aceita(accept: string | undefined, tipos: readonly string[]): boolean {
  if (accept === undefined || accept === '*/*' || accept.trim() === '') return true
  const faixas = accept.split(',').map(lerFaixa)
  return tipos.some((tipo) => {
    const [grupo] = tipo.split('/')
    const melhores = [tipo, `${grupo}/*`, '*/*'].map((nome) =>
      faixas.filter((faixa) => faixa.nome === nome),
    )
    const decide = melhores.find((iguais) => iguais.length > 0)
    return decide?.some(({ q }) => q > 0) ?? false
  })
}

interface Faixa {
  readonly nome: string
  readonly q: number
}

function lerFaixa(texto: string): Faixa {
  const [nome = '', ...parametros] = texto.split(';').map((parte) => parte.trim().toLowerCase())
  const peso = parametros.find((parametro) => parametro.startsWith('q='))?.slice(2)
  const q = peso === undefined ? 1 : Number(peso)
  // Some old clients write a lone asterisk; a weight that is no number is as good as none.
  return { nome: nome === '*' ? '*/*' : nome, q: Number.isNaN(q) ? 1 : q }
}
