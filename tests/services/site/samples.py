"""Images of 5 by 3 pixels in each format that a site may have."""

from base64 import b64decode

SIZE = (5, 3)
IMAGES = {
    "png": (
        "image/png",
        b64decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAIAAADUVFKvAAAAFElEQVR4nGM8wcXFgASYGFABOh8AKQYA"
            "4jd9d3wAAAAASUVORK5CYII="
        ),
    ),
    "jpeg": (
        "image/jpeg",
        b64decode(
            "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo+AjIqg"
            "tObDoKrarYqMyP/L2u71////m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4"
            "+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wAARCAADAAUDASIAAhEBAxEB/8QA"
            "FQABAQAAAAAAAAAAAAAAAAAAAAT/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAA"
            "AAAAAwX/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCMAKk//9k="
        ),
    ),
    "progressive": (
        "image/jpeg",
        b64decode(
            "/9j/4AAQSkZJRgABAQAAAQABAAD/4QAWRXhpZgAATU0AKgAAAAgAAAAAAAD/2wBDACgcHiMeGSgjISMt"
            "KygwPGRBPDc3PHtYXUlkkYCZlo+AjIqgtObDoKrarYqMyP/L2u71////m8H////6/+b9//j/2wBDASst"
            "LTw1PHZBQXb4pYyl+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4"
            "+Pj/wgARCAADAAUDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAP/xAAVAQEBAAAAAAAAAAAA"
            "AAAAAAACBP/aAAwDAQACEAMQAAABiBT/AP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAQUCf//E"
            "ABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQMBAT8Bf//EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQIB"
            "AT8Bf//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEABj8Cf//EABQQAQAAAAAAAAAAAAAAAAAAAAD/"
            "2gAIAQEAAT8hf//aAAwDAQACAAMAAAAQA//EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQMBAT8Qf//E"
            "ABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQIBAT8Qf//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEA"
            "AT8Qf//Z"
        ),
    ),
    "gif": (
        "image/gif",
        b64decode("R0lGODdhBQADAIEAAMgKCgAAAAAAAAAAACwAAAAABQADAAAICAABCBxIsGBAADs="),
    ),
    "webp": (
        "image/webp",
        b64decode(
            "UklGRjIAAABXRUJQVlA4ICYAAABwAQCdASoFAAMAB0CWJaACdAFAAAD+6DixhNJbd/uD9QfxA2AAAA=="
        ),
    ),
    "lossless": (
        "image/webp",
        b64decode("UklGRh4AAABXRUJQVlA4TBEAAAAvBIAAAAdQhSJXof+BiOh/AAA="),
    ),
    "alpha": (
        "image/webp",
        b64decode(
            "UklGRlYAAABXRUJQVlA4WAoAAAAQAAAABAAAAgAAQUxQSAoAAAABB1CtiAhERP8DVlA4ICYAAABwAQCd"
            "ASoFAAMAB0CWJaACdAFAAAD+6DixhNJbd/uD9QfxA2AAAA=="
        ),
    ),
    "avif": (
        "image/avif",
        b64decode(
            "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAA"
            "cGljdAAAAAAAAAAAAAAAAAAAAAAOcGl0bQAAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAA"
            "JAAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAABqaXBycAAAAEtpcGNvAAAA"
            "FGlzcGUAAAAAAAAABQAAAAMAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEA"
            "DQAGgAAAABdpcG1hAAAAAAAAAAEAAQQBAoMEAAAALG1kYXQSAAoIGAhk0QENBoQyFh7Hh4VZ3///4sAA"
            "AJA1jjx6y/B+JUA="
        ),
    ),
    "avif alpha": (
        "image/avif",
        b64decode(
            "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAAGGbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAA"
            "cGljdAAAAAAAAAAAAAAAAAAAAAAOcGl0bQAAAAAAAQAAACxpbG9jAAAAAEQAAAIAAQAAAAEAAAHBAAAA"
            "JAACAAAAAQAAAa4AAAATAAAAQmlpbmYAAAAAAAIAAAAaaW5mZQIAAAAAAQAAYXYwMUNvbG9yAAAAABpp"
            "bmZlAgAAAAACAABhdjAxQWxwaGEAAAAAGmlyZWYAAAAAAAAADmF1eGwAAgABAAEAAADDaXBycAAAAJ1p"
            "cGNvAAAAFGlzcGUAAAAAAAAABQAAAAMAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJu"
            "Y2x4AAEADQAGgAAAAA5waXhpAAAAAAEIAAAADGF2MUOBABwAAAAAOGF1eEMAAAAAdXJuOm1wZWc6bXBl"
            "Z0I6Y2ljcDpzeXN0ZW1zOmF1eGlsaWFyeTphbHBoYQAAAAAeaXBtYQAAAAAAAAACAAEEAQKDBAACBAEF"
            "hgcAAAA/bWRhdBIACgUYCGTCoDIIHkD/8QACHIASAAoIGAhk0QENBoQyFh7Hh4VZ3///4sAAAJA1jjx6"
            "y/B+JUA="
        ),
    ),
}
PNG = IMAGES["png"][1]
JPEG = IMAGES["jpeg"][1]
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="5" height="3"></svg>'


def png(width: int, height: int) -> bytes:
    """The header of a PNG of that size, and nothing of its pixels."""
    return PNG[:16] + width.to_bytes(4, "big") + height.to_bytes(4, "big") + PNG[24:]
