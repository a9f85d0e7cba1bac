"""How the front page looks: one file, nothing loaded from anywhere, no script."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from string import Template

_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>nurseryd</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' \
viewBox='0 0 32 32'%3E%3Cpath d='M16 30V14m0 4C6 18 5 11 5 7c6 0 11 3 11 11zm0-3c0-8 5-12 \
11-12 0 5-1 12-11 12z' fill='none' stroke='%232f7d4f' stroke-width='3' \
stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E">
<style>
:root {
  --ground: #f7f6f1; --card: #fff; --ink: #22281f; --soft: #5d6658; --line: #e2e1d8;
  --leaf: #2f7d4f; --on-leaf: #fff; --code: #f1f0e9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #151815; --card: #1d211d; --ink: #e8ebe4; --soft: #a0a99b; --line: #30362f;
    --leaf: #6fbf8b; --on-leaf: #10150f; --code: #151815;
  }
}
* { box-sizing: border-box }
body {
  margin: 0; padding: 4rem 1.25rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.6 system-ui, sans-serif;
}
main { max-width: 44rem; margin: 0 auto }
h1 { margin: 0; font-size: 2.25rem; letter-spacing: -.03em; line-height: 1.2 }
h2 { margin: 0 0 .5rem; font-size: 1rem }
.terminal { margin-top: 3rem }
p { margin: .5rem 0 0; color: var(--soft) }
a { color: var(--leaf) }
a:focus-visible, pre:focus-visible { outline: 3px solid var(--leaf); outline-offset: 3px }
.preview {
  display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; justify-content: space-between;
  margin: 1rem 0; padding: 1.25rem 1.5rem; border: 1px solid var(--line);
  border-radius: .9rem; background: var(--card);
}
.preview:first-of-type { margin-top: 2rem }
.preview p { margin: 0; overflow-wrap: anywhere }
.preview a {
  padding: .55rem 1.1rem; border-radius: .6rem; background: var(--leaf); color: var(--on-leaf);
  font-weight: 600; text-decoration: none; white-space: nowrap;
}
ol { margin: 1.5rem 0 0; padding: 0; list-style: none; counter-reset: step }
li { position: relative; padding: 0 0 2rem 3rem; counter-increment: step }
li::before {
  content: counter(step); position: absolute; left: 0; top: -.1rem; width: 1.9rem;
  height: 1.9rem; border: 1px solid var(--line); border-radius: 50%; background: var(--card);
  color: var(--leaf); font-weight: 600; line-height: 1.8rem; text-align: center;
}
pre {
  margin: 0; padding: .9rem 1.1rem; overflow-x: auto; border: 1px solid var(--line);
  border-radius: .6rem; background: var(--code); user-select: all; -webkit-user-select: all;
  font: .85rem/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
</style>
</head>
<body>
<main>
<h1>Your site is ready to grow</h1>
<p>nurseryd keeps a git workspace, an agent and a live Astro preview for every conversation.
Say what to change, and watch it change.</p>
<section class="preview" aria-label="Preview">
<div><h2>Live preview</h2><p>$preview</p></div>
<a href="$preview">Open the preview</a>
</section>
<section class="preview" aria-label="Chat">
<div><h2>Chat</h2><p>A conversation with the agent, beside its preview</p></div>
<a href="$chat">Open the chat</a>
</section>
<h2 class="terminal">The first edit, from a terminal</h2>
<ol>
$steps
</ol>
</main>
</body>
</html>
""")

_STEP = Template('<li><h2>$title</h2><pre tabindex="0">$command</pre></li>')


def render(preview: str, chat: str, steps: Iterable[tuple[str, str]]) -> str:
    """The page: two addresses, and steps of a title and a command each. All is escaped."""
    return _PAGE.substitute(
        preview=escape(preview),
        chat=escape(chat),
        steps="\n".join(
            _STEP.substitute(title=escape(title), command=escape(command))
            for title, command in steps
        ),
    )
