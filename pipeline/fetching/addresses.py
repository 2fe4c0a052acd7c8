"""Which addresses may be contacted: web addresses in one spelling, and connections to public hosts only.

Belongs here: cleaning of addresses found on pages, the check of the network address behind a host name, and connecting to
just the address that was checked. Does not belong here: robots.txt, politeness and retries (`requests`).

A name is resolved once for each connection and the connection goes to the address that was checked, so that a name server
which answers differently the second time cannot lead a request into the private network (DNS rebinding).
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import httpcore
import httpx

MAX_URL_LENGTH = 2000

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Special blocks that `is_global` lets pass in some versions of Python: protocol assignments and the old 6to4 relays.
_SPECIAL = tuple(ipaddress.ip_network(block) for block in ("192.0.0.0/24", "192.88.99.0/24"))
_TWO_PART_SUFFIXES = {"gov", "edu", "com", "org", "net", "ac"}

Resolve = Callable[[str, int], list[str]]


class AddressRefused(httpcore.ConnectError):
    """A host whose network address is not public."""


class NameUnresolved(httpcore.ConnectError):
    """A host name without an address."""


def clean_url(url: str, base: str | None = None) -> str | None:
    """One spelling of a web address, or None for what is no address of a web page (javascript:, data:, mailto:, too long, …).

    Blanks at the ends and line breaks inside are removed as browsers do, the fragment and a session number are dropped, dots in
    the path are resolved, and characters outside ASCII are percent-encoded.
    """
    url = re.sub(r"[\t\r\n]", "", url).strip()
    if len(url) > MAX_URL_LENGTH:
        return None
    try:
        parts = urlsplit(urljoin(base, url) if base else url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            return None
        host = parts.hostname.encode("idna").decode() if not parts.hostname.isascii() else parts.hostname
        port = parts.port
    except (ValueError, UnicodeError):
        return None
    if re.search(r"[^A-Za-z0-9._:-]", host):
        return None
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port != {"http": 80, "https": 443}[parts.scheme]:
        host = f"{host}:{port}"
    path = re.sub(r";jsessionid=[^/?;]*", "", parts.path, flags=re.IGNORECASE)
    path = _without_dots(quote(path, safe="/%:@!$&'()*+,;=~-._")) or "/"
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]|")
    cleaned = urlunsplit((parts.scheme, host.lower(), path, query, ""))
    try:
        httpx.URL(cleaned)
    except httpx.InvalidURL:
        return None
    return cleaned if len(cleaned) <= MAX_URL_LENGTH else None


def _without_dots(path: str) -> str:
    parts: list[str] = []
    segments = path.split("/")
    for index, segment in enumerate(segments):
        is_last = index == len(segments) - 1
        if segment in (".", "%2e", "%2E"):
            if is_last:
                parts.append("")
        elif segment.replace("%2e", ".").replace("%2E", ".") == "..":
            if len(parts) > 1:
                parts.pop()
            if is_last:
                parts.append("")
        else:
            parts.append(segment)
    return "/".join(parts)


def host_of(url: str) -> str:
    """Host and port of a cleaned address; politeness and robots.txt go by it."""
    return urlsplit(url).netloc


def site_of(url: str) -> str:
    """The site that a host belongs to: `czj.weihai.gov.cn` and `www.weihai.gov.cn` are both `weihai.gov.cn`."""
    host = urlsplit(url).hostname or ""
    labels = host.split(".")
    if re.fullmatch(r"[\d.]+", host) or ":" in host:
        return host_of(url)
    count = 3 if len(labels) >= 3 and len(labels[-1]) == 2 and labels[-2] in _TWO_PART_SUFFIXES else 2
    return ".".join(labels[-count:])


def is_public(address: str) -> bool:
    """Whether a network address (IPv4 or IPv6, also one that carries an IPv4 address inside) is on the public Internet."""
    try:
        ip = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            embedded = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if embedded is not None:
            return is_public(str(embedded))
    elif any(ip in block for block in _SPECIAL):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def resolve(host: str, port: int) -> list[str]:
    """Network addresses of a host, by the system's resolver. Raises NameUnresolved."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NameUnresolved(f"the name {host} has no address: {error}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class PublicNetwork(httpcore.NetworkBackend):
    """Connections to public addresses only, each request within one deadline.

    `allowed` names exceptions as `address:port`; it serves tests on this machine and sites on an institution's own network.
    """

    def __init__(self, allowed: Iterable[str] = (), resolver: Resolve = resolve) -> None:
        self._allowed = frozenset(allowed)
        self._resolver = resolver
        self._sockets = httpcore.SyncBackend()
        self._deadlines = threading.local()

    @contextmanager
    def deadline(self, seconds: float) -> Iterator[None]:
        """Within this context all waiting of this thread for the network ends after so many seconds, however slowly bytes drip."""
        self._deadlines.until = time.monotonic() + seconds
        try:
            yield
        finally:
            self._deadlines.until = None

    def seconds_left(self, timeout: float | None) -> float | None:
        """The shorter of a timeout and what is left to the deadline."""
        until = getattr(self._deadlines, "until", None)
        if until is None:
            return timeout
        left = max(0.0, until - time.monotonic())
        return left if timeout is None else min(timeout, left)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._resolver(host, port)
        for address in addresses:
            # One private address among several is enough to refuse: an honest site has none.
            if f"{address}:{port}" not in self._allowed and not is_public(address):
                raise AddressRefused(f"{host} has the address {address}, which is not public")
        error: Exception = NameUnresolved(f"the name {host} has no address")
        for address in addresses:
            try:
                stream = self._sockets.connect_tcp(
                    address,
                    port,
                    self.seconds_left(timeout),
                    local_address=local_address,
                    socket_options=socket_options,
                )
                return _TimedStream(stream, self)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failure:
                error = failure
        raise error

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        raise AddressRefused(f"a socket of this machine is not public: {path}")

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class _TimedStream(httpcore.NetworkStream):
    """A connection whose every wait ends at its thread's deadline."""

    def __init__(self, stream: httpcore.NetworkStream, network: PublicNetwork) -> None:
        self._stream = stream
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._network.seconds_left(timeout)
        if left is not None and left <= 0:
            raise httpcore.ReadTimeout("the time for this request is over")
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        left = self._network.seconds_left(timeout)
        if left is not None and left <= 0:
            raise httpcore.WriteTimeout("the time for this request is over")
        self._stream.write(buffer, left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, ssl_context, server_hostname=None, timeout=None):  # type: ignore[no-untyped-def]
        stream = self._stream.start_tls(ssl_context, server_hostname, self._network.seconds_left(timeout))
        return _TimedStream(stream, self._network)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def public_client(network: PublicNetwork, user_agent: str, timeout: float) -> httpx.Client:
    """An HTTP client that connects through `network`, follows no redirect by itself and uses no proxy and no cookie jar of others."""
    transport = httpx.HTTPTransport(trust_env=False)
    # httpx has no public way to give its transport a network; tests/faults/test_fetching.py fails should this one cease to work.
    transport._pool = httpcore.ConnectionPool(
        ssl_context=httpx.create_ssl_context(trust_env=False), max_connections=20, network_backend=network
    )
    headers = {
        "User-Agent": user_agent,
        "Accept-Encoding": "identity",
        "Accept": "*/*",
        "Accept-Language": "zh-CN,zh;q=0.9",
    }
    return httpx.Client(transport=transport, headers=headers, follow_redirects=False, trust_env=False, timeout=timeout)
