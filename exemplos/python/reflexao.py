# Asks a gRPC server what it is, with no proto at hand: its services and messages by reflection, its
# health, and one payment made of the descriptors that it sent. What grpcurl does, to be read.
import argparse
import sys

import grpc
from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

PRAZO_S = 10
PAGAMENTO = 'pagamento.Pagamento'


def em_proto(campo):
    """A field as a .proto writes it."""
    repetido = campo.label == FieldDescriptorProto.LABEL_REPEATED
    tipo = FieldDescriptorProto.Type.Name(campo.type).removeprefix('TYPE_').lower()
    partes = (
        'repeated' if repetido else 'optional' if campo.proto3_optional else '',
        campo.type_name.removeprefix('.') or tipo,
        f'{campo.name} = {campo.number}',
    )
    return ' '.join(filter(None, partes))


def descrever(servico):
    print(f'service {servico.full_name}')
    mensagens = {}
    for metodo in servico.methods:
        entrada, saida = metodo.input_type, metodo.output_type
        print(f'  rpc {metodo.name} ({entrada.name}) returns ({saida.name})')
        mensagens |= {entrada.full_name: entrada, saida.full_name: saida}
    for mensagem in mensagens.values():
        print(f'message {mensagem.full_name}')
        original = DescriptorProto()
        mensagem.CopyToProto(original)
        for campo in original.field:
            print(f'  {em_proto(campo)}')


def saude(canal, servico):
    pedido = health_pb2.HealthCheckRequest(service=servico)
    try:
        resposta = health_pb2_grpc.HealthStub(canal).Check(pedido, timeout=PRAZO_S)
    except grpc.RpcError as erro:
        return erro.code().name
    return health_pb2.HealthCheckResponse.ServingStatus.Name(resposta.status)


def chamar(canal, metodo, **campos):
    """A unary call made of nothing but the method's descriptor."""
    entrada, saida = GetMessageClass(metodo.input_type), GetMessageClass(metodo.output_type)
    remoto = canal.unary_unary(
        f'/{metodo.containing_service.full_name}/{metodo.name}',
        request_serializer=entrada.SerializeToString,
        response_deserializer=saida.FromString,
    )
    return remoto(entrada(**campos), timeout=PRAZO_S)


def perguntar(canal, pedido):
    reflexao = ProtoReflectionDescriptorDatabase(canal)
    todos = sorted(reflexao.get_services())
    print(f'serviços: {", ".join(todos)}')
    proprios = [nome for nome in todos if not nome.startswith('grpc.')]
    for nome in ['', *proprios]:
        print(f'saúde de "{nome}": {saude(canal, nome)}')
    conjunto = DescriptorPool(reflexao)
    descrever(conjunto.FindServiceByName(pedido.descrever or escolher(proprios)))
    if PAGAMENTO in proprios:
        metodo = conjunto.FindServiceByName(PAGAMENTO).methods_by_name['ProcessarPagamento']
        resposta = chamar(canal, metodo, pedido_id=pedido.pedido, valor=pedido.valor)
        print(f'{metodo.name}: {resposta.pedido_id} {resposta.sucesso} "{resposta.mensagem}"')


def escolher(servicos):
    if not servicos:
        sys.exit('a reflexão deste servidor não diz serviço nenhum')
    return PAGAMENTO if PAGAMENTO in servicos else servicos[0]


def main():
    opcoes = argparse.ArgumentParser(description='Pergunta a um servidor gRPC o que ele é.')
    opcoes.add_argument('--endereco', metavar='HOST:PORTA', required=True)
    opcoes.add_argument('--descrever', metavar='SERVIÇO', help='qual descrever (padrão: um)')
    opcoes.add_argument('--pedido', type=int, metavar='N', default=900_001)
    opcoes.add_argument('--valor', type=float, metavar='REAIS', default=10.5)
    pedido = opcoes.parse_args()
    try:
        with grpc.insecure_channel(pedido.endereco) as canal:
            perguntar(canal, pedido)
    except grpc.RpcError as erro:
        sys.exit(f'{erro.code().name}: {erro.details()}')
    except TypeError as erro:
        # From the descriptor pool: a file came without one that it imports.
        sys.exit(f'os descritores que a reflexão deu não bastam: {erro}')


if __name__ == '__main__':
    main()
