"""A child that writes numbered lines until it is asked to end, and then how many they were.

Run as `python -I -S chatter.py FILE LINES PAUSE`: so many lines at once, seconds between two
writes, and the file that takes their number. A line has 64 bytes, so that a page of a full disk
ends with one.
"""

from __future__ import annotations

import signal
import sys
import time

asked: list[int] = []
signal.signal(signal.SIGTERM, lambda signum, _frame: asked.append(signum))
file, lines, pause = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
written = 0
while not asked:
    block = b"".join(b"%063d\n" % number for number in range(written, written + lines))
    sys.stdout.buffer.write(block)
    sys.stdout.buffer.flush()
    written += lines
    time.sleep(pause)
with open(file, "a") as count:
    count.write(f"{written}\n")
