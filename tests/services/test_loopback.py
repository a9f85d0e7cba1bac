import pytest

from services.loopback import is_loopback


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine_is_known_by_its_names(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "10.0.0.1", "0.0.0.0", "::", "example.com", "localhost.example.com", "[::1]"]
)
def test_nothing_else_is_taken_for_it(host):
    assert not is_loopback(host)
