"""What the person hears of a model's answers, when some of them have to be asked for twice.

What was said cannot be taken back. After an answer that broke off, the model is told what it had
said and asked to go on from there (`note`). A model that begins from the start instead is not
heard until it comes to what is new. One that begins with other words is heard from its start, in a
paragraph of its own: half a sentence of each would be no sentence.
"""

from __future__ import annotations

CHANCE = 12
"""Letters that two answers may have in common at their beginning without being the same."""


class Speech:
    """The text of one turn, answer by answer and attempt by attempt."""

    def __init__(self) -> None:
        self._spoken = False  # in the turn
        self._said = ""  # of this answer, in all attempts
        self._heard = ""  # the same as the model gave it, without a paragraph of ours
        self._again: str | None = None  # what is held back while it may be a repetition
        self.pieced = False  # whether this answer broke off after it had said something

    @property
    def said(self) -> str:
        """What was said of the answer that is under way."""
        return self._said

    @property
    def note(self) -> str | None:
        """What the model is to be told when it is asked again; None if it had said nothing."""
        if not self._said:
            return None
        return (
            "<system-reminder>Your answer broke off. The person has read this of it:"
            f" {self._said!r}. No tool was used since. Go on from exactly there, and repeat none of"
            " it.</system-reminder>"
        )

    def answered(self) -> None:
        """The answer is whole; what comes is of another one."""
        self._said, self._heard, self._again, self.pieced = "", "", None, False

    def broke(self) -> None:
        """The answer broke off, and is asked for again."""
        if self._said:
            self._again, self.pieced = "", True
        else:
            self.answered()

    def take(self, text: str) -> str:
        """What of this text is to be said now."""
        if self._again is not None:
            text = self._new(text)
        self._heard += text
        if self._spoken and not self._said:
            text = f"\n\n{text.lstrip()}" if text.strip() else ""
        self._spoken = self._spoken or bool(text)
        self._said += text
        return text

    def _new(self, text: str) -> str:
        assert self._again is not None
        again = self._again + text
        if self._heard.startswith(again):
            self._again = again
            return ""
        self._again = None
        if again.startswith(self._heard):
            return again[len(self._heard) :]
        restarted = len(self._heard) >= CHANCE and again.startswith(self._heard[:CHANCE])
        return f"\n\n{again}" if restarted else again
