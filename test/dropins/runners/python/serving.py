"""HTTP on a free port, which is the first line printed."""

import socket
from typing import Any


def serve(app: Any) -> None:
    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=1)).run(sockets=[listener])
