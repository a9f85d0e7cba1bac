from http import HTTPStatus


def problem(status, detail, **more):
    """What a refusal under /v1 looks like."""
    title = HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
