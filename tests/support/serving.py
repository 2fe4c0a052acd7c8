"""A running `yusuan serve http`, for tests that ask it.

Belongs here: starting it, waiting for its first answer, ending it. Does not belong here: what it must answer.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

YUSUAN = Path(sys.executable).parent / "yusuan"


@contextlib.contextmanager
def serving(file: Path) -> Iterator[str]:
    """The address at which a warehouse file is served while the context lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen([YUSUAN, "serve", "http", "--port", str(port), "--warehouse", file])
    try:
        for _ in range(300):
            try:
                httpx.get(f"{address}/metrics", timeout=60)
                break
            except httpx.TransportError:
                assert server.poll() is None, "the server ended"
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)
