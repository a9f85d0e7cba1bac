"""The sentences that are understood: patterns, and the intent that each one means.

The first rule that matches wins, so the more particular ones come first.
"""

from __future__ import annotations

from collections.abc import Callable

from services.agent.simulation import meanings
from services.agent.simulation.grammar import (
    ADD,
    CALLED,
    CHANGE,
    HEADING,
    LINK,
    NAMED,
    NAV,
    OF,
    ONTO,
    ONTO_QUOTED,
    PAGE,
    PAGEISH,
    REMOVE,
    SAY,
    THE,
    TITLE,
    TO,
    WORDS,
    A,
    Parts,
    Q,
    Rule,
    rule,
)
from services.agent.simulation.intents import (
    Help,
    Intent,
    ListFiles,
    ListPages,
    NotUnderstood,
    ShowStatus,
)


def _headings(what: str, make: Callable[[Parts], Intent | None]) -> list[Rule]:
    return [
        rule(
            f"{CHANGE} {THE}{what}(?: from)? (?P<old>{Q}){TO}(?P<new>{Q}|.+?)(?:{OF})?",
            meanings.replace,
        ),
        rule(f"{CHANGE} {THE}{what}{TO}(?P<text>{Q}){OF}", make),
        rule(f"{CHANGE} {THE}{what}{TO}(?P<text>.+?) (?:of|on|for) (?P<page>{PAGEISH})", make),
        rule(f"{CHANGE} {THE}{what}(?:{OF})?{TO}(?P<text>.+)", make),
        rule(f"{CHANGE} (?P<page>{PAGE})(?:['’]s)? {what}{TO}(?P<text>.+)", make),
        rule(f"{CHANGE} {THE}{what}(?:{OF})? (?P<text>{Q})", make),
        rule(
            f"{THE}{what}(?:{OF})? (?:should|must|has to|needs to) (?:be|say|read):? (?P<text>.+)",
            make,
        ),
    ]


_IN_MENU = rf"(?P<menu>,? (?:and )?(?:then )?(?:add|put|link|show|list) .{{0,30}}?{NAV})"
_SECTION = f"{ADD} {A}section"
_PARAGRAPH = f"{ADD} {A}(?:paragraph|sentence|text|line|note)(?: of text)?"
_END = r"[.?!]*+"
_WRITES_NOTHING = (
    "I do not think of texts myself: tell me what it should say, after a colon or in quotes."
)
_LIST = r"(?:list|show me|show|give me|tell me|which are|what are|which|what)(?: all)?"
_EXIST = r"(?:are there|do i have|do we have|exist|does .+ have)"
_CALLED = r"(?:called|named|titled|at|about)"
_NAMEWORD = r"(?!(?:page|to|in|on|with|section|paragraph|sentence|text|link)\b)[^\s\0]+"

