"""Keeping credentials out of everything that is printed, logged or stored."""

import re
from typing import Any
from urllib.parse import quote_plus, unquote_plus

_CREDENTIALS = re.compile(r"://[^\s'\"]*@")
_PASSWORD = re.compile(r"://[^\s:/@]*:([^\s'\"]*)@")
_SHORTEST_SECRET = 4
_HIDDEN = "***"
_ATTACHMENT = "Attachment"  # bytes in base64: large, and no text
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


def redact_document(value: Any) -> Any:
    """Return a document in JSON form with every text in it redacted, attachments left alone.

    What a program says when it fails may quote a URI; its reason is kept in documents.
    """
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, list | tuple):
        return [redact_document(item) for item in value]
    if isinstance(value, dict) and value.get("@class") != _ATTACHMENT:
        return {key: redact_document(item) for key, item in value.items()}
    return value
