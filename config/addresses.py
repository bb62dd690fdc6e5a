"""What a connection can be made to: hosts, ports and addresses as owners write them.

Each function takes a text and gives it back, as it is used from then on, or raises a ValueError.
"""

import socket
from ipaddress import IPv6Address, ip_network

from yarl import URL


def network(text: str) -> str:
    """An address is a network of one."""
    return str(ip_network(text, strict=False))


def host(text: str) -> str:
    """Refuse what neither a socket nor a name server takes: half an IPv6 address, 999.1.1.1, a..example."""
    if ":" in text:
        IPv6Address(text)
    elif text.rpartition(".")[2].isdecimal():
        try:
            socket.inet_aton(text)
        except OSError as refused:
            raise ValueError(str(refused)) from None
    else:
        text.encode("idna")
    return text


def address(text: str) -> str:
    """Refuse what nobody can be asked at by HTTP; empty is none."""
    if text:
        url = URL(text)
        if url.origin().scheme not in {"http", "https"}:
            raise ValueError(f"no HTTP at {text}")
        host(url.host or "")
        _port(url.port)
    return text


def origin(text: str) -> str:
    """As browsers name it in a request: in small letters and ASCII, without the port that https has anyway."""
    return str(URL(address(text)).origin()) if text else ""


def host_and_port(text: str) -> str:
    """HOST:PORT; empty is none."""
    if text:
        name, _, port = text.rpartition(":")
        host(name)
        _port(int(port))
    return text


def _port(port: int | None) -> None:
    if port is None or not 0 < port < 1 << 16:
        raise ValueError(f"no port {port}")
