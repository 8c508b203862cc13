// The only fault a call can have that a service did not report itself: nobody is there.
import { ErroDeNegocio } from '../../contratos/errors.ts'
import type { NomeServico } from '../../contratos/ids.ts'

export const servicoFechado = (nome: NomeServico): ErroDeNegocio =>
  new ErroDeNegocio('servico_indisponivel', `O serviço ${nome} não está aberto.`)
