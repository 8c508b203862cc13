// What the gateway says to the subscribers alone, on a port of its own among those of the services:
// how a client is reached. The public API has none of it.
import * as z from 'zod'
import { clienteId, idNoCaminho } from '../arquiteturas/campos.ts'
import { exigirCredencial } from '../arquiteturas/rest/credencial.ts'
import { ErroDeNegocio } from '../contratos/errors.ts'
import type { Configuracao } from '../infra/configuracao.ts'
import { recusarPaginas } from '../infra/navegador.ts'
import { criarServidor, escutar } from '../infra/servidor_http.ts'
import type { Contas } from './contas/contas.ts'

const comCliente = z.object({ cliente_id: idNoCaminho.pipe(clienteId) })

/** On `porta` (0: any) of the address of the services. Errors: ErroDeInicio when it is taken. */
export async function abrirInterno(
  { endereco, credencial }: Configuracao,
  contas: Pick<Contas, 'contato'>,
  porta: number,
  aoErrar: (erro: ErroDeNegocio) => void,
): Promise<AsyncDisposable & { readonly url: string }> {
  const app = criarServidor({
    titulo: 'quatrovias · gateway, por dentro',
    descricao: 'O que só os assinantes perguntam.',
    aoErrar,
  })
  recusarPaginas(app, endereco)
  if (credencial !== undefined) exigirCredencial(app, credencial)
  app.get('/interno/contatos/:cliente_id', {
    schema: { summary: 'Como falar com um cliente', tags: ['operação'], params: comCliente },
    handler: async ({ params }) => {
      const { cliente_id } = params as z.output<typeof comCliente>
      const contato = await contas.contato(cliente_id)
      if (!contato) throw new ErroDeNegocio('usuario_desconhecido')
      return contato
    },
  })
  const url = await escutar(app, porta, endereco)
  return { url, [Symbol.asyncDispose]: async () => app.close() }
}
