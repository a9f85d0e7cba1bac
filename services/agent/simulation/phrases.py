"""Small pieces of a typed sentence: its quotations, its politeness, the names in it."""

from __future__ import annotations

import re
from dataclasses import dataclass

# An apostrophe inside a word neither opens nor closes a quotation.
_QUOTED = re.compile(
    r'"([^"]*)"'
    r"|“([^”“]*)[”“]"
    r"|„([^„“”]*)[“”]"
    r"|«([^«»]*)»"
    r"|»([^»«]*)«"
    r"|‘((?:[^‘’]|(?<=\w)’(?=\w))*)’(?!\w)"
    r"|(?<!\w)'((?:[^']|(?<=\w)'(?=\w))*)'(?!\w)"
    r"|`([^`]*)`"
)
_BLANKS = re.compile(r"\s+")
_MARK = re.compile("\0(\\d+)\0")
_BEFORE = re.compile(
    r"(?:(?:hi|hello|hey|please|kindly|ok|okay|now|then|also|next|so|just|great|good|yes)\b[,!.]*"
    r"|(?:can|could|would|will) you"
    r"|(?:i|we)(?:['’]d| would)? (?:like|want|need|love)(?: you)? to"
    r"|let['’]s|let us)\s+",
    re.IGNORECASE,
)
_WANT = re.compile(
    r"(?:i|we)(?:['’]d| would)? (?:like|want|need)(?: to have)?\s+(?=(?:a|an|another|some)\s)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?<![,\s])[,\s]+(?:please|thanks|thank you|for me|now|ok)[\s.!?]*$", re.IGNORECASE
)
_THIS_PAGE = re.compile(r"\b(?:this|the current) (?:web ?)?page\b(?!['’])", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:the|my|our|your|this|a|an)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence whose quotations are marks, so that a pattern cannot match inside them.

    `pointing` says that the person points at something, so "this" is that.
    """

    text: str
    quotations: tuple[tuple[str, str], ...] = ()
    pointing: bool = False

    def show(self, part: str | None) -> str:
        """A part as it was typed; without its quotes where it is one quotation."""
        text = (part or "").strip()
        if match := _MARK.fullmatch(text):
            return self.quotations[int(match.group(1))][1]
        return _MARK.sub(lambda match: self.quotations[int(match.group(1))][0], text)


def read(typed: str, here: str | None = None) -> Sentence:
    """Hide the quotations, shorten runs of blanks and drop what is only polite. `here` is the file
    pointed at: as a page it is "this page"."""
    quotations: list[tuple[str, str]] = []

    def hide(match: re.Match[str]) -> str:
        inner = next((each for each in match.groups() if each is not None), "")
        quotations.append((match.group(), inner))
        return f"\0{len(quotations) - 1}\0"

    text = _QUOTED.sub(hide, typed.replace("\0", "").replace("\r", ""))
    text = _BLANKS.sub(lambda match: "\n\n"[: match.group().count("\n")] or " ", text)
    if here is not None and _THIS_PAGE.search(text):
        text = _THIS_PAGE.sub(f"\0{len(quotations)}\0", text)
        quotations.append((here, here))
    return Sentence(polite(text), tuple(quotations), pointing=here is not None)


def polite(text: str) -> str:
    """The request without its please and thank you."""
    text = re.sub(r"^(?:[-*•]|\d+[.)])\s+", "", text.strip())
    asked = False
    while match := _BEFORE.match(text):
        asked = asked or "you" in match.group().lower()
        text = text[match.end() :]
    text = _AFTER.sub("", _WANT.sub("add ", text, count=1) if _WANT.match(text) else text)
    if asked:
        text = text.removesuffix("?")
    return re.sub("\0[.!?]+$", "\0", text)


def name(text: str) -> str:
    """A heading, label or page name as it is meant: one line, without a full stop at its end."""
    text = " ".join(text.split())
    return text[:-1].rstrip() if text.endswith(".") and not text.endswith("..") else text


def page(text: str, default: str = "home") -> str:
    """What a page is called, without article and the word page; `default` for "the page"."""
    text = name(text)
    text = re.sub(r"['’]s$", "", text)
    while match := _ARTICLE.match(text):
        text = text[match.end() :]
    text = re.sub(
        r"^(?:page|post|article)\s+(?:called\s+|named\s+|titled\s+)?", "", text, flags=re.I
    )
    text = re.sub(r"(?:^|\s+)(?:web ?)?(?:page|post|article)$", "", text, flags=re.I)
    if text.casefold() in ("", "page", "site", "website", "it"):
        return default
    return text
