// Planted bugs of publish/subscribe, each judged by the fast test beside the code it breaks: what a
// broker would show only at the moment of a fall.
import type { Mutante } from './lista.ts'

const INBOUND = 'src/arquiteturas/kafka/inbound.ts'
const deInbound = {
  arquivo: INBOUND,
  features: [],
  teste: 'src/arquiteturas/kafka/inbound.test.ts',
}
const CONSUMO = 'src/arquiteturas/kafka/consumo.ts'
const deConsumo = { features: [], teste: 'src/arquiteturas/kafka/consumo_intercalado.test.ts' }
const deRelay = { features: [], teste: 'src/persistencia/relay_quedas.test.ts' }

export const DO_KAFKA: readonly Mutante[] = [
  {
    nome: 'confirmar a mensagem antes do que ela pede',
    arquivo: CONSUMO,
    de: 'await opcoes.tratar(mensagem, fim.signal)\n      concluir()',
    para: 'concluir()\n      await opcoes.tratar(mensagem, fim.signal)',
    ...deConsumo,
  },
  {
    nome: 'confirmar até a última feita, por cima das que faltam',
    arquivo: 'src/arquiteturas/kafka/trilhas.ts',
    de: 'trecho.feito = true\n',
    para: 'trecho.feito = true\n  trilha.inicio.ate = trecho.ate\n',
    ...deConsumo,
  },
  {
    nome: 'confirmar com a época de outra mensagem',
    arquivo: 'src/arquiteturas/kafka/trilhas.ts',
    de: 'trecho.epoca = seguinte.epoca\n',
    para: '',
    ...deConsumo,
  },
  {
    nome: 'confirmar numa geração o que foi lido em outra',
    arquivo: CONSUMO,
    de: 'novaGeracao: trilhas.recomecar',
    para: 'novaGeracao: () => undefined',
    ...{ features: [], teste: 'src/arquiteturas/kafka/consumo.test.ts' },
  },
  {
    nome: 'tratar ao mesmo tempo duas mensagens de um pedido',
    arquivo: CONSUMO,
    de: 'chave === undefined ? undefined : ultimas.get(chave)',
    para: 'undefined as Promise<void> | undefined',
    ...deConsumo,
  },
  {
    nome: 'avançar o cursor antes de publicar',
    arquivo: 'src/persistencia/relay.ts',
    de: "pontoDeQueda('antes_de_publicar')\n",
    para: 'await cursor.avancar(ultimo.id, [])\n',
    ...deRelay,
  },
  {
    nome: 'esquecer o evento que o destino recusou',
    arquivo: 'src/persistencia/relay.ts',
    de: 'marcador.anotar(ultimo.id, recusados)',
    para: 'marcador.anotar(ultimo.id, recusados.slice(1))',
    ...{ features: [], teste: 'src/persistencia/relay.test.ts', so: 'recus' },
  },
  {
    nome: 'dar ao comando o nome do lugar da mensagem',
    de: 'map((comando) => envelopar(comando, contexto))',
    para: `map((comando) => ({
      ...envelopar(comando, contexto),
      causa: \`\${mensagem.topico}/\${mensagem.offset}\` as never,
    }))`,
    ...deInbound,
  },
  {
    nome: 'dar por morta a mensagem na primeira falha passageira',
    de: 'erro.canRetry && performance.now() - desde + pausaMs <= paciencia.totalMs',
    para: 'false',
    ...deInbound,
  },
  {
    nome: 'não andar pelo que já era conhecido ao retomar',
    de: 'if (retomada) await saida.mandar',
    para: 'if (false) await saida.mandar',
    ...deInbound,
  },
  {
    nome: 'dizer de novo a cada repetição, e marcado',
    de: 'if (retomada) await saida.mandar',
    para: 'if (true) await saida.mandar',
    ...deInbound,
  },
  {
    nome: 'não registrar o status do pedido a cada passo',
    de: '[proximo(evento), registro(evento)]',
    para: '[proximo(evento)]',
    ...deInbound,
  },
  {
    nome: 'dar a mensagem por feita sem que a sua morte esteja escrita',
    de: 'await insistir(enterrarAgora, () => true, paciencia, signal)',
    para: 'await enterrarAgora().catch(() => undefined)',
    ...deInbound,
  },
  {
    nome: 'ler pela posição na tabela, e não pela palavra do status',
    arquivo: 'src/arquiteturas/kafka/mensagens.ts',
    de: '.find((t) => STATUS[t] === dito)',
    para: '[0]',
    ...{ features: [], teste: 'src/arquiteturas/kafka/mensagens.test.ts' },
  },
]
