"""What the simulation says: to a wish it does not understand, and about the site."""

from __future__ import annotations

import posixpath

from services.agent.simulation.find import find
from services.agent.simulation.intents import NotUnderstood
from services.agent.simulation.site import Cannot, Site
from services.messages import GitState

EXAMPLES = (
    "Change the heading of the home page to “Hello”",
    "Make the background light blue",
    "Create a page called Prices saying: Everything is free.",
    "Add a section called Team to the about page saying: We are two.",
    "Replace “fern” with “palm” on the home page",
    "Add Prices to the navigation",
    "Remove the contact page",
    "List the pages",
)
_MOST_LINES = 200


def help_text() -> str:
    return "I can change this site for you without any network. For example:\n" + _examples()


def not_understood(sentence: NotUnderstood) -> str:
    reason = sentence.reason or "I did not understand that, so I changed nothing."
    return f"{reason}\n\nHere is what I do understand:\n{_examples()}"


def _examples() -> str:
    return "\n".join(f"- {example}" for example in EXAMPLES)


def pages(site: Site) -> str:
    """Every page and post with its address, file and name."""
    lines = [f"- {page.route or '(post)'}: {page.caption} ({page.path})" for page in site.pages]
    return "\n".join(["The pages of this site:", *lines]) if lines else "There are no pages yet."


def files(site: Site) -> str:
    paths = sorted({*site.files, *site.others})
    return "\n".join([f"The {len(paths)} files of this site:", *(f"- {path}" for path in paths)])


def status(state: GitState) -> str:
    """What git says, in git's own short words."""
    twin = f"...{state.upstream}" if state.upstream else ""
    apart = [f"{word} {n}" for word, n in (("ahead", state.ahead), ("behind", state.behind)) if n]
    lines = [f"## {state.branch}{twin}" + (f" [{', '.join(apart)}]" if apart and twin else "")]
    marks = (("A ", state.added), (" M", state.modified), (" D", state.deleted))
    lines += [f"{mark} {path}" for mark, paths in marks for path in paths]
    lines += [f"?? {path}" for path in state.untracked]
    return "\n".join(["git says:", "", "```", *lines, "```"])


def show(site: Site, where: str) -> tuple[str, str]:
    """A file of the site, by path or as a page: its path, and its text. Raises `Cannot`."""
    path = posixpath.normpath(where.strip().lstrip("/"))
    if path not in site.files:
        if path in site.others:
            raise Cannot(f"cannot show {path}: it is not a text, or a large one")
        path = find(site, where).path if not _is_path(where) else _missing(where)
    lines = site.files[path].splitlines()
    mark = "````" if "```" in site.files[path] else "```"
    kind = posixpath.splitext(path)[1].lstrip(".")
    text = "\n".join([f"{mark}{kind}", *lines[:_MOST_LINES], mark])
    more = len(lines) - _MOST_LINES
    return path, f"{path}:\n\n{text}" + (f"\n\n… and {more} lines more." if more > 0 else "")


def _is_path(where: str) -> bool:
    return "." in posixpath.basename(where)


def _missing(where: str) -> str:
    raise Cannot(f"cannot find the file {where} in this site; say “list the files” to see them")
