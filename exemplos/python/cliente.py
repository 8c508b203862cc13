# A client that knows the reference's fields and nothing else of this system. It asks what any
# client could ask, the unreasonable included, and writes what it was told.
import argparse
import sys

from gerados import catalogo_pb2, catalogo_pb2_grpc, pagamento_pb2, pagamento_pb2_grpc

import grpc

PRAZO_S = 10
MOSTRADOS = 3
# Faults of the connection: about these there is nothing more to ask.
SEM_RESPOSTA = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)


def listar(endereco):
    with grpc.insecure_channel(endereco) as canal:
        catalogo = catalogo_pb2_grpc.CatalogoStub(canal)
        pedido = catalogo_pb2.ListarProdutosRequest()
        produtos = catalogo.ListarProdutos(pedido, timeout=PRAZO_S).produtos
    print(f'catálogo: {len(produtos)} produtos')
    for produto in produtos[:MOSTRADOS]:
        print(f'  {produto.id} {produto.nome}: {produto.estoque} em estoque')


def pagar(pagamento, pedido_id, valor):
    """The answer, or the code of the refusal to answer."""
    pedido = pagamento_pb2.PagamentoRequest(pedido_id=pedido_id, valor=valor)
    try:
        return pagamento.ProcessarPagamento(pedido, timeout=PRAZO_S)
    except grpc.RpcError as erro:
        if erro.code() in SEM_RESPOSTA:
            raise
        return erro.code().name


def em_texto(resposta):
    if isinstance(resposta, str):
        return resposta
    return f'{"sucesso" if resposta.sucesso else "recusa"}, "{resposta.mensagem}"'


def experimentar(endereco, numero, valor):
    with grpc.insecure_channel(endereco) as canal:
        pagamento = pagamento_pb2_grpc.PagamentoStub(canal)
        primeira = pagar(pagamento, numero, valor)
        print(f'pedido {numero}, valor {valor:.2f}: {em_texto(primeira)}')
        mesma = pagar(pagamento, numero, valor) == primeira
        print(f'o mesmo de novo: {"a mesma resposta" if mesma else "OUTRA RESPOSTA"}')
        print(f'com outro valor: {em_texto(pagar(pagamento, numero, valor + 1))}')
        print(f'pedido_id 0: {em_texto(pagar(pagamento, 0, valor))}')
        for ruim in (0.0, float('nan'), -valor):
            print(f'valor {ruim:.2f}: {em_texto(pagar(pagamento, numero, ruim))}')


def main():
    opcoes = argparse.ArgumentParser(description='Um cliente feito só com os .proto da referência.')
    opcoes.add_argument('--catalogo', metavar='HOST:PORTA', help='sem ele, só paga')
    opcoes.add_argument('--pagamento', metavar='HOST:PORTA', required=True)
    opcoes.add_argument('--pedido', type=int, metavar='N', required=True)
    opcoes.add_argument('--valor', type=float, metavar='REAIS', required=True)
    pedido = opcoes.parse_args()
    try:
        if pedido.catalogo:
            listar(pedido.catalogo)
        experimentar(pedido.pagamento, pedido.pedido, pedido.valor)
    except grpc.RpcError as erro:
        sys.exit(f'sem resposta: {erro.code().name}: {erro.details()}')


if __name__ == '__main__':
    main()
