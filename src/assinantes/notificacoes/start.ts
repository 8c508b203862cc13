// The subscriber `notificacoes`, on one page: each change of status of an order is told to its
// client once for each channel.
import { join } from 'node:path'
import type { NomeCanal } from '../../contratos/notificacoes.ts'
import type { Configuracao } from '../../infra/configuracao.ts'
import type { AbrirAssinante, Partes } from '../partes.ts'
import { abrirArquivo, apagarArquivosEm } from './canais/arquivo.ts'
import type { Canal } from './canais/canal.ts'
import { criarRegistroDeAvisos } from './canais/registro.ts'
import { abrirContatos } from './contatos.ts'
import { type Entrega, entregarSempre, type PartesDaEntrega } from './entrega.ts'
import { type Medidas, medir } from './medidas.ts'
import { abrirOutbox } from './outbox.ts'
import { podarSempre } from './poda.ts'
import { criarRecebimento } from './recebimento.ts'
import { registrarNotificacoes } from './rotas.ts'
import { RITMO } from './tentativa.ts'

const relogio = Date.now
const correioEm = ({ diretorio }: Configuracao): string => join(diretorio, 'correio')

export const abrir: AbrirAssinante = async (partes) => {
  await using pilha = new AsyncDisposableStack()
  const { configuracao, app, metricas, avisar, enterrar } = partes
  const { canais } = configuracao.notificacoes
  const outbox = pilha.use(abrirOutbox(join(partes.diretorio, 'notificacoes.db')))
  pilha.use(podarSempre(outbox, apagarArquivosEm(correioEm(configuracao)), relogio, avisar))
  const contatos = pilha.use(abrirContatos(partes.gatewayInterno, configuracao.credencial))
  const medidas = medir(metricas, canais, outbox.esperas, relogio)
  const entregas: Entrega[] = []
  for (const nome of canais) {
    const canal = await abrirCanal(nome, partes, pilha)
    const meios = { outbox, canal, contatos, ritmo: RITMO, relogio, avisar }
    entregas.push(pilha.use(entregarSempre({ ...meios, aoTentar: contar(canal, medidas, avisar) })))
  }
  const acordar = () => {
    for (const entrega of entregas) entrega.acordar()
  }
  registrarNotificacoes(app, outbox, acordar)
  partes.consumir(criarRecebimento({ outbox, canais, enterrar, relogio, acordar }))
  const aberto = pilha.move()
  return { [Symbol.asyncDispose]: () => aberto.disposeAsync() }
}

/** Each brings what the others do without. */
async function abrirCanal(
  nome: NomeCanal,
  { configuracao, anotar }: Partes,
  pilha: AsyncDisposableStack,
): Promise<Canal> {
  const { remetente, smtp = '' } = configuracao.notificacoes
  switch (nome) {
    case 'registro':
      return criarRegistroDeAvisos(anotar)
    case 'arquivo':
      return abrirArquivo(correioEm(configuracao), remetente)
    case 'smtp': {
      const { abrirSmtp } = await import('./canais/smtp.ts')
      return pilha.use(abrirSmtp(smtp, remetente))
    }
    default:
      return nome satisfies never
  }
}

/** A channel that fails says so once for each outage; whoever is given up, each time. */
function contar(
  { nome: canal }: Canal,
  medidas: Medidas,
  avisar: Partes['avisar'],
): PartesDaEntrega['aoTentar'] {
  let falhando = false
  return ({ pedido_id, cliente_id, status }, marca) => {
    medidas.contar(canal, marca)
    const { erro } = marca
    if ('fim' in marca && marca.fim === 'desistiu') {
      avisar('desistiu de uma notificação', { pedido_id, cliente_id, status, canal, erro })
    } else if (!('fim' in marca) && !falhando) {
      avisar('o canal falha: as suas notificações esperam', { canal, erro })
    }
    falhando = !('fim' in marca)
  }
}
