"""Sentences about what a person points at: "make this heading say “Hello”", "remove this"."""

from __future__ import annotations

from services.agent.simulation import colours, phrases
from services.agent.simulation.grammar import CHANGE, REMOVE, WORDS, Parts, Q, Rule, rule
from services.agent.simulation.intents import Intent, NotUnderstood, RemoveThis, SetThis

_THING = (
    r"(?:element|heading|headline|title|text|words?|sentence|paragraph|link|button|label|item"
    r"|line|quote|caption|one|part|thing|entry|(?:list|menu) (?:item|entry))"
)
_THIS = rf"(?:(?:this|that|the (?:selected|marked|highlighted))(?: {_THING})?|it)"
_TEXT = rf"(?:(?:the )?{WORDS} (?:of|in) )?{_THIS}(?:['’]s {WORDS})?"
_TO = (
    r"(?: (?:to say|to read|so that it says|so it says|to|with|say|says|read|reads)\b:?"
    r"|~[:=]~)~"
)
_ONLY = (
    "I can give what you point at another text, or remove it, and nothing else. Say for example:"
    " make this say “Hello”."
)


def _set(part: Parts) -> Intent | NotUnderstood | None:
    quoted = "\0" in (part.groups.get("text") or "")
    text = part("text").strip() if quoted else phrases.name(part("text"))
    if not quoted and colours.parse(text):
        return NotUnderstood(f"{_ONLY} Put “{text}” in quotes if it is the text.")
    return SetThis(text) if text else None


POINTING: tuple[Rule, ...] = (
    rule(f"{CHANGE} {_TEXT}{_TO}(?P<text>.+)", _set),
    rule(f"{CHANGE} {_TEXT} (?P<text>{Q})", _set),
    rule(f"{_TEXT} (?:should|must|has to|needs to) (?:be|say|read):? (?P<text>.+)", _set),
    rule(f"{REMOVE} {_THIS}[.!]*", lambda _: RemoveThis()),
    rule(
        rf"(?:[a-z]+ ){{1,2}}{_THIS}(?!~\w*~(?:page|site|website)\b)(?: .*|[.?!]*)",
        lambda _: NotUnderstood(_ONLY),
    ),
)
