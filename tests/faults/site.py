"""A web site on this machine that misbehaves in each of the ways in which sites of public bodies do.

Belongs here: the server, and behaviours that an address of it can be given. Does not belong here: tests.
"""

from __future__ import annotations

import gzip
import hashlib
import http.server
import io
import re
import threading
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Seen:
    """One request as the site saw it."""

    path: str
    headers: dict[str, str]


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers each address by its behaviour; 404 where it has none."""

    protocol_version = "HTTP/1.1"
    site: Site

    def do_GET(self) -> None:
        seen = Seen(self.path, {name.lower(): value for name, value in self.headers.items()})
        with self.site.lock:
            self.site.seen.append(seen)
            behaviour = self.site.addresses.get(self.path) or self.site.addresses.get(urlsplit(self.path).path)
        try:
            (behaviour or status(404))(self)
        except OSError:
            # The client went away, as it does from what is too slow or too large.
            self.close_connection = True

    def answer(self, code: int, body: bytes = b"", **headers: str) -> None:
        """A well-behaved answer; header names are written with underscores."""
        self.begin(code, len(body), **headers)
        self.wfile.write(body)

    def begin(self, code: int, length: int | None, **headers: str) -> None:
        """Status line and headers, with any announced length."""
        self.send_response(code)
        for name, value in headers.items():
            # Names of files are sent in raw bytes by some servers, hence no encoding by the library.
            self._headers_buffer.append(
                f"{name.replace('_', '-')}: ".encode() + value.encode("utf-8", "surrogateescape") + b"\r\n"
            )
        if length is not None:
            self.send_header("Content-Length", str(length))
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing on the terminal."""


Behaviour = Callable[[Handler], None]


