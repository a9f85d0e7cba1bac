"""Plain English sentences about a site, and what they ask for."""

from __future__ import annotations

import re
from dataclasses import replace

from services.agent.simulation import colours, phrases
from services.agent.simulation.grammar import Parts
from services.agent.simulation.intents import (
    HOME,
    AddParagraph,
    AddSection,
    ChangeColour,
    ChangeHeading,
    ChangeTitle,
    Intent,
    NotUnderstood,
    ReplaceText,
)
from services.agent.simulation.phrases import Sentence
from services.agent.simulation.pointing import POINTING
from services.agent.simulation.rules import RULES

LONGEST = 4000
"""Characters; a longer sentence is refused rather than searched."""

Wishes = tuple[Intent, ...] | NotUnderstood

_WORDS = {
    word.replace("-", " "): part for part, words in colours.PARTS.items() for word in words.split()
}
_NOBODY = frozenset({"it", "this", "that", "them", "everything else", "something"})
_VERB = re.compile(
    r"(?:change|set|make|turn|paint|colou?r|switch|put|update|let|have|use|give|add|apply)\s+", re.I
)
_SPLIT = re.compile(
    r"\s*\n+\s*(?:[-*•]\s+|\d+[.)]\s+)?"
    r"|\s*;\s*(?:and\s+)?(?:then\s+)?"
    r"|,?\s+and\s+(?:then\s+|also\s+)?"
    r"|,\s*(?:then\s+)"
    r"|[.!]\s+(?:then\s+|and\s+)?"
)
_DOES = re.compile(
    r"(?:please\s+)?(?:change|set|make|turn|paint|add|create|insert|append|write|put|replace|swap"
    r"|delete|remove|rename|update|edit|list|show|publish|drop|link|use)\s",
    re.IGNORECASE,
)
_ON_PAGE = re.compile(
    r"(?:on|in|for)\s+([^\0,]{1,60}?(?=,)|(?:the\s+)?(?:[^\s\0]+\s+){1,4}?page),?\s+(?=[a-z])", re.I
)
_SPLITS = 12
_MOST_WORDS = 60  # in a sentence about a colour


def understand(sentence: str, here: str | None = None) -> Wishes:
    """What a sentence asks for, in order. Several wishes are joined with "and", "then" or lines.

    `here` is the file in which the person points at something; None for a person who does not.

    All or nothing: where one part is not understood, none of it is. Never raises.
    """
    if len(sentence) > LONGEST:
        return NotUnderstood(f"That is long: I read up to {LONGEST} characters at a time.")
    read = phrases.read(sentence, here)
    if not read.text:
        return NotUnderstood()
    return _wishes(read, {})


def _wishes(sentence: Sentence, known: dict[str, Wishes]) -> Wishes:
    """`known` are those of the sentence's ends that were read before: there are many ways to an
    end."""
    if sentence.text not in known:
        known[sentence.text] = _several(sentence, known) or _one(sentence)
    return known[sentence.text]


def _several(sentence: Sentence, known: dict[str, Wishes]) -> tuple[Intent, ...] | None:
    """The wishes of a sentence that says several; None where it is better read as one.

    A text that is announced with a colon goes on to the end of its line.
    """
    text = sentence.text
    joints = [
        match
        for match in _SPLIT.finditer(text)
        if _DOES.match(text, match.end())
        and ("\n" in match.group() or ": " not in text[: match.start()].rpartition("\n")[2])
    ][-_SPLITS:]
    for joint in joints:
        first = _one(replace(sentence, text=phrases.polite(text[: joint.start()])))
        if isinstance(first, NotUnderstood):
            continue
        rest = _wishes(replace(sentence, text=phrases.polite(text[joint.end() :])), known)
        if not isinstance(rest, NotUnderstood):
            return first + rest
    return None


