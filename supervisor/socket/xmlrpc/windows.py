"""Reading a log by offsets, of which only the last bytes are kept. Pure arithmetic."""

from __future__ import annotations

from msgspec import Struct

from supervisor.socket.xmlrpc.faults import Code, Fault


class Window(Struct, frozen=True):
    """The kept end of a log: `before` bytes came before `data` and are no longer here.

    Offsets count from the log's very beginning.
    """

    before: int
    data: bytes

    @property
    def end(self) -> int:
        return self.before + len(self.data)

    def read(self, offset: int, length: int) -> str:
        """`length` bytes from `offset` on, all with 0; or, from an `offset` below zero, the last
        ones. Raises `Fault`.
        """
        if length < 0 or (offset < 0 and length):
            raise Fault(Code.BAD_ARGUMENTS)
        if offset < 0:
            return self._text(self.end + offset, self.end)
        return self._text(offset, offset + length if length else self.end)

    def tail(self, offset: int, length: int) -> list[object]:
        """The last `length` bytes, or none where nothing came since `offset`; the end of the log;
        whether more came since than `length`.
        """
        begin = self.end if offset >= self.end else self.end - max(0, length)
        return [self._text(begin, self.end), self.end, self.end > offset + length]

    def _text(self, begin: int, end: int) -> str:
        begin, end = (max(0, place - self.before) for place in (begin, end))
        return self.data[begin:end].decode("utf-8", "replace")
