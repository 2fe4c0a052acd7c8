"""The programs that people connect to PostgreSQL with, behind one set of questions.

Belongs here: psql, SQLAlchemy over psycopg, JDBC and ODBC as they are installed, each asked in its own way. Does not belong here: what
the answers must be. Each raises NotInstalled, saying what to install, where its program or driver is missing.
"""

from __future__ import annotations

import atexit
import re
import shutil
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy

JDBC_DRIVER = Path("/usr/share/java/postgresql.jar")
ODBC_DRIVER = "PostgreSQL Unicode"
_SESSION = Path(__file__).with_name("JdbcSession.java")
_FETCHED = 50
_FIELD, _END = "\x1f", "\x1e the end"

Rows = list[tuple[Any, ...]]


class NotInstalled(RuntimeError):
    """The client is not on this machine; the message says how it would be."""


class Client(ABC):
    """One session of a reader. `?` stands for a parameter in every query; a running query is begun by `start` and ended by `rest`."""

    def __init__(self, port: int, user: str, password: str, database: str = "yusuan") -> None:
        self.port, self.user, self.password, self.database = port, user, password, database

    @abstractmethod
    def tables(self, schema: str) -> set[str]: ...

    @abstractmethod
    def columns(self, schema: str, table: str) -> list[tuple[str, str]]:
        """Names and comments in order."""

    @abstractmethod
    def key(self, schema: str, table: str) -> list[str]:
        """The columns of the primary key in order."""

    @abstractmethod
    def query(self, statement: str, *parameters: Any) -> Rows: ...

    @abstractmethod
    def begin(self) -> None: ...

    @abstractmethod
    def commit(self) -> None: ...

    @abstractmethod
    def start(self, statement: str) -> Rows:
        """Run a query that is fetched in pieces, in a transaction; returns its first row."""

    @abstractmethod
    def rest(self) -> Rows: ...

    @abstractmethod
    def close(self) -> None: ...


class Psycopg(Client):
    """psycopg 3, and SQLAlchemy over it for the metadata: what Python and Superset use."""

    def __init__(self, *login: Any) -> None:
        super().__init__(*login)
        address = sqlalchemy.URL.create(
            "postgresql+psycopg", self.user, self.password, "127.0.0.1", self.port, self.database
        )
        self._engine = sqlalchemy.create_engine(address)
        self._connection = psycopg.connect(
            host="127.0.0.1", port=self.port, dbname=self.database, user=self.user, password=self.password,
            autocommit=True,
        )  # fmt: skip

    def tables(self, schema: str) -> set[str]:
        return set(sqlalchemy.inspect(self._engine).get_table_names(schema))

    def columns(self, schema: str, table: str) -> list[tuple[str, str]]:
        found = sqlalchemy.inspect(self._engine).get_columns(table, schema)
        return [(column["name"], column["comment"]) for column in found]

    def key(self, schema: str, table: str) -> list[str]:
        return list(sqlalchemy.inspect(self._engine).get_pk_constraint(table, schema)["constrained_columns"])

    def query(self, statement: str, *parameters: Any) -> Rows:
        return self._connection.execute(statement.replace("?", "%s"), parameters or None).fetchall()

    def begin(self) -> None:
        self._connection.autocommit = False

    def commit(self) -> None:
        self._connection.commit()
        self._connection.autocommit = True

    def start(self, statement: str) -> Rows:
        self._connection.autocommit = False
        self._cursor = self._connection.cursor("running")
        self._cursor.itersize = _FETCHED
        self._cursor.execute(statement)
        return self._cursor.fetchmany(1)

    def rest(self) -> Rows:
        rows = list(self._cursor)
        self.commit()
        return rows

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


