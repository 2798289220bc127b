"""Takes secrets out of what a program prints."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, quote_plus

SHORTEST = 4
"""Characters; a shorter secret is no secret, and masking it would riddle the log."""

LONG = 8
"""Characters from which a secret is looked for in files, where a shorter one may stand by chance."""

STARS = b"***"
CHUNK = 1 << 20


class Mask:
    """Replaces every secret by stars, also where it comes in pieces."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Masks the values, each of their longer lines, and their common encodings."""
        self._patterns = sorted({form for secret in secrets for form in _forms(secret)})
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """What may be shown by now. An end that may be the beginning of a secret is held back."""
        if not self._patterns:
            return data
        data = self._held + data
        found = self._found(data)
        cut = self._beginning(data)
        for start, end in found:
            if start < cut < end:
                cut = start
        self._held = data[cut:]
        return _starred(data[:cut], [place for place in found if place[1] <= cut])

    def text(self, text: str) -> str:
        """A text of its own, such as a file's name, without secrets."""
        data = text.encode("utf-8", "surrogateescape")
        return _starred(data, self._found(data)).decode("utf-8", "surrogateescape")

    def occurs_in(self, path: Path) -> bool:
        """Whether a file holds a secret of at least LONG characters."""
        patterns = [pattern for pattern in self._patterns if len(pattern) >= LONG]
        if not patterns:
            return False
        overlap = max(map(len, patterns)) - 1
        end = b""
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                window = end + chunk
                if any(pattern in window for pattern in patterns):
                    return True
                end = window[-overlap:]
        return False

    def flush(self) -> bytes:
        """What was held back and turned out not to be a secret."""
        data, self._held = self._held, b""
        return _starred(data, self._found(data))

    def _found(self, data: bytes) -> list[tuple[int, int]]:
        """Where secrets stand, overlapping ones joined, in order."""
        places = []
        for pattern in self._patterns:
            start = data.find(pattern)
            while start >= 0:
                places.append((start, start + len(pattern)))
                start = data.find(pattern, start + 1)
        joined: list[tuple[int, int]] = []
        for start, end in sorted(places):
            if joined and start < joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined

    def _beginning(self, data: bytes) -> int:
        """Where the longest end of `data` begins that a secret begins with; its length where none."""
        cut = len(data)
        for pattern in self._patterns:
            place = data.find(pattern[:1], max(0, len(data) - len(pattern) + 1))
            while 0 <= place < cut:
                if pattern.startswith(data[place:]):
                    cut = place
                else:
                    place = data.find(pattern[:1], place + 1)
        return cut


def _starred(data: bytes, places: list[tuple[int, int]]) -> bytes:
    parts, position = [], 0
    for start, end in places:
        parts += [data[position:start], STARS]
        position = end
    return b"".join([*parts, data[position:]])


def _forms(secret: str) -> set[bytes]:
    """A secret as programs may print it."""
    lines = [line.strip() for line in secret.splitlines()]
    texts = [secret, secret.strip(), *(line for line in lines if len(line) >= 2 * SHORTEST)]
    forms: set[bytes] = set()
    for text in texts:
        if len(text) < SHORTEST:
            continue
        raw = text.encode("utf-8", "surrogateescape")
        forms |= {raw, raw.hex().encode(), raw.hex().upper().encode()}
        forms |= {
            json.dumps(text)[1:-1].encode(),
            json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "surrogateescape"),
        }
        forms |= set(_in_addresses(text))
        forms |= set(_in_base64(raw))
    return {form for form in forms if len(form) >= SHORTEST}


def _in_addresses(text: str) -> Iterable[bytes]:
    """`text` as a part of a URL, as Python's and a browser's functions write it."""
    for safe in ("", "/", "!'()*"):
        yield quote(text, safe=safe, errors="surrogateescape").encode()
    yield quote_plus(text, errors="surrogateescape").encode()


def _in_base64(raw: bytes) -> Iterable[bytes]:
    """The base64 of `raw`, in both alphabets, as it looks at each place of a longer text.

    Where it stands alone it may also be broken into lines, of 76 characters (MIME) or 64 (PEM).
    """
    for shift in range(3):
        first, last = (shift * 8 + 5) // 6, (shift + len(raw)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            inner = encode(b"\0" * shift + raw)[first:last]
            if len(inner) >= 2 * SHORTEST:
                yield inner
            if shift == 0:
                lines = [inner[at : at + width] for width in (64, 76) for at in range(0, len(inner), width)]
                yield from (line for line in lines if len(line) >= 2 * SHORTEST)
