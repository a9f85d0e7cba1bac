"""Makes a conversation shorter when it would be too long for a model.

What is shortened stays so, and more than is needed is taken at once: each change costs all that
the provider's cache holds from there on.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.agent.bedrock.messages import Block, Call, Message, Picture, Result, Text, Thought

_LETTERS = 3  # a token, on the safe side for code
_PICTURE = 1600  # tokens
_SHORT = 400
"""Letters that a result, or a text in a call's input, may always have."""

Turns = Sequence[Sequence[Message]]


def tokens(messages: Sequence[Message]) -> int:
    """About how many a conversation has."""
    return sum(_tokens(block) for message in messages for block in message.blocks)


def of_letters(letters: int) -> int:
    """About how many tokens so much text has."""
    return letters // _LETTERS


def total(turns: Turns) -> int:
    return sum(tokens(turn) for turn in turns)


def shortened(turns: Turns, most: int) -> list[list[Message]]:
    """The turns with `most` tokens, if that can be: what tools answered goes first, then what they
    were given and pictures, then whole turns; the oldest first.

    The last turn stays. Where it alone is too long it loses the results of its older calls, but
    neither its instruction nor the last answers that the model waits for.
    """
    found = [list(turn) for turn in turns]
    for cut in (_without_results, _without_inputs):
        for index in range(len(found) - 1):
            if total(found) <= most:
                return found
            found[index] = [cut(message) for message in found[index]]
    while total(found) > most and len(found) > 1:
        del found[0]
    for turn in found:
        for index in range(len(turn) - 2):
            if total(found) <= most:
                return found
            turn[index] = _without_results(turn[index])
    return found


def _without_results(message: Message) -> Message:
    return Message(message.role, tuple(_shorter_result(block) for block in message.blocks))


def _shorter_result(block: Block) -> Block:
    if isinstance(block, Result) and len(block.text) > _SHORT:
        return Result(block.id, "(This was long and is left out: ask again for it.)", block.ok)
    return block


def _without_inputs(message: Message) -> Message:
    return Message(message.role, tuple(_shorter_input(block) for block in message.blocks))


def _shorter_input(block: Block) -> Block:
    if isinstance(block, Picture):
        return Text("(a picture that is left out)")
    if isinstance(block, Call):
        cut = {
            key: "(left out)" if isinstance(value, str) and len(value) > _SHORT else value
            for key, value in block.input.items()
        }
        return Call(block.id, block.tool, cut, block.broken)
    return block


def _tokens(block: Block) -> int:
    match block:
        case Picture():
            return _PICTURE
        case Text(text) | Result(_, text):
            letters = len(text)
        case Thought(text, signature, redacted):
            letters = len(text) + len(signature) + len(redacted)
        case Call(_, tool, input):
            letters = len(tool) + len(str(input))
    return 4 + of_letters(letters)
