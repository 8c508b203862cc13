// Loads what every service and the gateway load, so that Node keeps it compiled; run by `iniciar`.
import '../gateway/gateway.ts'
import '../infra/servico_aberto.ts'
import '../arquiteturas/grpc/start.ts'
import '../arquiteturas/rest/start.ts'
import './servico.ts'
