"""Whose URL it is: the origin and the host, and whether browsers trust the way to it."""

from ipaddress import ip_address
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> str:
    """Return "https://host" or "https://host:port" in lower case, without a default port; "" when there is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if not parts.hostname:
        return ""
    suffix = "" if port in {None, DEFAULT_PORTS.get(parts.scheme)} else f":{port}"
    return f"{parts.scheme}://{host_of(url)}{suffix}"


def host_of(url: str) -> str:
    """Return the host in lower case, an IPv6 address in brackets as cookies and browsers write it."""
    host = urlsplit(url).hostname or ""
    return f"[{host}]" if ":" in host else host


def is_address(host: str) -> bool:
    """Whether a host is an IP address, not a name."""
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name: localhost, *.localhost, 127.0.0.0/8 or [::1]."""
    if is_address(host):
        return ip_address(host.strip("[]")).is_loopback
    return host == "localhost" or host.endswith(".localhost")


def is_trustworthy(url: str) -> bool:
    """Whether browsers send Secure cookies there: over https, and to this machine also over plain http."""
    return urlsplit(url).scheme == "https" or is_loopback(host_of(url))
