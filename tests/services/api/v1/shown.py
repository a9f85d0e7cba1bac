from services.messages import Preview, PreviewState, Routes
from tests.services.api.fakes import KEY

PREVIEW = Preview(KEY.preview_id, KEY, PreviewState.READY, 20001)
BUILT = Preview(KEY.built_id, KEY, PreviewState.READY, 20002, built=1_700_000_000.5)

# The same as the API tells of them.
SHOWN = {
    "id": KEY.preview_id,
    "clientId": "acme",
    "userId": "ann",
    "threadId": "t1",
    "state": "ready",
    "reason": "",
    "error": None,
    "clients": 0,
    "memory": 0,
    "built": None,
    "progress": None,
    "url": f"https://{KEY.preview_id}.preview.example.com/",
}
SHOWN_BUILT = SHOWN | {
    "id": KEY.built_id,
    "built": "2023-11-14T22:13:20.500000Z",
    "url": f"https://{KEY.built_id}.preview.example.com/",
}


def show(fakes, *previews, default=None):
    """Put previews on the board that the API watches."""
    board = {preview.id: preview for preview in previews}
    fakes.harness.channels.boards["routes"].set(Routes(board, default))
