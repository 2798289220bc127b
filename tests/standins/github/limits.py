"""Rate limits: counted for every token, and told in headers."""

from __future__ import annotations

import time

from tests.standins.github.identity import Identity
from tests.standins.github.refusals import LIMIT_PAGE, Refusal

HOUR = 3600


def count(who: Identity) -> dict[str, str]:
    """Count a request; the headers that tell the state. Raises Refusal where the hour's limit is used up."""
    who.used += 1
    exhausted = who.exhausted_until > time.time() or who.used > who.limit
    headers = limit_headers(who)
    if exhausted:
        message = f"API rate limit exceeded for {who.kind} {who.login}."
        raise Refusal(403, message, headers=headers, page=LIMIT_PAGE)
    return headers


def limit_headers(who: Identity) -> dict[str, str]:
    """What GitHub says of the limit with every answer."""
    exhausted = who.exhausted_until > time.time()
    reset = who.exhausted_until if exhausted else time.time() + HOUR
    left = 0 if exhausted else max(who.limit - who.used, 0)
    return {
        "X-RateLimit-Limit": str(who.limit),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Used": str(who.limit - left),
        "X-RateLimit-Reset": str(int(reset) + (1 if exhausted else 0)),
        "X-RateLimit-Resource": "core",
    }
