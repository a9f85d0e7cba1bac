"""Where a fleet lives: what a stack's outputs and the command line say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from services.fleet.names import Names
from supervisor.desk import Refused

PORTS = (8080, 4322)  # of a task: the API's and the previews'


@dataclass(frozen=True)
class Addresses:
    """Where people reach an editor."""

    editor: str
    preview: str


@dataclass(frozen=True)
class Place:
    """The cluster, the base task definition and what an editor needs beside them.

    Without a `listener` an editor is reached by its own address, and the rest of the door's fields
    mean nothing.
    """

    cluster: str = ""
    family: str = ""
    subnets: tuple[str, ...] = ()
    security_group: str = ""
    file_system: str = ""
    public_ip: bool = False
    listener: str = ""
    vpc: str = ""
    edit_domain: str = ""
    preview_domain: str = ""

    @classmethod
    def of_outputs(cls, outputs: Mapping[str, str]) -> Place:
        """What a stack of config/ecs says of itself; others may leave out what they will."""
        return cls(
            cluster=outputs.get("Cluster", ""),
            family=outputs.get("TaskFamily", ""),
            subnets=commas(outputs.get("Subnets", "")),
            security_group=outputs.get("SecurityGroup", ""),
            file_system=outputs.get("FileSystem", ""),
            public_ip=outputs.get("AssignPublicIp", "") == "ENABLED",
            listener=outputs.get("Listener", ""),
            vpc=outputs.get("Vpc", ""),
            edit_domain=outputs.get("EditDomain", ""),
            preview_domain=outputs.get("PreviewDomain", ""),
        )

    def with_options(self, given: Mapping[str, object]) -> Place:
        """The same but for what is given; None says nothing."""
        return replace(self, **{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]

    @property
    def fleet(self) -> str:
        """What the fleet is called, by which its editors are found and named.

        A stack whose `Backend` changes has the slim image's family in the place of the full one's,
        and goes on with the same editors on the same volume.
        """
        return self.family.removesuffix("-slim") or self.family

    def need(self, *keys: str) -> None:
        """Raises `Refused` for all of these that nothing is known of, and what they hang on."""
        door = ("vpc", "edit_domain", "preview_domain") if self.listener else ()
        missing = [
            f"--{field.name.replace('_', '-')}"
            for field in fields(self)
            if field.name in (*keys, *door) and not getattr(self, field.name)
        ]
        if missing:
            raise Refused(
                f"cannot tell where the fleet is: give --stack, or {' and '.join(missing)}"
            )

    def hosts(self, names: Names) -> tuple[str, str]:
        """An editor's two host names at the listener, the API's first."""
        return f"{names.label}.{self.edit_domain}", f"{names.label}.{self.preview_domain}"

    def addresses(self, names: Names) -> Addresses | None:
        """An editor's at the listener; None where there is none."""
        if not self.listener:
            return None
        editor, preview = self.hosts(names)
        return Addresses(f"https://{editor}/", f"https://{preview}/")


def direct(ip: str) -> Addresses | None:
    """A task's own; None as long as it has no address."""
    if not ip:
        return None
    editor, preview = PORTS
    return Addresses(f"http://{ip}:{editor}/", f"http://{ip}:{preview}/")


def commas(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
