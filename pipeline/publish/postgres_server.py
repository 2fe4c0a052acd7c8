"""A PostgreSQL of one's own for trying, from the programs that the system has installed.

Belongs here: making, starting and stopping a server in a folder, reachable from this machine only. Does not belong here: publishing.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import psycopg
from psycopg import sql

from pipeline.publish.postgres import set_as_reader

DATABASE = "yusuan"
OWNER = "yusuan"
MOST_SESSIONS = 30
"""A login that reads has no more at once; the server takes forty, of which the publisher needs some."""
MOST_SPILLED = "4GB"
"""What one session may write to disk for sorting and joining."""
_SECONDS = 60


class NoServer(RuntimeError):
    """PostgreSQL is not installed, or did not start. The message says what to do."""


@dataclass
class TrialServer:
    """A server in a folder; a context manager that stops what it started. The data stay for the next time."""

    folder: Path
    port: int = 0

    def __post_init__(self) -> None:
        self.folder = self.folder.resolve()
        self.port = self.port or _free_port()
        self.programs = find_programs()
        # A server refuses to run as root.
        self.user = _other_user() if os.geteuid() == 0 else None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def address(self) -> str:
        """Connection string of the owner, who publishes."""
        return f"host={self.folder} port={self.port} dbname={DATABASE} user={OWNER}"

    def reader_address(self, user: str, password: str) -> str:
        """Connection string of a reader over TCP."""
        return f"host=127.0.0.1 port={self.port} dbname={DATABASE} user={user} password={password}"

    def __enter__(self) -> TrialServer:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.user is not None:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        if not (self.data / "PG_VERSION").is_file():
            self._run(
                "initdb", "-D", str(self.data), "-U", OWNER, "-E", "UTF8", "--locale=C.UTF-8", "--auth-local=trust",
                "--auth-host=scram-sha-256",
            )  # fmt: skip
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=40 -c fsync=off"
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.folder / "server.log"), "-o", options, "start")
        with psycopg.connect(
            self.address.replace(f"dbname={DATABASE}", "dbname=postgres"), autocommit=True
        ) as connection:
            if connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone() is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(DATABASE)))
            # A server's own databases let everyone in, and everyone can make temporary tables and large objects there.
            connection.execute("revoke all on database postgres, template1 from public")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "fast", "stop")

    def let_in(self, user: str, password: str, role: str) -> None:
        """Make a login role that is a member of `role`, or give it this password."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            name = sql.Identifier(user)
            if connection.execute("select 1 from pg_roles where rolname = %s", [user]).fetchone() is None:
                connection.execute(sql.SQL("create role {} login").format(name))
            connection.execute(sql.SQL("alter role {} password {}").format(name, sql.Literal(password)))
            connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(role), name))
            set_as_reader(connection, user)
            # These two a login cannot put away.
            connection.execute(sql.SQL("alter role {} connection limit {}").format(name, sql.Literal(MOST_SESSIONS)))
            connection.execute(
                sql.SQL("alter role {} set temp_file_limit = {}").format(name, sql.Literal(MOST_SPILLED))
            )

    def _run(self, program: str, *arguments: str) -> None:
        # A server inherits what pg_ctl has open: its output is left to the log, for a pipe would be waited for.
        output = subprocess.DEVNULL if "start" in arguments else subprocess.PIPE
        result = subprocess.run(
            [str(self.programs / program), *arguments],
            user=self.user.pw_uid if self.user else None, group=self.user.pw_gid if self.user else None,
            extra_groups=[] if self.user else None, cwd=self.folder, env={**os.environ, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
        if result.returncode:
            log = self.folder / "server.log"
            told = log.read_text(encoding="utf-8", errors="replace")[-2000:] if log.is_file() else ""
            raise NoServer(f"{program} did not succeed: {(result.stdout or '').strip()}\n{told}".strip())


def find_programs() -> Path:
    """The folder of PostgreSQL's programs, the newest version first. Raises NoServer."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]), reverse=True
    )
    on_path = shutil.which("initdb")
    if found or on_path:
        return found[0].parent if found else Path(str(on_path)).parent
    raise NoServer("PostgreSQL is not installed here; on Debian: apt-get install postgresql")


def _other_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoServer("a server does not run as root, and there is neither a user `postgres` nor `nobody`")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
