// What a careless or hostile client may send, as tables: the input, and the refusal it deserves.
import type { CodigoDeErro } from '../../src/contratos/errors.ts'
import type { NomeServico } from '../../src/contratos/ids.ts'

export interface Entrada {
  readonly nome: string
  readonly servico: NomeServico
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  /** Sent as it is. */
  readonly corpo?: string | Buffer
  readonly cabecalhos?: Readonly<Record<string, string>>
  readonly codigo: CodigoDeErro | readonly CodigoDeErro[]
  /** The field at fault; absent where no single one is. */
  readonly campo?: string
}

type Valor = unknown
const MAIOR_QUE_INT32 = 2_147_483_648
const IDS_RUINS: readonly Valor[] = [0, -1, 1.5, MAIOR_QUE_INT32, '1', 'x', null, true, [1], {}]
const QUANTIDADES_RUINS: readonly Valor[] = [0, -1, 0.5, 1_001, 1e9, 1e300, '1', null, true]
const FUNDO = 10_000

export const COMPRA = {
  cliente_id: 1,
  itens: [{ produto_id: 1, quantidade: 1 }],
  metodo: 'pix',
}
const JSON_MIME = { 'content-type': 'application/json' }
/** A key of its own for each, so that none is a repeat of another. */
let chaves = 0
const comChave = () => ({ ...JSON_MIME, 'idempotency-key': `ruim-${++chaves}` })

const linhas = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ produto_id: i + 1, quantidade: 1 }))

/** A valid body of each message, by the service that it goes to. */
const CORPOS: readonly (readonly [NomeServico, string, Readonly<Record<string, Valor>>])[] = [
  ['pedidos', '/pedidos', COMPRA],
  ['antifraude', '/analises', { ...COMPRA, pedido_id: 5_001, valor_centavos: 100 }],
  ['pagamentos', '/pagamentos', { pedido_id: 5_001, valor_centavos: 100, metodo: 'pix' }],
  ['estoque', '/estoque/separar', { pedido_id: 5_001, itens: COMPRA.itens }],
  ['fiscal', '/notas', { pedido_id: 5_001, valor_centavos: 100 }],
  ['logistica', '/envios', { pedido_id: 5_001, nota: 1 }],
]
const COM_ID_NO_CAMINHO: readonly (readonly [NomeServico, string])[] = [
  ['pedidos', '/pedidos/ID/cancelar'],
  ['pedidos', '/pedidos/ID/entregar'],
  ['pagamentos', '/pagamentos/ID/estorno'],
  ['estoque', '/estoque/ID/liberar'],
  ['fiscal', '/notas/ID/cancelar'],
  ['logistica', '/envios/ID/cancelar'],
  ['logistica', '/envios/ID/entregar'],
]
const LEITURAS: readonly (readonly [NomeServico, string])[] = [
  ['pedidos', '/pedidos/ID'],
  ['antifraude', '/analises/ID'],
  ['pagamentos', '/pagamentos/ID'],
  ['estoque', '/estoque/separacoes/ID'],
  ['fiscal', '/notas/ID'],
  ['logistica', '/envios/ID'],
]

/** Bad values for each field of a message that has it, and the path by which it is named. */
const CAMPOS_RUINS: readonly (readonly [
  string,
  (valor: Valor) => Valor,
  readonly Valor[],
  string,
])[] = [
  ['cliente_id', (v) => v, IDS_RUINS, 'cliente_id'],
  ['pedido_id', (v) => v, IDS_RUINS, 'pedido_id'],
  ['metodo', (v) => v, ['cheque', '', null, 1, ['pix']], 'metodo'],
  ['valor_centavos', (v) => v, [0, -1, 1.5, 1e300, '100', null], 'valor_centavos'],
  ['nota', (v) => v, [0, -1, 1.5, '1', null, 1e300], 'nota'],
  ['itens', (v) => v, [[], null, 'x', {}, linhas(101), linhas(5_000)], 'itens'],
  ['itens', (v) => [v], [null, 1, 'x', [1, 1]], 'itens.0'],
  ['itens', (v) => [{ produto_id: v, quantidade: 1 }], IDS_RUINS, 'itens.0.produto_id'],
  ['itens', (v) => [{ produto_id: 1, quantidade: v }], QUANTIDADES_RUINS, 'itens.0.quantidade'],
  ['itens', (v) => [v, v], [COMPRA.itens[0]], 'itens.1.produto_id'],
]

