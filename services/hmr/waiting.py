"""What is shown while there is no site to show: a page that comes back by itself. Pure."""

from __future__ import annotations

from html import escape
from string import Template

from services.hmr.exchange import End
from services.hmr.notices import Notice
from services.messages import BuildError, Preview, PreviewState
from supervisor.desk import NotFound, Refused

# By this header the page tells our 503 from one of the site's own.
STATE_HEADER = b"x-preview-state"

_TITLES = {
    PreviewState.INSTALLING: "Setting up your site",
    PreviewState.STARTING: "Starting your site",
    PreviewState.READY: "Reconnecting to your site",
    PreviewState.ASLEEP: "Your site sleeps",
    PreviewState.FAILED: "Your site cannot start",
}
# What does not change by itself is asked for less often; in seconds.
_LASTING = frozenset({"failed", "none", "unreadable"})
_SOON, _SLOW = 2, 6

_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>$title</title>
<noscript><meta http-equiv="refresh" content="$seconds"></noscript>
<style>
  :root { color-scheme: light dark; --ink: #1d2433; --soft: #5b6478; --ground: #f6f7fb;
    --card: #fff; --accent: #6d4aff; }
  @media (prefers-color-scheme: dark) { :root { --ink: #eceef6; --soft: #a3abc0;
    --ground: #12141c; --card: #1b1e2a; --accent: #9b83ff; } }
  * { box-sizing: border-box; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
    background: var(--ground); color: var(--ink);
    font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
  main { width: min(42rem, 100%); padding: 2.5rem; border-radius: 1.25rem; background: var(--card);
    box-shadow: 0 1px 2px #0001, 0 12px 40px #0000001a; }
  h1 { margin: 0 0 .4rem; font-size: 1.4rem; letter-spacing: -.01em; }
  p { margin: 0; color: var(--soft); overflow-wrap: anywhere; white-space: pre-wrap; }
  .bar { height: 4px; margin-bottom: 1.75rem; border-radius: 4px; overflow: hidden;
    background: color-mix(in srgb, var(--accent) 18%, transparent); }
  .bar i { display: block; height: 100%; width: 35%; border-radius: 4px;
    background: var(--accent); animation: slide 1.4s ease-in-out infinite; }
  .failed .bar, .none .bar, .unreadable .bar, .asleep .bar { display: none; }
  .where { margin-top: 1.25rem; font-family: ui-monospace, monospace; font-size: .85rem; }
  pre { margin: .5rem 0 0; padding: 1rem; overflow-x: auto; border-radius: .75rem;
    background: var(--ground); font: .85rem/1.5 ui-monospace, monospace; }
  a { color: var(--accent); }
  main:not(.asleep) .wake { display: none; }
  @keyframes slide { from { transform: translateX(-110%); } to { transform: translateX(300%); } }
  @media (prefers-reduced-motion: reduce) { .bar i { animation: none; width: 100%; opacity: .5; } }
</style>
</head>
<body>
<main class="$state" role="status">
  <div class="bar"><i></i></div>
  <h1>$title</h1>
  <p id="why">$reason</p>
  $error
  <p class="wake"><a href="">Open it</a></p>
</main>
<script>
(async () => {
  for (;;) {
    await new Promise((next) => setTimeout(next, $seconds * 500));
    if (document.hidden) continue;
    try {
      const answer = await fetch(location.href, { cache: 'no-store', redirect: 'manual',
        headers: { accept: 'text/plain', prefer: 'wait=2' } });
      if (answer.headers.get('x-preview-state') !== '$state') return location.reload();
      const said = await answer.text();
      if ('$state' !== 'failed') document.getElementById('why').textContent = said;
    } catch { /* The front door itself restarts: ask again. */ }
  }
})();
</script>
</body>
</html>
""")


def explain(
    preview: Preview | None, refusal: Refused | None, *, asked: str | None, page: bool
) -> Notice:
    """Say why there is nothing to see: to a person as a `page`, else as one line of text.

    `asked` is the id that the address names, if it does; `refusal` why it could not be woken.
    """
    if preview is not None:
        state, title = preview.state.value, _TITLES[preview.state]
        reason = str(refusal or preview.reason or "One moment, please.")
        failed = preview.state is PreviewState.FAILED
        return _notice(503, state, title, reason, preview.error if failed else None, page=page)
    if isinstance(refusal, NotFound) and asked is not None:
        return missing(str(refusal), page=page)
    if refusal is None or isinstance(refusal, NotFound):
        reason = "Open one first: POST /api/init at the editing API."
        return _notice(503, "none", "No site is open yet", reason, page=page)
    return _notice(503, "none", "Your site cannot be shown now", str(refusal), page=page)


def missing(why: str, *, page: bool) -> Notice:
    """Say that an address names no preview that could be."""
    return _notice(404, "none", "There is no such preview", why, page=page)


def broken(end: End, preview: Preview, *, page: bool) -> Notice:
    """Say that a dev server was there and gave no answer, or none that can be passed on."""
    title = _TITLES[preview.state]
    if end is End.LATE:
        reason = "Its dev server has not answered for a long time."
        return _notice(504, "late", "Your site does not answer", reason, page=page)
    if end is End.UNREADABLE:
        reason = "Its dev server answered with what is no HTTP."
        return _notice(502, "unreadable", "Your site cannot be shown", reason, page=page)
    reason = "Its dev server ended before it answered."
    return _notice(503, preview.state.value, title, reason, page=page)


def _notice(
    status: int, state: str, title: str, reason: str, error: BuildError | None = None, *, page: bool
) -> Notice:
    seconds = _SLOW if state in _LASTING else _SOON
    headers = [(b"retry-after", b"%d" % seconds), (STATE_HEADER, state.encode())]
    if not page:
        said = f"{title}. {error or reason}\n"
        return Notice(status, b"text/plain; charset=utf-8", said.encode(), headers)
    text = _PAGE.substitute(
        title=escape(title),
        reason=escape(error.message if error is not None else reason),
        error=_source(error) if error is not None else "",
        state=state,
        seconds=seconds,
    )
    return Notice(status, b"text/html; charset=utf-8", text.encode(), headers)


def _source(error: BuildError) -> str:
    where = ":".join(str(part) for part in (error.file, error.line, error.column) if part)
    shown = f'<p class="where">{escape(where)}</p>' if where else ""
    return shown + (f"<pre>{escape(error.frame)}</pre>" if error.frame else "")
