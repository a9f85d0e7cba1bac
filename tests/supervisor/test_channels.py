import pytest
import trio

from supervisor.channels import Channels


async def test_a_stream_buffers_as_many_as_its_capacity():
    channels = Channels(streams=["work", "other"], capacity={"work": 2})
    send, _ = channels.streams["work"]
    send.send_nowait(1)
    send.send_nowait(2)
    with pytest.raises(trio.WouldBlock):
        send.send_nowait(3)
    assert channels.streams["other"][0].statistics().max_buffer_size == 256


def test_each_name_is_one_channel_of_its_pattern():
    channels = Channels(streams=["s"], desks=["d"], boards=["b"])
    assert set(channels.streams) == {"s"}
    assert set(channels.desks) == {"d"}
    assert channels.desks["d"].name == "d"
    assert channels.boards["b"].value is None