const mostrar = (valor: Valor): string => {
  const texto = JSON.stringify(valor) ?? 'ausente'
  return texto.length > 40 ? `${texto.slice(0, 30)}… (${texto.length} caracteres)` : texto
}

export const camposRuins: readonly Entrada[] = CORPOS.flatMap(([servico, path, bom]) =>
  CAMPOS_RUINS.filter(([nome]) => nome in bom).flatMap(([nome, por, valores, campo]) =>
    valores.map((valor) => ({
      ...{ servico, path, method: 'POST' as const, cabecalhos: comChave(), campo },
      nome: `${path} com ${campo} ${mostrar(valor)}`,
      corpo: JSON.stringify({ ...bom, [nome]: por(valor) }),
      codigo: 'campo_invalido' as const,
    })),
  ),
)

const soDePedidos: readonly (readonly [string, Valor, string, CodigoDeErro])[] = [
  ['total_esperado_centavos', 0, 'total_esperado_centavos', 'campo_invalido'],
  ['total_esperado_centavos', '1', 'total_esperado_centavos', 'campo_invalido'],
  ['chave_simulacao', '', 'chave_simulacao', 'campo_invalido'],
  ['chave_simulacao', 'x'.repeat(101), 'chave_simulacao', 'campo_invalido'],
  ['cliente_id', undefined, 'cliente_id', 'campo_invalido'],
  ['metodo', undefined, 'metodo', 'campo_invalido'],
  ['itens', undefined, 'itens', 'campo_invalido'],
  [
    'itens',
    [...COMPRA.itens, { produto_id: 999_999, quantidade: 1 }],
    'itens.1.produto_id',
    'produto_desconhecido',
  ],
]
export const pedidosRuins: readonly Entrada[] = soDePedidos.map(([nome, valor, campo, codigo]) => ({
  ...{ servico: 'pedidos', path: '/pedidos', method: 'POST', cabecalhos: comChave() },
  ...{ nome: `/pedidos com ${nome} ${mostrar(valor)}`, codigo, campo },
  corpo: JSON.stringify({ ...COMPRA, [nome]: valor }),
}))

const CHAVES_RUINS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['sem Idempotency-Key', {}],
  ['com Idempotency-Key vazia', { 'idempotency-key': '' }],
  ['com Idempotency-Key de 129 caracteres', { 'idempotency-key': 'x'.repeat(129) }],
  ['com espaço na Idempotency-Key', { 'idempotency-key': 'a b' }],
  ['com acento na Idempotency-Key', { 'idempotency-key': 'ação' }],
]
export const chavesRuins: readonly Entrada[] = CHAVES_RUINS.map(([nome, cabecalhos]) => ({
  ...{ servico: 'pedidos', path: '/pedidos', method: 'POST', nome: `/pedidos ${nome}` },
  cabecalhos: { ...JSON_MIME, ...cabecalhos },
  corpo: JSON.stringify(COMPRA),
  codigo: 'chave_de_idempotencia_ausente',
}))

const CORPOS_ILEGIVEIS: readonly (readonly [string, string | Buffer, Entrada['codigo']])[] = [
  ['JSON pela metade', '{"pedido_id": 5001', 'requisicao_invalida'],
  ['o que não é JSON', 'pedido_id=5001', 'requisicao_invalida'],
  ['NaN no JSON', '{"pedido_id": NaN}', 'requisicao_invalida'],
  ['UTF-8 inválido', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 'requisicao_invalida'],
  ['corpo grande demais', JSON.stringify({ x: 'x'.repeat(300_000) }), 'corpo_grande_demais'],
  ['dez mil linhas', JSON.stringify({ itens: linhas(10_000) }), 'corpo_grande_demais'],
  ['uma lista', '[1, 2, 3]', 'campo_invalido'],
  ['um texto', '"pedido"', 'campo_invalido'],
  ['um número', '42', 'campo_invalido'],
  ['dez mil níveis de listas', '['.repeat(FUNDO) + ']'.repeat(FUNDO), 'requisicao_invalida'],
  [
    'dez mil níveis de objetos',
    `${'{"itens":'.repeat(FUNDO)}0${'}'.repeat(FUNDO)}`,
    'requisicao_invalida',
  ],
]
const CAMINHOS_DE_POST = [
  ...CORPOS.map(([servico, path]) => [servico, path] as const),
  ...COM_ID_NO_CAMINHO.filter(([, path]) => !path.endsWith('/entregar')).map(
    ([servico, path]) => [servico, path.replace('ID', '5001')] as const,
  ),
]

