# What the reference's two protos are in Python, made when needed: generated code is not kept here.
import sys
from pathlib import Path

from grpc_tools import protoc

AQUI = Path(__file__).parent
REFERENCIA = AQUI / 'referencia'

destino = Path(sys.argv[1]) if len(sys.argv) > 1 else AQUI / 'gerado'
destino.mkdir(parents=True, exist_ok=True)
sys.exit(
    protoc.main(
        [
            'protoc',
            f'--proto_path={REFERENCIA}',
            f'--python_out={destino}',
            f'--grpc_python_out={destino}',
            *map(str, sorted(REFERENCIA.glob('*.proto'))),
        ]
    )
)
