// Bad news ↔ gRPC, both ways: a status for everybody, and our stable `codigo` in the trailers.
import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { type CodigoDeErro, ErroDeNegocio, ehCodigo } from '../../contratos/errors.ts'
import { credencialRecusada } from '../credencial.ts'
import type { Falha } from './gerado/comum.ts'

const DE_CODIGO: Readonly<Record<CodigoDeErro, status>> = {
  requisicao_invalida: status.INVALID_ARGUMENT,
  chave_de_idempotencia_ausente: status.INVALID_ARGUMENT,
  nao_autenticado: status.UNAUTHENTICATED,
  credenciais_invalidas: status.UNAUTHENTICATED,
  renovacao_invalida: status.UNAUTHENTICATED,
  credencial_de_servico_invalida: status.UNAUTHENTICATED,
  acesso_negado: status.PERMISSION_DENIED,
  nao_encontrado: status.NOT_FOUND,
  pedido_desconhecido: status.NOT_FOUND,
  produto_nao_encontrado: status.NOT_FOUND,
  usuario_desconhecido: status.NOT_FOUND,
  morta_desconhecida: status.NOT_FOUND,
  mensagem_desconhecida: status.NOT_FOUND,
  metodo_nao_permitido: status.UNIMPLEMENTED,
  formato_nao_aceito: status.INVALID_ARGUMENT,
  requisicao_lenta: status.DEADLINE_EXCEEDED,
  comando_divergente: status.ALREADY_EXISTS,
  conflito_de_total: status.ALREADY_EXISTS,
  estoque_insuficiente: status.FAILED_PRECONDITION,
  pedido_ja_enviado: status.FAILED_PRECONDITION,
  pedido_encerrado: status.FAILED_PRECONDITION,
  envio_nao_agendado: status.FAILED_PRECONDITION,
  preco_mudou: status.FAILED_PRECONDITION,
  email_em_uso: status.ALREADY_EXISTS,
  ultimo_admin: status.FAILED_PRECONDITION,
  reenvio_impossivel: status.FAILED_PRECONDITION,
  chave_em_uso: status.ABORTED,
  corpo_grande_demais: status.RESOURCE_EXHAUSTED,
  tipo_de_conteudo_invalido: status.INVALID_ARGUMENT,
  campo_invalido: status.INVALID_ARGUMENT,
  produto_desconhecido: status.INVALID_ARGUMENT,
  mensagem_invalida: status.INVALID_ARGUMENT,
  valor_alto_demais: status.INVALID_ARGUMENT,
  chave_divergente: status.ALREADY_EXISTS,
  limite_excedido: status.RESOURCE_EXHAUSTED,
  cabecalhos_grandes_demais: status.RESOURCE_EXHAUSTED,
  defeito: status.INTERNAL,
  operacao_nao_suportada: status.UNIMPLEMENTED,
  arquitetura_fechada: status.FAILED_PRECONDITION,
  servico_indisponivel: status.UNAVAILABLE,
  pedido_em_andamento: status.UNAVAILABLE,
  sobrecarregado: status.RESOURCE_EXHAUSTED,
  prazo_esgotado: status.DEADLINE_EXCEEDED,
  encerrando: status.UNAVAILABLE,
  banco_ocupado: status.UNAVAILABLE,
  banco_sem_espaco: status.UNAVAILABLE,
  banco_falhou: status.UNAVAILABLE,
}

/** A foreign server's status, which has no `codigo`. */
function deStatus(codigo: status): CodigoDeErro {
  switch (codigo) {
    case status.INVALID_ARGUMENT:
    case status.OUT_OF_RANGE:
    case status.FAILED_PRECONDITION:
    case status.PERMISSION_DENIED:
    case status.UNAUTHENTICATED:
      return 'campo_invalido'
    case status.ALREADY_EXISTS:
      return 'comando_divergente'
    case status.UNIMPLEMENTED:
    case status.NOT_FOUND:
    case status.OK:
      return 'operacao_nao_suportada'
    case status.DEADLINE_EXCEEDED:
      return 'prazo_esgotado'
    case status.RESOURCE_EXHAUSTED:
      return 'sobrecarregado'
    case status.CANCELLED:
    case status.UNKNOWN:
    case status.ABORTED:
    case status.INTERNAL:
    case status.UNAVAILABLE:
    case status.DATA_LOSS:
      return 'servico_indisponivel'
    default:
      codigo satisfies never
      return 'servico_indisponivel'
  }
}

/** Never a stack or internal text: the message of a `defeito` is the catalogue's. */
export function paraGrpc(erro: ErroDeNegocio, extras: Readonly<Record<string, string>> = {}) {
  const metadata = new Metadata()
  metadata.set('codigo', erro.codigo)
  if (erro.campo !== undefined) metadata.set('campo', encodeURIComponent(erro.campo))
  if (erro.repassado) metadata.set('repassado', '1')
  for (const [nome, valor] of Object.entries(extras)) metadata.set(nome, valor)
  return { code: DE_CODIGO[erro.codigo], details: erro.message, metadata }
}

const textoDe = (metadata: Metadata | undefined, nome: string): string | undefined => {
  const valor = metadata?.get(nome)[0]
  return valor === undefined ? undefined : String(valor)
}

/** A status that is not a success, ours or a foreign server's. */
export function deGrpc({ code, details, metadata }: ServiceError): ErroDeNegocio {
  const codigo = textoDe(metadata, 'codigo')
  if (!ehCodigo(codigo)) {
    return new ErroDeNegocio(deStatus(code), `A chamada terminou em ${status[code] ?? code}.`)
  }
  if (codigo === 'credencial_de_servico_invalida') return credencialRecusada()
  const campo = textoDe(metadata, 'campo')
  return new ErroDeNegocio(codigo, details, {
    ...(campo !== undefined && { campo: decodificar(campo) }),
    repassado: textoDe(metadata, 'repassado') === '1',
  })
}

function decodificar(campo: string): string {
  try {
    return decodeURIComponent(campo)
  } catch {
    return campo
  }
}

export const paraFalha = ({ codigo, message, campo, repassado }: ErroDeNegocio): Falha => ({
  ...{ codigo, detalhe: message, repassado },
  ...(campo !== undefined && { campo }),
})

export function deFalha({ codigo, detalhe, campo, repassado }: Falha): ErroDeNegocio {
  const conhecido = ehCodigo(codigo) ? codigo : 'servico_indisponivel'
  return new ErroDeNegocio(conhecido, detalhe || undefined, {
    ...(campo !== undefined && { campo }),
    repassado,
  })
}

/** UNAVAILABLE without a `codigo` is the client library's own: there was no conversation. */
export const falhouNaConexao = (erro: unknown): boolean => {
  const { code, metadata } = erro as Partial<ServiceError>
  return code === status.UNAVAILABLE && textoDe(metadata, 'codigo') === undefined
}
