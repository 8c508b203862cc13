// The bare twin of a gateway that turns everything away: what it costs this machine to send
// requests and have each refused. Says its port when it listens.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const servidor = createServer((_requisicao, resposta) => {
  resposta.writeHead(503, { 'retry-after': '1' }).end()
})
servidor.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  process.send?.((servidor.address() as AddressInfo).port)
})
process.once('disconnect', () => process.exit(0))