class Odbc(Client):
    """Debian's ODBC driver through unixODBC: what Excel, Power BI and Tableau use on other systems."""

    def __init__(self, *login: Any) -> None:
        super().__init__(*login)
        try:
            import pyodbc
        except ImportError as error:
            raise NotInstalled(f"ODBC: {error}; apt-get install unixodbc") from error
        if ODBC_DRIVER not in pyodbc.drivers():
            raise NotInstalled("ODBC: the driver for PostgreSQL is missing; apt-get install odbc-postgresql")
        self._connection = pyodbc.connect(
            f"Driver={{{ODBC_DRIVER}}};Servername=127.0.0.1;Port={self.port};Database={self.database};"
            f"Uid={self.user};Pwd={{{self.password}}};UseDeclareFetch=1;Fetch={_FETCHED}",
            autocommit=True,
        )

    def tables(self, schema: str) -> set[str]:
        return {row.table_name for row in self._connection.cursor().tables(schema=schema, tableType="TABLE")}

    def columns(self, schema: str, table: str) -> list[tuple[str, str]]:
        rows = self._connection.cursor().columns(table=table, schema=schema).fetchall()
        # The driver leaves the remarks of columns empty: whoever wants them asks the catalogue.
        remarks = dict(self.query(
            "select attname, col_description(attrelid, attnum) from pg_attribute where attrelid = cast(? as regclass)", f"{schema}.{table}"
        ))  # fmt: skip
        ordered = sorted(rows, key=lambda row: row.ordinal_position)
        return [(row.column_name, remarks[row.column_name]) for row in ordered]

    def key(self, schema: str, table: str) -> list[str]:
        rows = self._connection.cursor().primaryKeys(table=table, schema=schema).fetchall()
        return [row.column_name for row in sorted(rows, key=lambda row: row.key_seq)]

    def query(self, statement: str, *parameters: Any) -> Rows:
        return [tuple(row) for row in self._connection.cursor().execute(statement, *parameters).fetchall()]

    def begin(self) -> None:
        self._connection.autocommit = False

    def commit(self) -> None:
        self._connection.commit()
        self._connection.autocommit = True

    def start(self, statement: str) -> Rows:
        self._connection.autocommit = False
        self._cursor = self._connection.cursor().execute(statement)
        return [tuple(self._cursor.fetchone())]

    def rest(self) -> Rows:
        rows = [tuple(row) for row in self._cursor]
        self.commit()
        return rows

    def close(self) -> None:
        self._connection.close()


class Spoken(Client):
    """A client that is a program of its own, spoken to over its standard input."""

    process: subprocess.Popen[str]

    def run(self, command: Sequence[str], **environment: str) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **environment},
        )  # fmt: skip

    def say(self, text: str) -> None:
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def line(self) -> str:
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the client has ended")
        return line.rstrip("\n")

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(timeout=30)


class Jdbc(Spoken):
    """Debian's JDBC driver in a Java program of one file: what DBeaver, Metabase and other BI tools use."""

    def __init__(self, *login: Any) -> None:
        super().__init__(*login)
        if shutil.which("javac") is None:
            raise NotInstalled("JDBC: no Java compiler; apt-get install default-jdk-headless")
        if not JDBC_DRIVER.is_file():
            raise NotInstalled("JDBC: the driver for PostgreSQL is missing; apt-get install libpostgresql-jdbc-java")
        address = f"jdbc:postgresql://127.0.0.1:{self.port}/{self.database}"
        command = [
            "java",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            f"{JDBC_DRIVER}:{_compiled()}",
            _SESSION.stem,
        ]
        self.run([*command, address, self.user, self.password])

    def ask(self, *parts: str) -> Rows:
        self.say("\t".join(parts))
        rows: Rows = []
        while (line := self.line()) != ".":
            if line.startswith("! ") or ":" not in line:
                raise RuntimeError(line)
            rows.append(tuple(_read(value) for value in line.split("\t")))
        return rows

    def tables(self, schema: str) -> set[str]:
        return {name for name, _ in self.ask("tables", schema)}

    def columns(self, schema: str, table: str) -> list[tuple[str, str]]:
        return [(name, remarks) for name, _, remarks in self.ask("columns", schema, table)]

    def key(self, schema: str, table: str) -> list[str]:
        return [name for _, name in sorted(self.ask("key", schema, table))]

    def query(self, statement: str, *parameters: Any) -> Rows:
        written = (f"{type(value).__name__}:{_escaped(str(value))}" for value in parameters)
        return self.ask("query", _escaped(statement), *written)

    def begin(self) -> None:
        self.ask("begin")

    def commit(self) -> None:
        self.ask("commit")

    def start(self, statement: str) -> Rows:
        return self.ask("start", _escaped(statement))

    def rest(self) -> Rows:
        return self.ask("rest")


