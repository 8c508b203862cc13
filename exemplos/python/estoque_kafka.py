# A stock service that somebody else could have written: it reads each approved payment and answers
# with the reference's three fields. What it leaves out, the others fetch from pedidos; what it
# would have to undo counts as done. A payment that comes twice is answered twice: no harm.
import json
import os
import signal
import sys
from datetime import datetime, timezone

from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError

BROKERS = os.environ.get('KAFKA_BROKERS', '127.0.0.1:9092')
LIDO = os.environ.get('KAFKA_TOPICO_PAGAMENTOS_PROCESSADOS', 'pagamentos_processados')
ESCRITO = os.environ.get('KAFKA_TOPICO_ESTOQUE_SEPARADO', 'estoque_separado')
GRUPO = 'estoque-group'
ACHAR_MS = 5_000
ESPERA_S = 30
OLHAR_MS = 300


def separar(mensagem):
    """The answer to one message, or None for what is not ours to answer."""
    try:
        pagamento = json.loads(mensagem.value)
        pedido_id, status = pagamento['pedido_id'], pagamento['status']
    except (TypeError, ValueError, KeyError):
        onde = f'{mensagem.partition}/{mensagem.offset}'
        print(f'mensagem {onde}: não se lê, fica de lado', flush=True)
        return None
    if status != 'aprovado':
        return None
    print(f'pedido {pedido_id}: separado', flush=True)
    agora = datetime.now(timezone.utc).strftime('%Y-%m-%d %H:%M:%S')
    return {'pedido_id': pedido_id, 'data_separacao': agora, 'status': 'concluido'}


def atender(leitor, escritor, parar):
    while not parar:
        lidas = [m for lote in leitor.poll(OLHAR_MS).values() for m in lote]
        respostas = [(m.key, r) for m in lidas if (r := separar(m)) is not None]
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
