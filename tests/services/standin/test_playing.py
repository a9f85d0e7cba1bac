"""A reply as what happens one after the other."""

from __future__ import annotations

from services.standin import Conversation, Drop, Fail, Pause, Reply, Say, Usage, Use
from services.standin.playing import Begin, Close, End, Kind, Open, Piece, Tokens, play

ASKED = Conversation("m", (), size=400)


def beats(reply: Reply) -> list[object]:
    return list(play(reply, ASKED, lambda: "id"))


def test_words_and_pieces_of_an_input_have_their_pauses_before_them():
    begin, *said, end = beats(Reply([Say("a b", 0.5), Pause(2), Use("t", {"k": "v" * 20}, 1)]))
    assert begin == Begin(Tokens(100, 8, 0, 0))
    assert said == [
        Open(0, Kind.TEXT),
        Pause(0.5),
        Piece(0, Kind.TEXT, "a "),
        Pause(0.5),
        Piece(0, Kind.TEXT, "b"),
        Pause(2),
        Close(0, Kind.TEXT),
        Open(1, Kind.CALL, "id", "t"),
        Pause(1),
        Piece(1, Kind.CALL, '{"k": "vvvvvvvvvvvvvvvvv'),
        Pause(1),
        Piece(1, Kind.CALL, 'vvv"}'),
        Close(1, Kind.CALL),
    ]
    assert end == End("tool_use", Tokens(100, 8, 0, 0))


def test_a_cut_and_an_error_end_it_in_the_middle_of_a_block():
    for last in (Drop(), Fail(500)):
        assert beats(Reply([Say("a"), last, Say("b")]))[1:] == [
            Open(0, Kind.TEXT),
            Piece(0, Kind.TEXT, "a"),
            last,
        ]


def test_nothing_can_be_said_too_and_the_usage_and_the_stop_are_as_they_are_given():
    reply = Reply([], stop="refusal", usage=Usage(1, 2, 3, 4))
    assert beats(reply) == [Begin(Tokens(1, 2, 3, 4)), End("refusal", Tokens(1, 2, 3, 4))]
