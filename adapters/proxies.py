"""The one place that decides which proxy a connection to the outside takes."""

import ipaddress
from urllib.request import getproxies, proxy_bypass

from yarl import URL


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


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
