"""Keeping credentials out of everything that is printed, logged or stored."""

import re
from urllib.parse import quote_plus, unquote_plus

_CREDENTIALS = re.compile(r"://[^\s'\"]*@")
_PASSWORD = re.compile(r"://[^\s:/@]*:([^\s'\"]*)@")
_SHORTEST_SECRET = 4
_HIDDEN = "***"
_secrets: set[str] = set()


def remember_secret(password: str | None) -> None:
    """Hide `password` wherever `redact` meets it from now on, as it is and as URIs write it.

    Passwords of fewer than four characters are hidden in URIs only: they occur in words too.
    """
    if password is None:
        return
    forms = {password, quote_plus(password), unquote_plus(password)}
    _secrets.update(form for form in forms if len(form) >= _SHORTEST_SECRET)


def remember_secrets_of(uri: str) -> None:
    """Hide the password in a URI (see `remember_secret`)."""
    found = _PASSWORD.search(uri)
    if found:
        remember_secret(found.group(1))


def redact(text: str) -> str:
    """Return `text` with the credentials of every URI in it, and every known secret, as ``***``."""
    text = _CREDENTIALS.sub(f"://{_HIDDEN}@", text)
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    return text
