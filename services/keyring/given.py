"""The operator's tokens where they are given, or a secret that has them."""

from __future__ import annotations

from services.aws import Reference, Secrets
from services.keyring.file import tokens_in
from supervisor.desk import Refused

SHORTEST = 16  # characters of a token that others may try to guess


def given_tokens(given: str) -> tuple[str, ...]:
    """The token that was given, or those in the secret that it refers to, as in a token file.

    Waits for AWS. Raises `Refused`, also where there is none in it that is long enough.
    """
    reference = Reference.of(given)
    if reference is None:
        return (given,)
    tokens = tokens_in(reference.read(Secrets().read))
    if not tokens or any(len(token) < SHORTEST for token in tokens):
        raise Refused(
            f"cannot use the token in {reference}: put one there of {SHORTEST} characters or"
            " more; one a line, and the current one first, where several are good"
        )
    return tokens
