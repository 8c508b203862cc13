// The rows about the gateway in the table of environment variables: its three ports, its
// certificate and its limits.
import * as z from 'zod'
import type { Variavel } from './configuracao.ts'
import { enderecoIp, redes } from './esquemas_da_configuracao.ts'
import { porta } from './variaveis_dos_servicos.ts'

/** The public two, and that for the subscribers. */
export type PortaDoGateway = 'gateway' | 'gateway_tls' | 'gateway_interno'

const inteiro = z.coerce.number().int().min(0)
const arquivo = z.string().min(1)
const variavel = (
  nome: string,
  padrao: string,
  descricao: string,
  esquema: z.ZodType,
): Variavel => ({ nome, padrao, descricao, esquema })

export const VARIAVEIS_DO_GATEWAY: readonly Variavel[] = [
  variavel('GATEWAY_PORTA', '8080', 'Porta da API pública', porta),
  variavel(
    'GATEWAY_INTERNO_PORTA',
    '8081',
    'Porta em que o gateway diz aos assinantes, e só a eles, como falar com um cliente',
    porta,
  ),
  variavel(
    'GATEWAY_INTERNO_URL',
    '',
    'Endereço HTTP dessa porta em outra máquina',
    z.url({ protocol: /^http$/ }),
  ),
  variavel('GATEWAY_TLS_PORTA', '8443', 'Porta da API pública em HTTPS', porta),
  variavel(
    'GATEWAY_TLS_ENDERECO',
    '127.0.0.1',
    'Endereço em que a porta HTTPS escuta; `0.0.0.0` abre a API à rede',
    enderecoIp,
  ),
  variavel('TLS_CERT', '', 'Certificado da porta HTTPS, em PEM; vazio: um próprio', arquivo),
  variavel('TLS_KEY', '', 'Chave privada de `TLS_CERT`, em PEM e sem senha', arquivo),
  variavel(
    'GATEWAY_LIMITE_POR_ENDERECO',
    '20000',
    'Requisições de um endereço de rede em 10 s; 0 desliga',
    inteiro,
  ),
  variavel(
    'GATEWAY_LIMITE_POR_CLIENTE',
    '10000',
    'Requisições de uma conta em 10 s; 0 desliga',
    inteiro,
  ),
  variavel(
    'GATEWAY_LIMITE_DE_ENTRADA',
    '300',
    'Entradas, cadastros e renovações de um endereço de rede em 60 s; 0 desliga',
    inteiro,
  ),
  variavel(
    'GATEWAY_PROXIES_CONFIAVEIS',
    '',
    'Endereços ou faixas (CIDR) dos proxies em cujo `X-Forwarded-For` se acredita',
    redes,
  ),
]
