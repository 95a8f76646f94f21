"""Addresses without the secrets in them: what may be printed, logged, kept and reported."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote, urlsplit

ELLIPSIS: Final = "…"
MASK: Final = "***"
_PASSWORD: Final = re.compile(r"^([\w+.-]+://)([^:/@?#]*):([^@]*(?:@[^/?#]*)?)@")
"""As SQLAlchemy reads it: a password may hold ``/``, ``?`` and ``#``; also one with an ``@`` that was not quoted."""
_PORT: Final = re.compile(r"^https?://[^:/@?#]*:\d*[/?#]")
"""What looks alike: ``http://host:5000/team@site`` has no password."""
_USER: Final = re.compile(r"^([\w+.-]+://)[^/@?#]*@")
_OPTION: Final = re.compile(r"([?&])[^=&#]*(?:pass|pwd|token|secret|odbc_connect)[^=&#]*=([^&#]*)", re.IGNORECASE)
_SCHEMES: Final = ("http", "https", "ftp", "ftps", "file", "ws", "wss", "ssh", "smtp", "mailto")
"""What is certainly no secret before the first colon."""


def without_password(url: str) -> str:
    """``url`` without the password, and the options that are secrets, that it may hold; its user stays."""
    password = _password(url)
    if password is not None:
        url = f"{password[1]}{password[2]}{'@' if password[2] else ''}{url[password.end() :]}"
    return _OPTION.sub(_joint, url).replace("?&", "?").removesuffix("?")


def shown(url: str) -> str:
    """What may be printed: of a web address not even the user, which may be a token."""
    bare = without_password(url)
    return _USER.sub(r"\1", bare) if bare.startswith(("http://", "https://")) else bare


def masked(text: str, url: str) -> str:
    """``text``, often another's error message, in which the secrets of ``url`` are hidden, quoted or not."""
    password, user = _password(url), _USER.match(url)
    secrets = [found[2] for found in _OPTION.finditer(url)]
    secrets += [] if password is None else [password[3]]
    if password is None and user is not None and shown(url) != url:
        secrets.append(user[0].partition("://")[2].removesuffix("@"))
    text = text.replace(url, shown(url))
    for secret in sorted({*secrets, *map(unquote, secrets)} - {""}, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def host_alone(url: str) -> str:
    """``scheme://host/…``: all that may be shown of an address whose path is a secret too."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname, parts.port
    except ValueError:
        return ELLIPSIS
    if scheme not in _SCHEMES:
        return ELLIPSIS
    if not host:
        return f"{scheme}:{ELLIPSIS}"
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}{'' if port is None else f':{port}'}/{ELLIPSIS}"


def _password(url: str) -> re.Match[str] | None:
    return None if _PORT.match(url) else _PASSWORD.match(url)


def _joint(option: re.Match[str]) -> str:
    return "?" if option[1] == "?" else ""
