"""The client's folder works where there is no nurseryd, by whatever name."""

import shutil
import subprocess
import sys

from tests.services.client.making import FOLDER

SCRIPT = """
import sys
sys.modules["services"] = None  # or that of whoever uses it
from shop.nurseryd import AsyncClient, Client
with Client("http://127.0.0.1:9", "a-token-for-tests") as client:
    print(type(client.thread("acme", "ann", "t1")).__module__)
"""


def test_the_client_can_be_copied_to_another_place(tmp_path):
    shutil.copytree(FOLDER, tmp_path / "shop" / "nurseryd")
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (told.stdout, told.stderr) == ("shop.nurseryd.clients\n", "")
