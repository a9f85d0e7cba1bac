import pytest

from services.doctor.causes import Broken, Symptom
from services.doctor.target import PREVIEW_ID, check, parse
from services.messages import SCRATCH, ThreadKey

ID = ThreadKey("acme", "ada", "Home_page").preview_id


@pytest.mark.parametrize("key", [SCRATCH, ThreadKey("a", "b", "x" * 64), ThreadKey("a", "b", "0-")])
def test_the_ids_of_previews_are_known_as_such(key):
    assert PREVIEW_ID.fullmatch(key.preview_id)
    assert PREVIEW_ID.fullmatch(key.built_id)


@pytest.mark.parametrize(
    ("address", "authority"),
    [
        ("http://127.0.0.1:4322/", "127.0.0.1:4322"),
        ("http://[::1]:4322", "[::1]:4322"),
        ("https://Preview.Example.com./x?y=1", "preview.example.com"),
        ("https://preview.example.com:443/", "preview.example.com"),
        ("http://preview.example.com:443/", "preview.example.com:443"),
        ("https://grün.example/", "xn--grn-ioa.example"),
    ],
)
def test_the_host_is_what_a_browser_would_send(address, authority):
    assert parse(address).authority == authority


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("http://a.example", "/"),
        ("http://a.example/b?c=d#e", "/b?c=d"),
        ("http://a.example?c", "/?c"),
        ("http://a.example/über uns?ä=%20", "/%C3%BCber%20uns?%C3%A4=%20"),
        ("http://a.example/%C3%BC/\ud800?a[]=1&b=c+d", "/%C3%BC/%ED%A0%80?a[]=1&b=c+d"),
    ],
)
def test_the_path_keeps_its_query(address, path):
    assert parse(address).path == path


@pytest.mark.parametrize("host", ["localhost", "x.localhost", "127.0.0.1", "127.8.8.8", "[::1]"])
def test_loopback_is_known(host):
    assert parse(f"http://{host}:1/").is_local


@pytest.mark.parametrize("host", ["localhost.example", "10.0.0.1", "notlocalhost"])
def test_what_only_looks_like_loopback_is_not(host):
    assert not parse(f"http://{host}/").is_local


def test_a_preview_with_a_name_of_its_own_says_its_domain():
    assert parse(f"https://{ID}.preview.example.com/").domain == "preview.example.com"
    assert parse("https://preview.example.com/").domain == ""


def test_an_address_below_a_number_is_refused():
    with pytest.raises(Broken) as refused:
        check(parse(f"http://{ID}.10.0.0.5:4322/"), None)
    assert refused.value.symptom is Symptom.BELOW_AN_ADDRESS


def test_a_user_name_in_an_address_is_refused():
    with pytest.raises(Broken):
        parse("https://ada:secret@preview.example.com/")


@pytest.mark.parametrize("domains", [("example.com",), (".Preview.example.com",)])
def test_a_domain_that_is_served_is_fine(domains):
    assert check(parse(f"https://{ID}.preview.example.com/"), domains)


@pytest.mark.parametrize("address", ["http://127.0.0.1:4322/", f"http://{ID}.localhost:4322/"])
def test_loopback_needs_no_domain(address):
    assert check(parse(address), ())


def test_where_nobody_knows_the_domains_none_is_missed():
    assert check(parse(f"https://{ID}.preview.example.com/"), None)
