import pytest

from services.previews import Options
from services.previews.amounts import in_bytes, steady


@pytest.mark.parametrize(
    ("text", "size"),
    [(4096, 4096), ("4096", 4096), ("2GiB", 2 << 30), ("1.5 MiB", 3 << 19), ("25%", 250)],
)
def test_an_amount_is_bytes_units_or_a_share(text, size):
    assert in_bytes(text, 1000) == size


@pytest.mark.parametrize("text", ["", "much", "2 GB", "-1", "0", "0%", "2GiB3"])
def test_anything_else_is_refused_when_it_is_read(text):
    with pytest.raises(ValueError, match="memory: "):
        Options(memory=text)


def test_what_is_shown_follows_only_what_differs_by_a_tenth():
    mib = 1 << 20
    assert steady(0, 100 * mib + 1) == 101 * mib
    assert steady(100 * mib, 105 * mib) == 100 * mib
    assert steady(100 * mib, 120 * mib) == 120 * mib
    assert steady(100 * mib, 80 * mib) == 80 * mib
    assert steady(0, 0) == 0
