# A payment service that somebody else could have written: it charges each order that the antifraud
# passed and answers with the reference's three fields. What it leaves out, the others fetch from
# pedidos. A refund counts as done: estoque_liberado and estoque_insuficiente say when to make one.
import json
import os
import signal
import sys

from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError

BROKERS = os.environ.get('KAFKA_BROKERS', '127.0.0.1:9092')
LIDO = os.environ.get('KAFKA_TOPICO_PEDIDOS_VALIDOS', 'pedidos_validos')
ESCRITO = os.environ.get('KAFKA_TOPICO_PAGAMENTOS_PROCESSADOS', 'pagamentos_processados')
GRUPO = 'pagamentos-group'
ACHAR_MS = 5_000
ESPERA_S = 30
OLHAR_MS = 300


def cobrar(mensagem):
    """The answer to one message, or None for what cannot be read."""
    try:
        pedido = json.loads(mensagem.value)
        pedido_id, valor = pedido['pedido_id'], pedido['valor']
    except (TypeError, ValueError, KeyError):
        onde = f'{mensagem.partition}/{mensagem.offset}'
        print(f'mensagem {onde}: não se lê, fica de lado', flush=True)
        return None
    print(f'pedido {pedido_id}: cobrado', flush=True)
    return {'pedido_id': pedido_id, 'status': 'aprovado', 'valor': valor}


def atender(leitor, escritor, parar):
    while not parar:
        lidas = [m for lote in leitor.poll(OLHAR_MS).values() for m in lote]
        respostas = [(m.key, r) for m in lidas if (r := cobrar(m)) is not None]
        envios = [escritor.send(ESCRITO, json.dumps(r).encode(), chave) for chave, r in respostas]
        # Only what every replica has is counted as answered: until then it would be read again.
        for envio in envios:
            envio.get(ESPERA_S)
        if lidas:
            leitor.commit()


def main():
    parar = []
    for sinal in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sinal, lambda numero, _: parar.append(numero))
    onde = {'bootstrap_servers': BROKERS.split(','), 'bootstrap_timeout_ms': ACHAR_MS}
    try:
        escritor = KafkaProducer(**onde, acks='all')
        leitor = KafkaConsumer(
            LIDO,
            **onde,
            group_id=GRUPO,
            auto_offset_reset='earliest',
            enable_auto_commit=False,
        )
    except KafkaError as erro:
        sys.exit(f'Não há Kafka em {BROKERS}: {erro}')
    print(f'pronto em {BROKERS}: {LIDO} → {ESCRITO}', flush=True)
    try:
        atender(leitor, escritor, parar)
    finally:
        leitor.close()
        escritor.close()
    print('até logo', flush=True)


if __name__ == '__main__':
    main()
