"""Walks as the tests make them, and what they found."""

from __future__ import annotations

from services.doctor.causes import Symptom
from services.doctor.remedies import remedy
from services.doctor.walk import walk
from services.doctor.way import Way

ID = "home-0123abcd4567ef89"


def local(port, path="/"):
    return f"http://{ID}.localhost:{port}{path}"


def secure(port):
    return f"https://{ID}.preview.example.test:{port}/"


async def walked(address, **more):
    return await walk(Way(address=address, **{"wait": 2.0, **more}))


async def failing(address, **more):
    """The hop that failed, and what was found to be wrong with it."""
    findings = await walked(address, **more)
    return findings.failed.name, symptom_of(findings.failed)


def symptom_of(hop):
    for symptom in Symptom:
        if (hop.cause, hop.advice) in (remedy(symptom, inside=False), remedy(symptom, inside=True)):
            return symptom
    raise AssertionError(hop)
