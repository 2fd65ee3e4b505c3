"""The failures of a transport. Both adapters use them, so that their messages are the same.

A message names only the host: the query of a URL is a grant.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from .transport import TransportError


def host_of(url: str) -> str:
    """Returns the host and the port of a URL, for messages."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or "an invalid URL"
    except ValueError:
        return "an invalid URL"


def invalid_url() -> TransportError:
    """The URL cannot be requested."""
    return TransportError("The URL is invalid. It must begin with https:// or http://.", is_transient=False)


def tls_failed(url: str) -> TransportError:
    """TLS failed, or the certificate is not trusted."""
    message = f"The TLS connection to {host_of(url)} failed. Check its certificate, and whether the address begins with http://."
    return TransportError(message, is_transient=False)


def proxy_failed(url: str) -> TransportError:
    """The proxy of this machine failed."""
    return TransportError(f"The proxy for {host_of(url)} failed. Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.")


def timed_out(url: str) -> TransportError:
    """No answer in time."""
    return TransportError(f"{host_of(url)} did not answer in time.")


def unknown_host(url: str) -> TransportError:
    """DNS has no address."""
    return TransportError(f"The host name of {host_of(url)} cannot be resolved. Check the address.")


def connection_refused(url: str) -> TransportError:
    """Nothing listens at the address."""
    return TransportError(f"{host_of(url)} refused the connection. Check the address, and whether the server runs.")


def connection_failed(url: str) -> TransportError:
    """The connection broke for another reason."""
    return TransportError(f"The connection to {host_of(url)} failed.")
