"""How a container is to end, as the configuration has it."""

from __future__ import annotations

from typing import Annotated

import msgspec

from services.aws import Reference
from services.idle.decide import Mode
from services.posting import target
from services.posting.signing import key_of


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table `[service.idle.options]`.

    After so many `minutes` without anybody it ends as `mode` says; 0 turns that off. In the mode
    "notify" the server at `webhook` is told, by POSTs signed as those of [service.webhooks] are:
    by `webhook_secret`, or by the `token` of the API where there is none; either may say
    "secretsmanager:NAME_OR_ARN#KEY". Raises `ValueError`.
    """

    minutes: Annotated[float, msgspec.Meta(ge=0)] = 5.0
    mode: Mode = Mode.AUTO
    webhook: str = ""
    webhook_secret: str = ""
    token: str = ""

    @property
    def secret(self) -> str:
        """What signs."""
        return self.webhook_secret or self.token

    def __post_init__(self) -> None:
        if self.mode is not Mode.NOTIFY:
            return
        if not self.webhook:
            raise ValueError("webhook: set IDLE_WEBHOOK, whose server ends it in the mode notify")
        if not self.secret:
            raise ValueError("webhook_secret: set IDLE_WEBHOOK_SECRET or NURSERYD_TOKEN, to sign")
        try:
            target.check(self.webhook)
        except ValueError as error:
            raise ValueError(f"webhook: {str(error).removeprefix('url: ')}") from None
        if Reference.of(self.secret) is None:
            key_of(self.secret)
