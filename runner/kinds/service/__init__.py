"""`kind: Service`: inference and training behind an address."""

from runner.kinds.service.kind import Service

__all__ = ["Service"]
