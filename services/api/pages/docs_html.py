"""How the documentation looks: one file, nothing loaded from anywhere, no script. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from string import Template
from typing import Any

from services.api.pages.docs_parts import Operation, operation, paragraphs, shape, text
from services.api.schemas import Schema

STYLE = """\
:root {
  --ground: #f7f6f1; --card: #fff; --ink: #22281f; --soft: #5d6658; --line: #e2e1d8;
  --leaf: #2f7d4f; --code: #f1f0e9; --warm: #a4561b; --cool: #2b6592; --red: #a83232;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #151815; --card: #1d211d; --ink: #e8ebe4; --soft: #a0a99b; --line: #30362f;
    --leaf: #6fbf8b; --code: #151815; --warm: #e0a06b; --cool: #83b9e0; --red: #ea8a8a;
  }
}
* { box-sizing: border-box }
html { scroll-padding-top: 1rem }
body {
  margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif;
}
a { color: var(--leaf) }
a:focus-visible, summary:focus-visible, pre:focus-visible {
  outline: 3px solid var(--leaf); outline-offset: 3px;
}
nav { max-height: 45vh; padding: 1.25rem; overflow-y: auto; border-bottom: 1px solid var(--line) }
nav ul { margin: 0 0 .75rem; padding: 0; list-style: none; font-size: .9rem }
nav li a { display: block; padding: .15rem 0; text-decoration: none; overflow-wrap: anywhere }
nav h2 { margin: .75rem 0 .25rem; font-size: .8rem; color: var(--soft) }
main { padding: 2rem 1.25rem 6rem; max-width: 56rem }
h1 { margin: 0; font-size: 2.25rem; letter-spacing: -.03em; line-height: 1.2 }
main > section > h2 { margin: 4rem 0 0; font-size: 1.5rem; letter-spacing: -.02em }
article {
  margin: 1rem 0; padding: 1.25rem 1.5rem; border: 1px solid var(--line); border-radius: .9rem;
  background: var(--card);
}
article:target { border-color: var(--leaf); box-shadow: 0 0 0 1px var(--leaf) }
article h3 { margin: 0; font-size: 1.05rem; line-height: 1.4 }
article h3 a { color: inherit; text-decoration: none }
article h3 a:hover { text-decoration: underline }
h4 { margin: 1.25rem 0 .25rem; font-size: .85rem; color: var(--soft) }
p { margin: .5rem 0 0 }
.soft { color: var(--soft) }
.route { font: .85rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
.GET { color: var(--cool) } .POST { color: var(--leaf) } .PUT, .PATCH { color: var(--warm) }
.DELETE { color: var(--red) }
code { padding: .05em .3em; border-radius: .3em; background: var(--code); font-size: .9em }
pre {
  margin: .25rem 0 0; padding: .9rem 1.1rem; overflow-x: auto; border: 1px solid var(--line);
  border-radius: .6rem; background: var(--code); user-select: all; -webkit-user-select: all;
  font: .8rem/1.55 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
}
dl { margin: .25rem 0 0; font-size: .9rem }
dl > div { padding: .35rem 0; border-top: 1px solid var(--line) }
dt { font: 600 .85rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere }
dd { margin: 0; overflow-wrap: anywhere }
@media (min-width: 60rem) {
  body { display: grid; grid-template-columns: 18rem 1fr }
  nav {
    position: sticky; top: 0; height: 100vh; max-height: none; border: 0;
    border-right: 1px solid var(--line);
  }
  main { padding: 3rem }
}
"""
_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>nurseryd: the API</title>
<style>$style</style>
</head>
<body>
<nav aria-label="Operations">
<details open><summary>Operations</summary>
$contents
</details>
</nav>
<main>
<h1>nurseryd: the API</h1>
<p class="soft">Version $version; for programs at <a href="openapi.json">openapi.json</a></p>
$about
$groups
<section aria-labelledby="shapes"><h2 id="shapes">Shapes</h2>
$shapes
</section>
</main>
</body>
</html>
""")


def render(document: Mapping[str, Any], address: str) -> str:
    """The page of an OpenAPI document whose API is at `address`. All is escaped."""
    operations = sorted(_operations(document), key=lambda found: found.described["tags"][0])
    groups = [
        (tag, list(of)) for tag, of in groupby(operations, lambda found: found.described["tags"][0])
    ]
    about = {tag["name"]: tag["description"] for tag in document["tags"]}
    schemas: Mapping[str, Schema] = document["components"]["schemas"]
    return _PAGE.substitute(
        style=STYLE,
        version=text(document["info"]["version"]),
        about=paragraphs(document["info"]["description"]),
        contents="\n".join(_contents(groups)),
        groups="\n".join(
            "\n".join(
                [
                    f'<section aria-labelledby="group-{text(tag)}">',
                    f'<h2 id="group-{text(tag)}">{text(tag)}</h2>',
                    paragraphs(about[tag]),
                    *(operation(found, document, address) for found in of),
                    "</section>",
                ]
            )
            for tag, of in groups
        ),
        shapes="\n".join(shape(name, schema) for name, schema in schemas.items()),
    )


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            yield Operation(method.upper(), path, described)


def _contents(groups: list[tuple[str, list[Operation]]]) -> Iterator[str]:
    for tag, operations in groups:
        yield f'<h2><a href="#group-{text(tag)}">{text(tag)}</a></h2>\n<ul>'
        for found in operations:
            name = text(found.described["operationId"])
            yield f'<li><a href="#{name}">{name}</a></li>'
        yield "</ul>"
