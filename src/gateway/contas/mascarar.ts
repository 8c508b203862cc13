// Personal data as it may be shown: enough for its owner to recognise it, too little for anybody
// else to use it (LGPD, article 46).

const ESCONDIDO = '***'
/** Only what looks like an address shows its domain: people type passwords into this field. */
const ENDERECO = /^(\w)[^@\s]*(@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,})$/i

/** `c***@example.com`; anything else is hidden whole. */
export function mascararEmail(email: string): string {
  const [, primeira = '', dominio = ''] = ENDERECO.exec(email.trim()) ?? []
  return `${primeira}${ESCONDIDO}${dominio}`
}

/** `***.456.789-**`, of eleven digits; anything else is hidden whole. */
export function mascararCpf(cpf: string): string {
  const [, segundo, terceiro] = /^\d{3}(\d{3})(\d{3})\d{2}$/.exec(cpf) ?? []
  return segundo && terceiro ? `***.${segundo}.${terceiro}-**` : ESCONDIDO
}
