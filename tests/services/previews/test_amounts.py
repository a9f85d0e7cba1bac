import pytest

from services.previews import Options
from services.previews.amounts import in_bytes


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