export const corposRuins: readonly Entrada[] = CAMINHOS_DE_POST.flatMap(([servico, path]) =>
  CORPOS_ILEGIVEIS.map(([nome, corpo, codigo]) => ({
    ...{ servico, path, method: 'POST' as const, cabecalhos: comChave() },
    ...{ nome: `${path} com ${nome}`, corpo, codigo },
  })),
)

const TIPOS_RUINS = [
  ...['text/plain', 'application/xml', 'multipart/form-data', 'application/jsonx', ''],
  'application/json; charset=iso-8859-1',
]
export const tiposRuins: readonly Entrada[] = CAMINHOS_DE_POST.flatMap(([servico, path]) =>
  TIPOS_RUINS.map((tipo) => ({
    ...{ servico, path, method: 'POST' as const, nome: `${path} em ${tipo}` },
    cabecalhos: { ...comChave(), 'content-type': tipo },
    corpo: JSON.stringify({ ...COMPRA, pedido_id: 5_001 }),
    codigo: 'tipo_de_conteudo_invalido' as const,
  })),
)

const IDS_RUINS_NO_CAMINHO = ['0', '-1', 'abc', '1.5', '1e3', '0x10', '01', '2147483648', '%20']
export const caminhosRuins: readonly Entrada[] = [
  ...[...COM_ID_NO_CAMINHO, ...LEITURAS].flatMap(([servico, path], i) => {
    const method = i < COM_ID_NO_CAMINHO.length ? ('POST' as const) : ('GET' as const)
    const nome = (id: string) => `${method} ${path.replace('ID', id)}`
    const comum = {
      servico,
      method,
      ...(method === 'POST' && { corpo: '{}', cabecalhos: JSON_MIME }),
    }
    return [
      ...IDS_RUINS_NO_CAMINHO.map((id): Entrada => {
        const recusa = { codigo: 'campo_invalido', campo: 'pedido_id' } as const
        return { ...comum, ...recusa, nome: nome(id), path: path.replace('ID', id) }
      }),
      ...['%zz', '%', '%C3%28', '9'.repeat(300)].map((id): Entrada => {
        const codigo = ['requisicao_invalida', 'campo_invalido', 'nao_encontrado'] as const
        return { ...comum, codigo, nome: nome(id.slice(0, 10)), path: path.replace('ID', id) }
      }),
    ]
  }),
  ...LEITURAS.map(([servico, path]): Entrada => {
    const caminho = path.replace('ID', '999999')
    const nome = `GET ${caminho}, que não existe`
    return { servico, method: 'GET', path: caminho, nome, codigo: 'pedido_desconhecido' }
  }),
]

const SEM_LUGAR: readonly (readonly [Entrada['method'], string, dono?: NomeServico])[] = [
  ['GET', '/nada'],
  ['POST', '/nada/disso'],
  ['GET', '/../../etc/passwd'],
  ['DELETE', '/pedidos/1001', 'pedidos'],
  ['PUT', '/pagamentos', 'pagamentos'],
  ['GET', `/${'x'.repeat(5_000)}`],
]
export const semLugar: readonly Entrada[] = CORPOS.flatMap(([servico]) =>
  SEM_LUGAR.map(
    ([method, path, dono]): Entrada => ({
      ...{ servico, method, path, nome: `${servico}: ${method} ${path.slice(0, 30)}` },
      codigo: dono === servico ? 'metodo_nao_permitido' : 'nao_encontrado',
    }),
  ),
)

/** Good requests, had they not come from a page that is open in somebody's browser. */
const DE_PAGINA: readonly Readonly<Record<string, string>>[] = [
  { origin: 'https://mal.example', 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'cross-site' },
  { host: 'mal.example:3001' },
]
export const daWeb: readonly Entrada[] = CORPOS.flatMap(([servico, path, valores]) =>
  DE_PAGINA.map(
    (cabecalhos): Entrada => ({
      ...{ servico, method: 'POST', path, corpo: JSON.stringify(valores) },
      nome: `${servico}: ${Object.keys(cabecalhos).join(' e ')}`,
      cabecalhos: { ...comChave(), ...cabecalhos },
      codigo: 'credencial_de_servico_invalida',
    }),
  ),
)
