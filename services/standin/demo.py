"""What a stand-in says that was given no script: enough to see a site change, and no more."""

from __future__ import annotations

from services.standin.script import Reply, Rule, Say, Script, Use

_PAGE = """\
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>{name}</title>
  </head>
  <body>
    <h1>{name}</h1>
    <p>A stand-in wrote this page. No model was asked.</p>
  </body>
</html>
"""
_WHEN = r"page (?:called|named) [\"'“]?(?P<name>[a-z0-9][a-z0-9-]*)"
_PATH = "src/pages/{name}.astro"
_PACE = 0.03  # seconds between words
_ANSWERS = (
    Say("I am a stand-in, so I can only do what I was told before: I write one page.", _PACE),
    Say("The page is there, at /{name}.", _PACE),
)
_OTHERWISE = Say(
    "I am a stand-in: there is no model behind me, and I cannot carry out what you say. Ask me for"
    " “a page called hello”, or start me with a script of your own (--script).",
    _PACE,
)


def _page(tool: str, **input: str) -> Rule:
    first, last = _ANSWERS
    return Rule(_WHEN, [Reply([first, Use(tool, input)]), Reply([last])], tool=tool)


# The tools of Claude Code, and those of the agent's own loop over Bedrock.
DEMO = Script(
    rules=[
        _page("Write", file_path="{cwd}/" + _PATH, content=_PAGE),
        _page("write", path=_PATH, text=_PAGE),
    ],
    otherwise=[Reply([_OTHERWISE])],
)