RULES: tuple[Rule, ...] = (
    # Looking
    rule(
        rf"(?:help|help me|what can (?:you|i) (?:do|say)|how does this work){_END}",
        lambda _: Help(),
    ),
    rule(
        f"{_LIST} {THE}(?:site['’]s )?pages(?: {_EXIST}| of .+)?{_END}",
        lambda _: ListPages(),
    ),
    rule(
        f"{_LIST} {THE}files(?: {_EXIST}| of .+| in .+)?{_END}",
        lambda _: ListFiles(),
    ),
    rule(
        rf"(?:(?:show me|show|what is|what['’]s) )?{THE}(?:git )?(?:status|state|changes){_END}"
        rf"|(?:show me )?what (?:has |have )?(?:changed|i changed|we changed|you changed){_END}",
        lambda _: ShowStatus(),
    ),
    rule(
        rf"(?:show me|show|open|print|read|display|cat|view|what is in|what['’]s in) {THE}"
        r"(?:(?:file|source(?: code)?|code|contents?) )?(?:of )?(?:the file )?"
        rf"(?P<where>{Q}|\S[^\s/]*/\S*|\S+\.\w+){_END}",
        meanings.show,
    ),
    rule(
        rf"(?:show me|show|open|print|read|display|view) {THE}"
        rf"(?:source(?: code)?|code|contents?|file) (?:of|for) (?P<where>.+?){_END}",
        meanings.show,
    ),
    rule(
        rf"(?:show me|show|open|display|view) (?P<where>{THE}.{{1,60}}? page){_END}", meanings.show
    ),
    # Headings and titles
    *_headings(HEADING, meanings.heading),
    *_headings(TITLE, meanings.title),
    # The navigation
    rule(
        f"{ADD} {A}{LINK} (?:to|for) (?>(?P<target>{Q}|.+?) {NAMED}) (?P<label>{Q}|.+?)"
        f" (?:to|in|on|into) {NAV}{_END}",
        meanings.add_link,
    ),
    rule(
        f"{ADD} {A}{LINK} {NAMED} (?P<label>{Q}|.+?) (?:to|for|pointing to) (?P<target>{PAGE})"
        f" (?:to|in|on|into) {NAV}{_END}",
        meanings.add_link,
    ),
    rule(
        f"{ADD} {A}{LINK} (?:to|in|on|into) {NAV}(?:,? {NAMED} (?P<label>{Q}|.+?))?,? (?:and )?"
        r"(?:that |which )?(?:to|for|pointing to|going to|leading to|linking to"
        r"|(?:goes|points|leads|links) to) (?P<target>.+)",
        meanings.add_link,
    ),
    rule(
        f"{ADD} {A}{LINK} (?:to|in|on|into) {NAV},? {NAMED} (?P<label>.+)",
        meanings.add_link,
    ),
    rule(
        f"{ADD} {A}{LINK} (?:to|in|on|into) {NAV}{_END}",
        lambda _: NotUnderstood("Which page should the link lead to?"),
    ),
    rule(
        f"{ADD} {A}(?:nav|navigation|menu|header) {LINK} (?:to|for|called|named)"
        f" (?P<target>{Q}|.+?)"
        f"(?:,? {NAMED} (?P<label>{Q}|.+?))?{_END}",
        meanings.add_link,
    ),
    rule(
        f"(?:add|put|include|show|list|insert) (?!.*\\b(?:add|put) it\\b)"
        f"(?P<target>{Q}|[^\0]{{1,80}}?)"
        f" (?:to|in|into|on) {NAV}{_END}",
        meanings.add_link,
    ),
    rule(
        f"link (?:to )?(?P<target>{Q}|.{{1,80}}?) (?:in|from|into) {NAV}{_END}", meanings.add_link
    ),
    rule(
        f"(?:{REMOVE}|hide) {THE}(?:{LINK} (?:to|for|called) )?(?P<label>{Q}|.{{1,80}}?)"
        f" (?:from|out of|off|in) {NAV}{_END}",
        meanings.remove_link,
    ),
    # Removing
    rule(
        f"{REMOVE} {THE}(?:page|post|article)(?: {_CALLED})? (?P<page>.+?){_END}",
        meanings.remove_page,
    ),
    rule(
        f"{REMOVE} (?P<page>{THE}(?:{Q}|[^\0]{{1,80}}?) (?:page|post|article)){_END}",
        meanings.remove_page,
    ),
    rule(
        f"{REMOVE} (?:the file )?(?P<page>/\\S*|\\S+\\.(?:astro|mdx?|html)){_END}",
        meanings.remove_page,
    ),
    # Creating
    rule(
        f"(?:{ADD}|publish|start) {A}(?:(?:blog|journal|news) )?(?:post|article|entry)"
        f" {NAMED} (?P<name>{Q}|.+?)(?:{SAY}(?P<text>.+))?",
        meanings.create_post,
    ),
    rule(
        f"(?:{ADD}|set up|start|build|generate)(?: me| us)? {A}(?:web~)?page"
        f"(?: {NAMED}| at)? (?P<name>{Q}|.+?)(?:{SAY}(?P<text>{Q}|.+?))?"
        f"(?:{_IN_MENU}{_END})?",
        meanings.create_page,
    ),
    rule(
        f"(?:{ADD}|set up|start|build|generate)(?: me| us)? {A}"
        f"(?P<name>{Q}|(?:{_NAMEWORD} ){{0,4}}?{_NAMEWORD}) page"
        f"(?:{SAY}(?P<text>{Q}|.+?))?(?:{_IN_MENU}{_END})?",
        meanings.create_page,
    ),
    # Sections
    rule(f"{_SECTION}{ONTO} {CALLED} (?P<title>{Q}|.+?)(?:{SAY}(?P<text>.+))?", meanings.section),
    rule(f"{_SECTION}{ONTO}{SAY}(?P<text>.+)", meanings.section),
    rule(f"{_SECTION} {NAMED} (?P<title>{Q}|.+?){SAY}(?P<text>{Q}){ONTO}{_END}", meanings.section),
    rule(f"{_SECTION} {NAMED} (?P<title>{Q}|.+?){ONTO}{SAY}(?P<text>.+)", meanings.section),
    rule(
        f"{_SECTION} {NAMED} (?>(?P<title>{Q}|.+?){SAY})(?P<text>.+){ONTO_QUOTED}{_END}",
        meanings.section,
    ),
    rule(f"{_SECTION} {NAMED} (?P<title>{Q}|.+?){ONTO}", meanings.section),
    rule(f"{_SECTION} {NAMED} (?P<title>{Q}|.+?)(?:{SAY}(?P<text>.+))?", meanings.section),
    rule(f"{_SECTION}(?P<title>){SAY}(?P<text>.+)", meanings.section),
    rule(
        f"{ADD} {A}(?P<title>{Q}|(?:[^\\s\0]+ ){{0,3}}?[^\\s\0]+) section(?:{ONTO})?"
        f"(?:{SAY}(?P<text>.+))?",
        meanings.section,
    ),
    # Paragraphs
    rule(f"{_PARAGRAPH}{ONTO}{SAY}(?P<text>.+)", meanings.paragraph),
    rule(f"{_PARAGRAPH}(?:{SAY}| )(?P<text>{Q}){ONTO}{_END}", meanings.paragraph),
    rule(f"{_PARAGRAPH}{SAY}(?P<text>.+){ONTO_QUOTED}{_END}", meanings.paragraph),
    rule(f"{_PARAGRAPH}(?:{SAY}(?P<text>.+)| (?P<quoted>{Q}))", meanings.quoted_paragraph),
    rule(f"{_PARAGRAPH} (?:about|on|to) .+", lambda _: NotUnderstood(_WRITES_NOTHING)),
    rule(f"(?:{ADD}|say) (?:the )?(?:{WORDS} )?(?P<text>{Q}){ONTO}{_END}", meanings.paragraph),
    # Words
    rule(
        f"(?:replace|substitute|swap) (?:(?:the {WORDS}|every|all|text) )?(?P<old>{Q}|.+?)"
        f" (?:with|by|for) (?P<new>{Q}|.+?)(?: (?:everywhere|on (?:all|every) pages?)"
        f"| (?:on|in|of) (?P<page>{PAGEISH}))?",
        meanings.replace,
    ),
    rule(
        f"(?:replace|substitute|swap) (?:(?:the {WORDS}|every|all) )?(?P<old>{Q})"
        f" (?:with|by|for) (?P<new>{Q}){OF}",
        meanings.replace,
    ),
    rule(
        f"{CHANGE} {THE}(?:{WORDS} )?(?:from )?(?P<old>{Q}){TO}(?P<new>{Q}|.+?)"
        f"(?: everywhere| on (?:all|every) pages?|{OF})?",
        meanings.replace,
    ),
    rule(f"{REMOVE} {THE}{WORDS} (?P<old>{Q})(?: from (?P<page>{PAGE}))?{_END}", meanings.replace),
    rule(f"{REMOVE} (?P<old>{Q}) from (?P<page>{PAGE}){_END}", meanings.replace),
    rule(f"{CHANGE} {THE}header(?:{OF})?{TO}(?P<text>.+)", meanings.header),
)
