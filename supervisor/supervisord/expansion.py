"""supervisord's `%(name)s` in a text, and what becomes of it.

What is known when the file is read is put in its place. `%(ENV_NAME)s` is known only when the
daemon starts: it becomes our `${NAME}`, and until the text is written a mark that no quoting and no
splitting into words can harm.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

# Two characters that Unicode leaves to whoever wants them.
OPEN, CLOSE = "\ue000", "\ue001"
MARK = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def variable(name: str, default: str | None = None) -> str:
    """The mark of a variable that the daemon will put in."""
    return f"{OPEN}{name}{'' if default is None else f':-{default}'}{CLOSE}"


def written(text: str) -> str:
    """The text as our TOML has it: `${NAME}` for a mark, `$$` where a dollar would begin one."""
    pieces = MARK.split(text)  # text, name, text, name, …, text
    last = len(pieces) - 1
    return "".join(
        f"${{{piece}}}" if n % 2 else _escape(piece, before_mark=n < last)
        for n, piece in enumerate(pieces)
    )


def _escape(text: str, *, before_mark: bool) -> str:
    return re.sub(r"\$(?=[${]|$)" if before_mark else r"\$(?=[${])", "$$", text)


class Expansion(Struct, frozen=True):
    """Names and what they stand for. `environment` is the one in which the file is read."""

    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    names: Mapping[str, object] = field(default_factory=dict[str, object])

    def having(self, **names: object) -> Expansion:
        return replace(self, names={**self.names, **names})

    def defining(self, variables: Mapping[str, str]) -> Expansion:
        """With variables that the file sets itself: supervisord puts those in at once."""
        return self.having(**{f"ENV_{name}": value for name, value in variables.items()})

    def expand(self, text: str) -> str:
        """The text with marks; raises `ValueError` with the reason where it cannot be."""
        try:
            return text % _Names(self.names)
        except KeyError as error:
            raise ValueError(f"there is no %({error.args[0]})s") from None
        except (TypeError, ValueError) as error:
            raise ValueError(f"cannot expand {text!r}: {error}; a percent sign is %%") from None

    def resolve(self, text: str) -> str:
        """The text with the variables of this environment in the place of the marks.

        For what has to be known now. Raises `ValueError` where one is not set.
        """

        def look_up(found: re.Match[str]) -> str:
            name, colon, default = found[1].partition(":-")
            value = self.environment.get(name, default if colon else None)
            if value is None:
                raise ValueError(f"the variable {name} is not set; set it and import again")
            return value

        return MARK.sub(look_up, text)


class _Names(dict[str, object]):
    def __missing__(self, key: str) -> object:
        if key == "host_node_name":
            return variable("HOSTNAME", platform.node())
        prefix, name = key[:4], key[4:]
        if prefix == "ENV_" and VARIABLE.fullmatch(name):
            return variable(name)
        raise KeyError(key)
