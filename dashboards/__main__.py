"""`python -m dashboards`: publish the warehouse to a PostgreSQL for trying, and show the dashboard over it until told to end."""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
import threading
from pathlib import Path

import sqlalchemy

from dashboards.bundle import ROOT
from dashboards.server import ADMIN, NoSuperset, Superset
from pipeline.publish.postgres import READER, publish
from pipeline.publish.postgres_server import DATABASE, NoServer, TrialServer
from pipeline.warehouse.places import DEFAULT_FILE

LOGIN = "superset"


def address_of(server: TrialServer) -> str:
    """The address by which Superset reads from `server`, with a new password each time."""
    password = secrets.token_urlsafe(18)
    server.let_in(LOGIN, password, READER)
    address = sqlalchemy.URL.create("postgresql+psycopg2", LOGIN, password, "127.0.0.1", server.port, DATABASE)
    return address.render_as_string(hide_password=False)


def main() -> None:
    """Start both servers, say where and as whom to log in, and stop them when told to."""
    parser = argparse.ArgumentParser(prog="python -m dashboards", description=__doc__)
    parser.add_argument("--warehouse", type=Path, default=DEFAULT_FILE, help="the published file")
    parser.add_argument("--port", type=int, default=8088, help="where Superset listens, on this machine only")
    options = parser.parse_args()
    if not options.warehouse.is_file():
        sys.exit(f"there is no warehouse {options.warehouse}; `make warehouse` builds it")
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: ended.set())
    folder = ROOT / ".superset"
    try:
        with TrialServer(folder / "postgres") as server:
            publish(options.warehouse, server.address)
            print("starting Superset; the first time takes about two minutes", flush=True)
            with Superset(folder / "home", address_of(server), options.port) as superset:
                print(
                    f"{superset.dashboard}\nlogin {ADMIN}, password {superset.password}  (Ctrl-C ends it)", flush=True
                )
                while not ended.wait(1):
                    pass
    except (NoServer, NoSuperset) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
