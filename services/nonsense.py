"""What reading JSON raises where it is none, or says something else than it should."""

from __future__ import annotations

import msgspec

# A text that is no UTF-8, or none that can be UTF-8, and lists in lists beyond Python's stack are
# no errors of msgspec's own.
NONSENSE = (msgspec.DecodeError, UnicodeError, RecursionError)
