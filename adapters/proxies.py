"""The one place that decides which proxy a connection to the outside takes, and whether there can be any."""

import ipaddress
import os
import ssl
from typing import TYPE_CHECKING
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

if TYPE_CHECKING:  # only its name is needed
    from aiohttp.client import ClientTimeout
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace


def proxy_for(address: str | URL) -> str | None:
    """The environment's proxy for an address (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`); None goes without.

    `NO_PROXY` and loopback addresses go without. Neither aiohttp nor discord.py nor Slack's SDK heeds all of these.
    """
    url = URL(address)
    host = url.host or ""
    if _is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    scheme = {"wss": "https", "ws": "http"}.get(url.scheme, url.scheme)
    proxy = proxies.get(scheme) or proxies.get("all")
    return None if not proxy else proxy if "://" in proxy else f"http://{proxy}"


class EachByItsHost(aiohttp.TCPConnector):
    """Each connection takes the proxy of its own host, whatever session or library said.

    The libraries have one proxy for all hosts of a chat: its API, its gateway, its uploads.
    """

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: "list[Trace]",
        timeout: "ClientTimeout",  # noqa: ASYNC109 -- aiohttp's own argument
    ) -> "Connection":
        """A connection for the request, through the proxy or without one."""
        proxy = proxy_for(req.url)
        req.proxy = URL(proxy) if proxy else None
        return await super().connect(req, traces, timeout)


def shown_proxy(address: str) -> str:
    """Host and port of the proxy that an address takes, without its password; empty if it goes without."""
    proxy = URL(proxy_for(address) or "")
    return f"{proxy.host}:{proxy.port}" if proxy.host else ""


def fault_of_connections() -> str:
    """What no connection could be made with, in one sentence with the mend and no password; empty if nothing is."""
    # OpenSSL passes over a file that is not there, and may find certificates in a folder of its own: chats answer.
    # Not so the model hub, whose client insists on the file, and nothing behind a proxy that looks into TLS, for
    # which one is named: better told to the owner at the start than at the first model that a member asks for.
    if certificates := os.environ.get("SSL_CERT_FILE"):
        try:
            ssl.create_default_context(cafile=certificates)
        except OSError:
            mend = "name one in PEM format, or unset it"
            return f"SSL_CERT_FILE names {certificates}, which is no file of certificates that can be read: {mend}"
    for scheme, written in getproxies().items():
        if scheme not in {"http", "https", "all"} or not written:
            continue
        name = f"{scheme.upper()}_PROXY"
        no_address = f"{name} is no address: write it as http://HOST:PORT, or unset it"
        try:
            proxy = URL(written if "://" in written else f"http://{written}")
            (proxy.host or "").encode("idna")  # as it is looked up
        except ValueError:
            return no_address
        if proxy.port == 0:
            return no_address
        if proxy.scheme not in {"http", "https"}:
            return f"{name} names a proxy that speaks {proxy.scheme}: name one that speaks HTTP, or unset it"
        if not proxy.host:
            return f"{name} names no host: write it as http://HOST:PORT, or unset it"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
