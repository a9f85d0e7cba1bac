"""The calls that are about what is declared, and about taking changes of it over."""

from __future__ import annotations

from supervisor.control import Diff, Reload, Remove
from supervisor.desk import Gone, Refused
from supervisor.socket.xmlrpc.asking import Asking, Struct
from supervisor.socket.xmlrpc.configuration import config_info
from supervisor.socket.xmlrpc.faults import Code, Fault


class ConfigurationCalls:
    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        # supervisorctl's update removes a changed group, and then adds it by the same name.
        self._removed: dict[str, set[str]] = {}

    async def reload_config(self) -> list[list[list[str]]]:
        try:
            differences = await self._asking.served.control.ask(Diff())
        except Gone:
            raise Fault(Code.SHUTDOWN_STATE) from None
        except Refused as refusal:
            raise Fault(Code.CANT_REREAD, str(refusal)) from None
        groups = {one.name: one.group for one in (await self._asking.members()).all}
        groups |= {name: group for group, names in self._removed.items() for name in names}
        found: dict[str, list[str]] = {"added": [], "changed": [], "removed": []}
        for one in differences:
            group = groups.get(one.service, one.service)
            if one.service and group not in found[one.kind]:
                found[one.kind].append(group)
        return [[found["added"], found["changed"], found["removed"]]]

    async def add_group(self, name: str) -> bool:
        present = {one.group for one in (await self._asking.members()).all}
        if name in present:
            raise Fault(Code.ALREADY_ADDED, name)
        wanted = self._removed.get(name, set()) | {name}
        differences = await self._asking.ask(Diff())
        names = tuple(d.service for d in differences if d.kind == "added" and d.service in wanted)
        if not names:
            raise Fault(Code.BAD_NAME, name)
        await self._asking.ask(Reload(only=names))
        self._removed.pop(name, None)
        return True

    async def remove_group(self, name: str) -> bool:
        members = (await self._asking.members()).group(name)
        if not all(one.status.state.at_rest for one in members):
            raise Fault(Code.STILL_RUNNING, name)
        for one in members:
            await self._asking.ask(Remove(one.name))
        self._removed[name] = {one.name for one in members}
        return True

    async def all_config_info(self) -> list[Struct]:
        groups = {one.name: one.group for one in (await self._asking.members()).all}
        specs = [spec for spec in (await self._asking.specs()).values() if not spec.is_template]
        return [
            config_info(spec, groups.get(spec.name, spec.name), in_use=spec.name in groups)
            for spec in sorted(specs, key=lambda spec: spec.name)
        ]