class Site:
    """A running site on 127.0.0.1; a context manager. `addresses` can be changed while it runs."""

    def __init__(self) -> None:
        self.addresses: dict[str, Behaviour] = {}
        self.seen: list[Seen] = []
        self.lock = threading.Lock()
        self.is_closing = threading.Event()
        handler = type("SiteHandler", (Handler,), {"site": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Site:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.is_closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """`127.0.0.1:port`, as the allow-list of fetching names it."""
        return f"127.0.0.1:{self._server.server_port}"

    def url(self, path: str) -> str:
        return f"http://{self.address}{path}"

    def paths_seen(self) -> list[str]:
        with self.lock:
            return [seen.path for seen in self.seen]

    def forget(self) -> None:
        with self.lock:
            self.seen.clear()


# Contents


def pdf(text: str, padding: int = 0) -> bytes:
    """Bytes that begin and end as a PDF does; each text gives other bytes."""
    return b"%PDF-1.4\n% " + text.encode() + b"\n" + b"0" * padding + b"\n%%EOF\n"


def zip_of(members: dict[str, bytes]) -> bytes:
    """A ZIP with these members, the same bytes each time."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name), member, zipfile.ZIP_DEFLATED)
    return data.getvalue()


def zip_bomb(megabytes: int = 200, layers: int = 1) -> bytes:
    """A small ZIP that unpacks to very much, in layers of ZIP in ZIP."""
    data = zip_of({"0.txt": b"0" * (megabytes * 1_000_000)})
    for _ in range(layers - 1):
        data = zip_of({f"{index}.zip": data for index in range(10)})
    return data


def encrypted_zip(name: str = "预算.pdf", data: bytes = b"secret") -> bytes:
    """A ZIP whose only member says that it is encrypted (its bytes are noise, as they are without the password)."""
    plain = bytearray(zip_of({name: data}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = plain.find(signature)
        plain[position + offset] |= 1
    return bytes(plain)


def links(*targets: tuple[str, str], title: str = "部门预算公开") -> str:
    """A listing page with these (address, words)."""
    items = "".join(f'<li><a href="{url}">{words}</a></li>' for url, words in targets)
    return f"<html><head><title>{title}</title></head><body><ul>{items}</ul></body></html>"


# Behaviours


def page(html: str, encoding: str = "utf-8", content_type: str | None = None, etag: bool = False) -> Behaviour:
    """A web page."""
    return document(html.encode(encoding), content_type or f"text/html; charset={encoding}", etag=etag, ranges=False)


def document(
    data: bytes,
    content_type: str = "application/pdf",
    *,
    etag: bool = True,
    last_modified: str | None = None,
    disposition: str | None = None,
    ranges: bool = True,
) -> Behaviour:
    """A well-kept document: conditional and partial requests are answered as they should be."""
    tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'

    def behave(handler: Handler) -> None:
        headers = {"Content_Type": content_type}
        if etag:
            headers["ETag"] = tag
        if last_modified:
            headers["Last_Modified"] = last_modified
        if disposition:
            headers["Content_Disposition"] = disposition
        asked = handler.headers
        if (etag and asked.get("If-None-Match") == tag) or (
            last_modified and not etag and asked.get("If-Modified-Since") == last_modified
        ):
            handler.begin(304, 0, **headers)
            return
        part = re.fullmatch(r"bytes=(\d+)-", asked.get("Range") or "")
        if part and ranges and asked.get("If-Range") in (None, tag, last_modified):
            start = int(part[1])
            if start >= len(data):
                handler.answer(416, b"", Content_Range=f"bytes */{len(data)}")
                return
            headers["Content_Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            handler.answer(206, data[start:], **headers)
            return
        handler.answer(200, data, **headers)

    return behave


def status(code: int, body: str = "", **headers: str) -> Behaviour:
    """Nothing but a status."""
    return lambda handler: handler.answer(code, body.encode(), Content_Type="text/html; charset=utf-8", **headers)


def redirect(location: str, code: int = 302) -> Behaviour:
    return lambda handler: handler.answer(code, b"", Location=location)


def sequence(*behaviours: Behaviour) -> Behaviour:
    """One behaviour after the other, the last for ever."""
    left = list(behaviours)
    lock = threading.Lock()

    def behave(handler: Handler) -> None:
        with lock:
            behaviour = left.pop(0) if len(left) > 1 else left[0]
        behaviour(handler)

    return behave


def cut(data: bytes, after: int, *, etag: bool = True, announce: bool = True) -> Behaviour:
    """The connection ends after so many bytes."""
    tag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'

    def behave(handler: Handler) -> None:
        headers = {"Content_Type": "application/pdf", **({"ETag": tag} if etag else {})}
        handler.begin(200, len(data) if announce else None, **headers)
        handler.wfile.write(data[:after])
        handler.close_connection = True

    return behave


def announcing(data: bytes, length: int) -> Behaviour:
    """A wrong Content-Length."""

    def behave(handler: Handler) -> None:
        handler.begin(200, length, Content_Type="application/pdf")
        handler.wfile.write(data[:length])
        handler.close_connection = True

    return behave


def drip(data: bytes, seconds_between: float, *, size: int = 1, limit: int = 200) -> Behaviour:
    """A few bytes at a time, for ever so long."""

    def behave(handler: Handler) -> None:
        handler.begin(200, len(data), Content_Type="application/pdf", ETag='"slow"')
        for start in range(0, min(len(data), limit * size), size):
            handler.wfile.write(data[start : start + size])
            handler.wfile.flush()
            time.sleep(seconds_between)
        handler.close_connection = True

    return behave


def drip_headers(seconds_between: float, limit: int = 200) -> Behaviour:
    """Headers that do not end."""

    def behave(handler: Handler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        for index in range(limit):
            handler.wfile.write(f"X-{index}: 0\r\n".encode())
            handler.wfile.flush()
            time.sleep(seconds_between)
        handler.close_connection = True

    return behave


def hang(seconds: float) -> Behaviour:
    """Nothing at all, for so long, and then the end of the connection."""

    def behave(handler: Handler) -> None:
        handler.site.is_closing.wait(seconds)
        handler.close_connection = True

    return behave


def endless(limit: int = 50_000_000) -> Behaviour:
    """A body without an announced length that goes on and on."""

    def behave(handler: Handler) -> None:
        handler.begin(200, None, Content_Type="application/pdf")
        handler.wfile.write(b"%PDF-1.4\n")
        for _ in range(limit // 65536):
            handler.wfile.write(b"0" * 65536)

    return behave


def packed(data: bytes) -> Behaviour:
    """Content-Encoding gzip, although nobody asked for it."""
    return lambda handler: handler.answer(
        200, gzip.compress(data, mtime=0), Content_Type="application/pdf", Content_Encoding="gzip"
    )


def packed_bomb(megabytes: int = 300) -> Behaviour:
    """A few hundred kilobytes of gzip that unpack to very much."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    data = b"".join(packer.compress(b"0" * 1_000_000) for _ in range(megabytes)) + packer.flush()
    return lambda handler: handler.answer(200, data, Content_Type="application/pdf", Content_Encoding="gzip")


def raw(data: bytes) -> Behaviour:
    """Bytes that need not be HTTP at all."""

    def behave(handler: Handler) -> None:
        handler.wfile.write(data)
        handler.close_connection = True

    return behave


def infinite_listing(prefix: str) -> Behaviour:
    """A listing whose every page has a new link and a further page."""

    def behave(handler: Handler) -> None:
        number = int(re.sub(r"\D", "", urlsplit(handler.path).query) or "1")
        html = links((f"{prefix}?page={number + 1}", "下一页"), (f"/never/{number}.pdf", f"{number}部门预算"))
        handler.answer(200, html.encode(), Content_Type="text/html; charset=utf-8")

    return behave
