"""What is made of files and texts is read back as what they were."""

from msgspec import UNSET
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder

from services.client.calls import Call
from services.client.forms import form


def read(kind: str, body: bytes) -> list[tuple[str, str | None, bytes]]:
    """Each part: its name, that of its file, and what is in it."""
    _, _, boundary = kind.partition("boundary=")
    decoder = MultipartDecoder(boundary.encode())
    decoder.receive_data(body)
    decoder.receive_data(None)
    found: list[tuple[str, str | None, bytes]] = []
    while not isinstance(event := decoder.next_event(), Epilogue):
        match event:
            case File(name=name, filename=filename):
                found.append((name, filename, b""))
            case Field(name=name):
                found.append((name, None, b""))
            case Data(data=data):
                found[-1] = (*found[-1][:2], found[-1][2] + data)
    return found


def test_files_and_texts_are_parts():
    images = [("a.png", b"\r\n--\x00\xff\r\n"), ("Grüße.gif", b"")]
    assert read(*form({"images": images, "folder": "public/ä"})) == [
        ("images", "a.png", b"\r\n--\x00\xff\r\n"),
        ("images", "Grüße.gif", b""),
        ("folder", None, "public/ä".encode()),
    ]


def test_a_name_ends_neither_its_quotes_nor_its_line():
    images = [('a"; x="\r\nb.png', b"data")]
    assert read(*form({"images": images, "folder": UNSET})) == [
        ("images", 'a"; x="%0D%0Ab.png', b"data")
    ]


def test_a_call_sends_it():
    headers, body = Call("POST", "/", form={"folder": "here"}).prepared()
    assert body is not None
    assert read(headers["Content-Type"], body) == [("folder", None, b"here")]
