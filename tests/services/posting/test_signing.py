"""What a receiver checks."""

import base64

import pytest

from services.posting.signing import headers, key_of

SECRET = "whsec_" + base64.b64encode(bytes(range(24))).decode()


def test_the_signature_is_that_of_the_specification():
    # Computed apart with `printf '%s' 'msg_1.1614265330.{"a": 1}' | openssl dgst -sha256 -mac HMAC
    # -macopt hexkey:000102…17 -binary | base64`.
    made = headers("msg_1", 1614265330, b'{"a": 1}', [SECRET])
    assert made == {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,WEmxTYZ0jEYCkRD4kJKCRVdG9OpJfxSLyKnC8QIJkP8=",
    }


def test_each_secret_signs_so_that_one_can_be_exchanged():
    both = headers("msg_1", 1, b"{}", [SECRET, "a plain text as a secret"])["webhook-signature"]
    alone = headers("msg_1", 1, b"{}", [SECRET])["webhook-signature"]
    first, second = both.split(" ")
    assert first == alone
    assert second.startswith("v1,")
    assert second != first


@pytest.mark.parametrize("secret", ["", "hunter2", "whsec_", "whsec_****", "whsec_YWJj"])
def test_a_secret_that_protects_nothing_is_refused_and_not_repeated(secret):
    with pytest.raises(ValueError, match="secrets: ") as refused:
        key_of(secret)
    assert secret.removeprefix("whsec_") in ("", "****") or secret not in str(refused.value)


def test_a_secret_may_be_base64_or_text():
    assert key_of(SECRET) == bytes(range(24))
    assert key_of("sixteen letters!") == b"sixteen letters!"
