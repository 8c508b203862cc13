# A payment server that somebody else could have written: the reference's one method and its fields,
# in memory; no health, no reflection, no refund. What it does not continue, pedidos does.
import argparse
import math
import signal
import sys
import threading
from concurrent import futures

from gerados import pagamento_pb2, pagamento_pb2_grpc

import grpc

TRABALHADORES = 8
GRACA_S = 2


class Pagamento(pagamento_pb2_grpc.PagamentoServicer):
    def __init__(self, recusar):
        self.recusar = recusar
        self.conhecidos = {}
        self.trava = threading.Lock()

    def ProcessarPagamento(self, request, context):
        pedido_id, valor = request.pedido_id, request.valor
        if pedido_id <= 0:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, 'pedido_id deve ser maior que zero')
        if not (math.isfinite(valor) and valor > 0):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, 'valor deve ser maior que zero')
        with self.trava:
            repetido = pedido_id in self.conhecidos
            if not repetido:
                self.conhecidos[pedido_id] = (valor, self.decidir(pedido_id))
            cobrado, resposta = self.conhecidos[pedido_id]
        if cobrado != valor:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, 'este pedido foi cobrado com outro valor')
        vez = ' (repetido)' if repetido else ''
        print(f'pedido {pedido_id}, valor {valor:.2f}: {resposta.mensagem}{vez}', flush=True)
        return resposta

    def decidir(self, pedido_id):
        return pagamento_pb2.PagamentoResponse(
            pedido_id=pedido_id,
            sucesso=not self.recusar,
            mensagem='Pagamento rejeitado' if self.recusar else 'Pagamento aprovado',
        )


def main():
    opcoes = argparse.ArgumentParser(description='Um servidor de pagamento só com a referência.')
    opcoes.add_argument('--porta', type=int, default=50051, help='0 escolhe uma livre')
    opcoes.add_argument('--recusar', action='store_true', help='recusa todos os pagamentos')
    pedido = opcoes.parse_args()
    parar = threading.Event()
    for sinal in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sinal, lambda *_: parar.set())
    # Otherwise a second server shares the port of the first, and each gets some of the calls.
    so_uma_vez = [('grpc.so_reuseport', 0)]
    servidor = grpc.server(futures.ThreadPoolExecutor(TRABALHADORES), options=so_uma_vez)
    pagamento_pb2_grpc.add_PagamentoServicer_to_server(Pagamento(pedido.recusar), servidor)
    try:
        porta = servidor.add_insecure_port(f'127.0.0.1:{pedido.porta}')
    except RuntimeError:
        sys.exit(f'A porta {pedido.porta} está ocupada: escolha outra com --porta.')
    servidor.start()
    print(f'pronto em 127.0.0.1:{porta}', flush=True)
    parar.wait()
    servidor.stop(GRACA_S).wait()


if __name__ == '__main__':
    main()
