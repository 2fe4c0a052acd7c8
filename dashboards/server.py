"""A Superset of one's own: its database made, the dashboard imported, its server started and stopped.

Belongs here: the order of these steps, and what is kept between two starts. Does not belong here: what is shown (`bundle`), PostgreSQL.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import httpx

from dashboards import bundle
from pipeline.publish.published_tables import digest_of

PROGRAMS = bundle.ROOT / ".superset" / "venv" / "bin"
ADMIN = "admin"
_HERE = Path(__file__).parent
_SECONDS = 600
_START_SECONDS = 180


class NoSuperset(RuntimeError):
    """Superset's environment is not there, or one of its steps failed. The message says what to do."""


@dataclass
class Superset:
    """A server that asks the PostgreSQL at `address`; a context manager that stops what it started. `home` keeps users and charts."""

    home: Path
    address: str
    port: int = 8088
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def dashboard(self) -> str:
        """Where the dashboard is."""
        return f"{self.url}/superset/dashboard/{bundle.declared()['slug']}/"

    @property
    def password(self) -> str:
        """The administrator's password: made at the first start, then kept."""
        return self._secret("password", 12)

    def __enter__(self) -> Superset:
        if not (PROGRAMS / "superset").is_file():
            raise NoSuperset("Superset is not installed here; `make superset` installs it in an environment of its own")
        self.home.mkdir(parents=True, exist_ok=True)
        self._secret("secret_key", 42)
        self._prepare()
        self._run("python", str(_HERE / "import_bundle.py"), str(bundle.FOLDER), ADMIN)
        self.process = subprocess.Popen(
            [
                str(PROGRAMS / "gunicorn"), "--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--worker-class", "gthread", "--threads", "8",
                "--timeout", "120", "superset.app:create_app()",
            ],
            env=self._environment(), cwd=self.home, stdin=subprocess.DEVNULL, stdout=self._log(), stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)

    def _prepare(self) -> None:
        """Make or renew Superset's own database, once for each version of it."""
        mark = self.home / "prepared.json"
        version = {"requirements": digest_of(_HERE / "requirements.txt")}
        if mark.is_file() and json.loads(mark.read_text(encoding="utf-8")) == version:
            return
        self._run("superset", "db", "upgrade")
        self._run(
            "superset", "fab", "create-admin", "--username", ADMIN, "--firstname", "Yusuan", "--lastname", "Admin", "--email",
            "admin@localhost", "--password", self.password,
        )  # fmt: skip
        self._run("superset", "init")
        mark.write_text(json.dumps(version), encoding="utf-8")

    def _wait(self) -> None:
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self.process is not None and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/health", timeout=5).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.5)
        self.__exit__(None, None, None)
        raise NoSuperset(f"Superset did not start; {self.home / 'superset.log'} says why")

    def _run(self, program: str, *arguments: str) -> None:
        result = subprocess.run(
            [str(PROGRAMS / program), *arguments], env=self._environment(), cwd=self.home, stdin=subprocess.DEVNULL, stdout=self._log(),
            stderr=subprocess.STDOUT, timeout=_SECONDS, check=False,
        )  # fmt: skip
        if result.returncode:
            step = " ".join([program, *arguments[:2]])
            raise NoSuperset(f"`{step}` did not succeed; {self.home / 'superset.log'} says why")

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ, "SUPERSET_HOME": str(self.home), "SUPERSET_CONFIG_PATH": str(_HERE / "superset_config.py"), "FLASK_APP": "superset",
            "SUPERSET_DATABASE_ADDRESS": self.address, "SCARF_ANALYTICS": "false", "PYTHONPATH": "",
        }  # fmt: skip

    def _log(self) -> int:
        return os.open(self.home / "superset.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def _secret(self, name: str, size: int) -> str:
        path = self.home / name
        if not path.is_file():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(size), encoding="utf-8")
        return path.read_text(encoding="utf-8")
