"""The vocabulary of the sentences that are understood: pieces of patterns, and what a rule is.

In a pattern a space is any run of spaces and `~` an optional one. `Q` is a quotation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.agent.simulation import phrases
from services.agent.simulation.intents import Intent, NotUnderstood
from services.agent.simulation.phrases import Sentence

Q = "\0\\d+\0"
THE = r"(?:(?:the|my|our|your|this) )?"
A = r"(?:(?:a|an|another|one more|the|some) )?(?:(?:new|short|little|small|simple) )*"
ADD = r"(?:add|create|insert|append|make|write|put|include|place)"
CHANGE = r"(?:change|set|update|edit|make|rename|rewrite|switch|turn|put|replace|let|have)"
REMOVE = r"(?:delete|remove|drop|erase|get rid of|throw away|take away|take)"
TO = (
    r"(?: (?:to say|to read|to be|so that it says|so it says|to|into|with|as|says|say|read|be)\b:?"
    r" |~[:=]~)"
)
NAMED = (
    r"(?:called|titled|named|entitled|headed|labelled|labeled|about|for|on"
    r"|with (?:the |a )?(?:title|heading|headline|name|label|text))\b:?"
)
SAY = (
    r"(?:,? (?:and )?(?:saying|says|that says|which says|that reads|reading|containing"
    r"|with (?:the |some )?(?:text|content|contents|words|paragraph|sentence|body))\b:? |~:~)"
)
CALLED = NAMED.replace("|about|for|on", "")
# What a page may be called: no words in it with which something else begins.
PAGE = f"(?:{Q}|(?:(?!\\b(?:to|into|saying|says|with|say|read)\\b)[^\0,:;]){{1,80}}?)"
PAGEISH = f"(?:{Q}|(?:the )?(?:[^\\s\0]+ ){{1,4}}page|/[^\\s\0]*|[^\\s\0]+\\.(?:astro|mdx?|html))"
OF = f" (?:of|on|in|for|at) (?P<page>{PAGE})"
ONTO = f" (?:to|on|in|into|onto|at the (?:end|bottom) of) (?P<page>{PAGE})"
ONTO_QUOTED = f" (?:to|on|in|into|at the (?:end|bottom) of) (?P<page>{PAGEISH})"
NAV = (
    r"(?:the |my |our )?(?:main |site |top )?"
    r"(?:navigation(?: bar| menu)?|nav(?:~bar)?|menu(?: bar)?|header)"
)
HEADING = (
    r"(?:(?:main|big|top|first|page|hero|large) )?"
    r"(?:heading|headline|h1|header text|hero text|hero title|welcome text)(?: text)?"
)
TITLE = r"(?:(?:page|browser|tab|document|meta) )?title(?: tag)?"
WORDS = r"(?:text|word|words|phrase|sentence|line|string|paragraph)"
LINK = r"(?:link|item|entry|point)"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the groups of a pattern matched."""

    sentence: Sentence
    groups: Mapping[str, str | None]

    def __call__(self, name: str) -> str:
        """A part as typed, without its quotes; "" where there is none."""
        return self.sentence.show(self.groups.get(name))

    def title(self, name: str) -> str:
        """A part as a name or heading: it starts with a capital, unless it was quoted without."""
        text = phrases.name(self(name))
        quoted = "\0" in (self.groups.get(name) or "")
        return text if quoted else text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Rule:
    pattern: re.Pattern[str]
    make: Callable[[Parts], Intent | NotUnderstood | None]


def rule(pattern: str, make: Callable[[Parts], Intent | NotUnderstood | None]) -> Rule:
    source = pattern.replace(" ", r"\s+").replace("~", r"\s*")
    return Rule(re.compile(source, re.IGNORECASE | re.DOTALL), make)
