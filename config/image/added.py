"""Copies what an installation added to a folder, and nothing that was there before.

python3 added.py before FOLDER           # remembers what is there
python3 added.py after FOLDER TARGET     # copies what is there besides to TARGET/FOLDER
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

MEMORY = Path("before.json")


def stamps(folder: Path) -> dict[str, int]:
    """When each file was last changed in any way, in nanoseconds."""
    files = (path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink())
    return {str(path): path.lstat().st_ctime_ns for path in files}


def main() -> None:
    command, folder = sys.argv[1], Path(sys.argv[2])
    if command == "before":
        MEMORY.write_text(json.dumps(stamps(folder)))
        return
    before = json.loads(MEMORY.read_text())
    for name, stamp in stamps(folder).items():
        if before.get(name) != stamp:
            target = Path(sys.argv[3] + name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(name, target, follow_symlinks=False)


if __name__ == "__main__":
    main()
