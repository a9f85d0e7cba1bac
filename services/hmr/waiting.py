"""What is shown while there is no dev server to show: a page that comes back by itself. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from string import Template

from services.messages import Preview, PreviewState

# By this header the page tells our 503 from one of the site's own.
STATE_HEADER = b"x-preview-state"

_TITLES = {
    PreviewState.INSTALLING: "Setting up your site",
    PreviewState.STARTING: "Starting your site",
    PreviewState.READY: "Reconnecting to your site",
    PreviewState.FAILED: "Your site cannot start",
}

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
  main { width: min(34rem, 100%); padding: 2.5rem; border-radius: 1.25rem; background: var(--card);
    box-shadow: 0 1px 2px #0001, 0 12px 40px #0000001a; }
  h1 { margin: 0 0 .4rem; font-size: 1.4rem; letter-spacing: -.01em; }
  p { margin: 0; color: var(--soft); overflow-wrap: anywhere; white-space: pre-wrap; }
  .bar { height: 4px; margin-bottom: 1.75rem; border-radius: 4px; overflow: hidden;
    background: color-mix(in srgb, var(--accent) 18%, transparent); }
  .bar i { display: block; height: 100%; width: 35%; border-radius: 4px;
    background: var(--accent); animation: slide 1.4s ease-in-out infinite; }
  .failed .bar, .none .bar { display: none; }
  @keyframes slide { from { transform: translateX(-110%); } to { transform: translateX(300%); } }
  @media (prefers-reduced-motion: reduce) { .bar i { animation: none; width: 100%; opacity: .5; } }
</style>
</head>
<body>
<main class="$state" role="status">
  <div class="bar"><i></i></div>
  <h1>$title</h1>
  <p id="why">$reason</p>
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
      document.getElementById('why').textContent = await answer.text();
    } catch { /* The front door itself restarts: ask again. */ }
  }
})();
</script>
</body>
</html>
""")


@dataclass(frozen=True, slots=True)
class Notice:
    """The body of a 503 and its headers, but for Content-Length."""

    headers: list[tuple[bytes, bytes]]
    body: bytes


def notice(preview: Preview | None, *, page: bool) -> Notice:
    """Say why there is nothing to see: to a person as a `page`, else as one line of text."""
    if preview is None:
        state, title = "none", "No site is open yet"
        reason = "Open one first: POST /api/init at the editing API."
    else:
        state, title = preview.state.value, _TITLES[preview.state]
        reason = preview.reason or "One moment, please."
    seconds = 2 if preview is not None and preview.state is not PreviewState.FAILED else 6
    if page:
        kind = b"text/html; charset=utf-8"
        text = _PAGE.substitute(
            title=escape(title), reason=escape(reason), state=state, seconds=seconds
        )
    else:
        kind, text = b"text/plain; charset=utf-8", f"{title}. {reason}\n"
    return Notice(
        headers=[
            (b"content-type", kind),
            (b"retry-after", b"%d" % seconds),
            (b"cache-control", b"no-store"),
            (STATE_HEADER, state.encode()),
        ],
        body=text.encode(),
    )
