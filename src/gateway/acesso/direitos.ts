// Who may do what, as data: every route names its act (`config.acao`), one hook reads this table,
// and the documentation prints it.

export const PAPEIS = ['cliente', 'operador', 'admin'] as const
export type Papel = (typeof PAPEIS)[number]

export interface Direito {
  readonly papeis: readonly Papel[] | 'publico'
  /** A cliente reaches only what is its own; for it, the rest does not exist. */
  readonly posse?: 'proprio'
  /**
   * Written down before it is done, with its outcome after; 'equipe': unless a client does it. The
   * body is written down too: never mark an act whose body has a password, a code or a CPF. Those
   * write their own rows (`anotar`, `anotarEm`).
   */
  readonly auditada?: true | 'equipe'
}

const publico = { papeis: 'publico' } as const
const cadaUmOSeu = { papeis: PAPEIS, posse: 'proprio' } as const
const equipe = { papeis: ['operador', 'admin'] } as const
const administracao = { papeis: ['admin'] } as const

export const DIREITOS = {
  ver_saude: publico,
  ver_metricas: publico,
  ver_documentacao: publico,
  ver_produtos: publico,
  ver_produto: publico,
  ver_chaves: publico,
  cadastrar: publico,
  entrar: publico,
  renovar: publico,
  sair: { papeis: PAPEIS },
  ver_conta: { papeis: PAPEIS },
  mudar_conta: { papeis: PAPEIS },
  mudar_senha: { papeis: PAPEIS },
  ver_preferencias: { papeis: PAPEIS },
  mudar_preferencias: { papeis: PAPEIS },
  fazer_pedido: { papeis: ['cliente'], posse: 'proprio' },
  ver_pedidos: cadaUmOSeu,
  ver_pedido: cadaUmOSeu,
  ver_rastro: cadaUmOSeu,
  ver_eventos: cadaUmOSeu,
  cancelar_pedido: { ...cadaUmOSeu, auditada: 'equipe' },
  entregar_pedido: { ...equipe, auditada: true },
  ver_simulacao: equipe,
  mudar_simulacao: { ...equipe, auditada: true },
  ver_kafka: equipe,
  rotacionar_chaves: { ...administracao, auditada: true },
  ver_auditoria: administracao,
  ver_retidos: equipe,
  retomar_pedido: { ...equipe, auditada: true },
  ver_mortas: equipe,
  ver_morta: equipe,
  ver_mensagens: equipe,
  ver_mensagem: equipe,
  contar_mensagens: equipe,
  reenviar_morta: { ...equipe, auditada: true },
  reenviar_mortas: { ...equipe, auditada: true },
  ver_notificacoes: equipe,
  reenviar_notificacoes: { ...equipe, auditada: true },
  criar_produto: { ...administracao, auditada: true },
  mudar_produto: { ...administracao, auditada: true },
  repor_estoque: { ...administracao, auditada: true },
  ver_usuarios: administracao,
  mudar_papel: { ...administracao, auditada: true },
} as const satisfies Record<string, Direito>
export type Acao = keyof typeof DIREITOS

export const direitoA = (acao: Acao): Direito => DIREITOS[acao]

/** In Portuguese, for the documentation, e.g. "cliente (só o que é seu), operador, admin". */
export function quemPode(acao: Acao): string {
  const { papeis, posse } = direitoA(acao)
  if (papeis === 'publico') return 'qualquer pessoa'
  return papeis
    .map((papel) => (posse && papel === 'cliente' ? 'cliente (só o que é seu)' : papel))
    .join(', ')
}
