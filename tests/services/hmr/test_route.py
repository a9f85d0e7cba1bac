import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.hmr.route import is_served, pick_preview
from services.messages import Preview, PreviewState, Routes, ThreadKey

ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", fullmatch=True)
keys = st.builds(ThreadKey, ids, ids, ids)
domains = st.sampled_from(["localhost", "preview.example.com", "localhost:4321", "x.test:443"])


def table(*keys: ThreadKey) -> Routes:
    previews = {
        key.preview_id: Preview(key.preview_id, key, PreviewState.READY, 20000 + number)
        for number, key in enumerate(keys)
    }
    return Routes(previews, default=keys[-1].preview_id if keys else None)


@given(st.lists(keys, min_size=1, max_size=4, unique=True), domains, st.booleans(), st.data())
def test_a_host_that_begins_with_a_preview_id_picks_that_preview(threads, domain, upper, data):
    wanted = data.draw(st.sampled_from(threads)).preview_id
    host = f"{wanted}.{domain}"
    picked = pick_preview(host.upper() if upper else host, table(*threads))
    assert picked is not None
    assert picked.id == wanted


@given(st.lists(keys, min_size=1, max_size=4, unique=True), st.text(max_size=60))
def test_any_other_host_gets_the_default(threads, host):
    routes = table(*threads)
    label, _, domain = host.strip().lower().partition(".")
    if label not in routes.previews and domain.partition(":")[0] != "localhost":
        assert pick_preview(host, routes) == routes.previews[routes.default]


def test_a_bare_preview_id_is_no_domain_and_gets_the_default():
    one, two = ThreadKey("a", "b", "one"), ThreadKey("a", "b", "two")
    assert pick_preview(one.preview_id, table(one, two)).id == two.preview_id


def test_without_a_default_or_without_routes_there_is_none():
    key = ThreadKey("a", "b", "c")
    assert pick_preview("localhost", Routes(table(key).previews)) is None
    assert pick_preview(f"{key.preview_id}.localhost", None) is None
    assert pick_preview("localhost", Routes({}, default="gone")) is None


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:4322",
        "t1-12ab.localhost:4322",
        "127.0.0.1:4322",
        "[::1]:4322",
        "10.1.2.3",
        "t1-12ab.preview.example.com",
        "preview.example.com:443",
    ],
)
def test_loopback_addresses_and_our_domains_are_served(host):
    assert is_served(host, ("preview.example.com",))


@pytest.mark.parametrize(
    "host", ["", "evil.test", "localhost.evil.test", "notlocalhost", "xpreview.example.com", "[x"]
)
def test_a_stranger_that_resolves_to_us_is_not_served(host):
    assert not is_served(host, ("preview.example.com",))


def test_a_preview_that_is_not_there_is_not_another_one():
    assert pick_preview("nope.localhost:4322", table(ThreadKey("a", "b", "one"))) is None
