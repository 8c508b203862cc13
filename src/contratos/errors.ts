// The catalogue of errors: one stable `codigo` each, with its HTTP status, whether a repeat may
// help, and what a person is told. docs/erros.md is held equal to this table by a test.

interface Descricao {
  readonly status: number
  readonly canRetry: boolean
  readonly titulo: string
}
const definitivo = (status: number, titulo: string): Descricao => ({
  status,
  canRetry: false,
  titulo,
})
const passageiro = (titulo: string, status = 503): Descricao => ({ status, canRetry: true, titulo })

export const ERROS = {
  requisicao_invalida: definitivo(400, 'A requisição não pôde ser lida.'),
  chave_de_idempotencia_ausente: definitivo(400, 'Falta o cabeçalho Idempotency-Key.'),
  nao_autenticado: definitivo(401, 'É preciso entrar: envie um token válido.'),
  credenciais_invalidas: definitivo(401, 'E-mail ou senha incorretos.'),
  renovacao_invalida: definitivo(401, 'A renovação não vale mais: entre de novo.'),
  credencial_de_servico_invalida: definitivo(401, 'Só outro serviço nosso pode pedir isto.'),
  acesso_negado: definitivo(403, 'Seu papel não permite esta ação.'),
  nao_encontrado: definitivo(404, 'O endereço pedido não existe.'),
  pedido_desconhecido: definitivo(404, 'Não há pedido com este número.'),
  produto_nao_encontrado: definitivo(404, 'Não há produto com este número.'),
  usuario_desconhecido: definitivo(404, 'Não há usuário com este número.'),
  morta_desconhecida: definitivo(404, 'Não há mensagem morta com este número.'),
  mensagem_desconhecida: definitivo(404, 'Não há mensagem auditada neste lugar.'),
  metodo_nao_permitido: definitivo(405, 'Este endereço não aceita este método.'),
  formato_nao_aceito: definitivo(406, 'A resposta só existe em outro formato.'),
  requisicao_lenta: definitivo(408, 'A requisição não chegou inteira a tempo.'),
  comando_divergente: definitivo(409, 'Este pedido já foi feito com outro conteúdo.'),
  conflito_de_total: definitivo(409, 'Esta venda já foi gravada com outro total.'),
  estoque_insuficiente: definitivo(409, 'Não há unidades livres de um dos produtos.'),
  pedido_ja_enviado: definitivo(409, 'O envio já foi agendado; o pedido não pode ser cancelado.'),
  pedido_encerrado: definitivo(409, 'O pedido já terminou.'),
  envio_nao_agendado: definitivo(409, 'O pedido não tem envio agendado.'),
  preco_mudou: definitivo(409, 'O total do pedido mudou desde que foi mostrado.'),
  email_em_uso: definitivo(409, 'Já há uma conta com este e-mail.'),
  ultimo_admin: definitivo(409, 'O sistema não pode ficar sem administrador.'),
  reenvio_impossivel: definitivo(409, 'Esta mensagem morta não pode ser reenviada.'),
  chave_em_uso: passageiro('Um pedido com esta Idempotency-Key ainda está em curso.', 409),
  corpo_grande_demais: definitivo(413, 'O corpo da requisição é grande demais.'),
  tipo_de_conteudo_invalido: definitivo(415, 'O corpo precisa ser application/json.'),
  campo_invalido: definitivo(422, 'Um campo tem valor inválido.'),
  produto_desconhecido: definitivo(422, 'Um dos produtos não existe.'),
  mensagem_invalida: definitivo(422, 'A mensagem não pôde ser entendida.'),
  valor_alto_demais: definitivo(422, 'O total do pedido passa do limite.'),
  chave_divergente: definitivo(422, 'Esta Idempotency-Key já foi usada com outro conteúdo.'),
  limite_excedido: passageiro('Requisições demais em pouco tempo.', 429),
  cabecalhos_grandes_demais: definitivo(431, 'Os cabeçalhos da requisição são grandes demais.'),
  defeito: definitivo(500, 'Erro interno; o registro do serviço tem os detalhes.'),
  operacao_nao_suportada: definitivo(501, 'O serviço que respondeu não oferece esta operação.'),
  arquitetura_fechada: definitivo(503, 'Esta arquitetura não está aberta.'),
  servico_indisponivel: passageiro('Um serviço da cadeia não respondeu.'),
  pedido_em_andamento: passageiro('O pedido foi aceito e ainda está em andamento.'),
  sobrecarregado: passageiro('Muitos pedidos ao mesmo tempo.'),
  prazo_esgotado: passageiro('O prazo da requisição acabou antes da resposta.', 504),
  encerrando: passageiro('O serviço está encerrando.'),
  banco_ocupado: passageiro('O banco de dados está ocupado.'),
  banco_sem_espaco: passageiro('Não há espaço em disco para gravar.'),
  banco_falhou: passageiro('O banco de dados não pôde gravar.'),
} as const satisfies Record<string, Descricao>
export type CodigoDeErro = keyof typeof ERROS

/** `campo`: path of the offending field, e.g. `itens.0.quantidade`. */
export interface DetalhesDoErro {
  readonly campo?: string
  readonly causa?: unknown
  /** Came from a service further down the chain: whoever sees it must not retry it. */
  readonly repassado?: boolean
}

/** Any bad news that is not an event: a transient fault, or a command that cannot be accepted. */
export class ErroDeNegocio extends Error {
  readonly codigo: CodigoDeErro
  readonly campo: string | undefined
  readonly repassado: boolean

  constructor(codigo: CodigoDeErro, detalhe?: string, detalhes: DetalhesDoErro = {}) {
    super(detalhe ?? ERROS[codigo].titulo, { cause: detalhes.causa })
    this.name = 'ErroDeNegocio'
    this.codigo = codigo
    this.campo = detalhes.campo
    this.repassado = detalhes.repassado ?? false
  }

  get status(): number {
    return ERROS[this.codigo].status
  }
  get canRetry(): boolean {
    return ERROS[this.codigo].canRetry
  }
}

export const ehCodigo = (texto: unknown): texto is CodigoDeErro =>
  typeof texto === 'string' && Object.hasOwn(ERROS, texto)

/** What was thrown, as bad news with a code: the unforeseen is a `defeito`, never swallowed. */
export function comoErro(lancado: unknown): ErroDeNegocio {
  if (lancado instanceof ErroDeNegocio) return lancado
  return new ErroDeNegocio('defeito', undefined, { causa: lancado })
}
