# Where cliente.py and servidor.py find what gerar.py made, and what to do when it is not there.
import sys
from pathlib import Path

# Last, so that PYTHONPATH can name another place.
sys.path.append(str(Path(__file__).parent / 'gerado'))
try:
    import catalogo_pb2
    import catalogo_pb2_grpc
    import pagamento_pb2
    import pagamento_pb2_grpc
except ModuleNotFoundError as falta:
    sys.exit(f'Falta o módulo {falta.name}. Rode antes: '
             'pip install -r requirements.txt e python gerar.py')

__all__ = ['catalogo_pb2', 'catalogo_pb2_grpc', 'pagamento_pb2', 'pagamento_pb2_grpc']