def _one(sentence: Sentence) -> Wishes:
    intent = _ruled(sentence) or _on_page(sentence) or _colour(sentence)
    return intent if isinstance(intent, NotUnderstood) else (intent,)


def _ruled(sentence: Sentence) -> Intent | NotUnderstood | None:
    for rule in (*POINTING, *RULES) if sentence.pointing else RULES:
        match = rule.pattern.fullmatch(sentence.text)
        if match is None:
            continue
        intent = rule.make(Parts(sentence, match.groupdict()))
        if intent is not None:
            return intent
    return None


def _on_page(sentence: Sentence) -> Intent | None:
    """A wish with its page in front: "on the about page, change the heading to ..."."""
    match = _ON_PAGE.match(sentence.text)
    if match is None:
        return None
    wish = _ruled(replace(sentence, text=sentence.text[match.end() :]))
    page = phrases.page(sentence.show(match.group(1)))
    if isinstance(wish, ChangeHeading | ChangeTitle | AddSection | AddParagraph):
        return replace(wish, page=page) if wish.page == HOME else wish
    if isinstance(wish, ReplaceText):
        return wish if wish.page else replace(wish, page=page)
    return None


def _colour(sentence: Sentence) -> Intent | NotUnderstood:
    """A part and a colour, in either order; the longest run of words that is a colour is one."""
    text = " ".join(sentence.text.split())
    verb = _VERB.match(text)
    said = text[verb.end() :] if verb else text
    words = said.rstrip(".!").split(" ")
    if len(words) > _MOST_WORDS:
        return NotUnderstood()
    for cut in range(1, len(words)):
        colour = colours.parse(sentence.show(_after(" ".join(words[cut:]))))
        part = _part(" ".join(words[:cut]), known=verb is None)
        if colour and part:
            return ChangeColour(part, colour)
    for cut in range(len(words) - 1, 0, -1):
        colour = colours.parse(sentence.show(_before(" ".join(words[:cut]))))
        part = _part(" ".join(words[cut:]), known=True)
        if colour and part:
            return ChangeColour(part, colour)
    if verb and re.search(r"\bcolou?r|\bbackground\b", said, re.IGNORECASE):
        return NotUnderstood(
            "I did not recognise the colour. A colour is a name such as 'navy' or 'light blue',"
            " or a code such as #2f6b4a."
        )
    return NotUnderstood()


def _after(words: str) -> str:
    """The colour without what joins it to its part: "to a light blue"."""
    return re.sub(
        r"^(?:(?:should |must )?(?:to be|to|into|as|be|with|in|:|=)\s+)?(?:a\s+)?",
        "",
        words,
        flags=re.I,
    )


def _before(words: str) -> str:
    return re.sub(
        r"^(?:(?:the )?(?:site|page|website|it|me|us)\s+)?(?:an?\s+)?", "", words, flags=re.I
    )


def _part(words: str, *, known: bool) -> str | None:
    """The canonical part, or the words themselves where they could name one of the site's own."""
    text = words.casefold().strip(" :=")
    text = re.sub(r"^(?:for|to|on|of|as)\s+", "", text)
    text = re.sub(r"^(?:(?:the|my|our|your|all|every|of|whole|entire)\s+)+", "", text)
    text = re.sub(
        r"^(?:background\s+)?colou?rs?\s+(?:of|for)\s+(?:(?:the|my|our|all)\s+)*", "", text
    )
    text = re.sub(
        r"\s+(?:of|on|for|in)\s+(?:the|my|our|all|every|whole|\s)*(?:web)?(?:site|pages?)$",
        "",
        text,
    )
    text = re.sub(r"\s*\b(?:colou?rs?|should|must)$", "", text).strip()
    for tail in ("", " background"):
        if (found := _WORDS.get(text.removesuffix(tail) if tail else text)) is not None:
            return found
    if known or text in _NOBODY or not re.fullmatch(r"[a-z][a-z-]*(?: [a-z-]+){0,2}", text):
        return None
    return text
