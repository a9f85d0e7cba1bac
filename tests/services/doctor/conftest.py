import pytest

from tests.services.doctor.standins import Names


@pytest.fixture
def names():
    """The name of a preview, and of its domain, lead to this machine."""
    return Names("preview.example.test", "*.preview.example.test")