class Psql(Spoken):
    """PostgreSQL's own terminal: all that it answers is text."""

    def __init__(self, *login: Any) -> None:
        super().__init__(*login)
        if shutil.which("psql") is None:
            raise NotInstalled("psql is missing; apt-get install postgresql-client")
        self.run(
            ["psql", "-X", "-q", "-A", "-t", "-F", _FIELD, "-h", "127.0.0.1", "-p", str(self.port), "-U", self.user, "-d", self.database],
            PGPASSWORD=self.password, PGCLIENTENCODING="UTF8",
        )  # fmt: skip

    def ask(self, command: str) -> list[str]:
        self.say(f"{command}\n\\echo '{_END}'")
        lines: list[str] = []
        while (line := self.line()) != _END:
            lines.append(line)
        if any(line.startswith("ERROR:") for line in lines):
            raise RuntimeError("\n".join(lines))
        return lines

    def tables(self, schema: str) -> set[str]:
        return {line.split(_FIELD)[1] for line in self.ask(f"\\dt {schema}.*")}

    def columns(self, schema: str, table: str) -> list[tuple[str, str]]:
        rows = [line.split(_FIELD) for line in self.ask(f"\\d+ {schema}.{table}")]
        return [(row[0], row[-1]) for row in rows if len(row) > 1]

    def key(self, schema: str, table: str) -> list[str]:
        # Keys stand below the columns, which is not shown with tuples only.
        shown = "\n".join(self.ask(f"\\t off\n\\d {schema}.{table}\n\\t on"))
        found = re.search(r"PRIMARY KEY, btree \(([^)]*)\)", shown)
        return found[1].split(", ") if found else []

    def query(self, statement: str, *parameters: Any) -> Rows:
        for place, value in enumerate(parameters):
            # Within psql's quotes a backslash and a quotation mark are written twice.
            text = str(value).replace("\\", "\\\\").replace("'", "''")
            self.say(f"\\set parameter_{place} '{text}'")
            statement = statement.replace("?", f":'parameter_{place}'", 1)
        return [tuple(line.split(_FIELD)) for line in self.ask(f"{statement};")]

    def begin(self) -> None:
        self.ask("begin;")

    def commit(self) -> None:
        self.ask("commit;")

    def start(self, statement: str) -> Rows:
        self.ask(f"begin; declare running cursor for {statement};")
        return [tuple(line.split(_FIELD)) for line in self.ask("fetch 1 from running;")]

    def rest(self) -> Rows:
        rows = [tuple(line.split(_FIELD)) for line in self.ask("fetch all from running;")]
        self.commit()
        return rows


CLIENTS: tuple[type[Client], ...] = (Psql, Psycopg, Jdbc, Odbc)


@cache
def _compiled() -> str:
    """The folder of the compiled JDBC session, made once and removed at the end."""
    folder = tempfile.TemporaryDirectory(prefix="yusuan-jdbc-")
    atexit.register(folder.cleanup)
    subprocess.run(["javac", "-encoding", "UTF-8", "-d", folder.name, str(_SESSION)], check=True)
    return folder.name


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _read(value: str) -> Any:
    kind, _, text = value.partition(":")
    text = re.sub(r"\\(.)", lambda found: {"t": "\t", "n": "\n", "r": "\r"}.get(found[1], found[1]), text)
    readers = {"null": lambda _: None, "Integer": int, "Long": int, "BigDecimal": Decimal, "Boolean": "true".__eq__}
    return readers.get(kind, str)(text)
