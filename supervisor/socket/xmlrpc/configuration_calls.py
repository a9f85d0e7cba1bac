"""The calls that are about what is declared, and about taking changes of it over."""

from __future__ import annotations

from supervisor.control import Diff, Reload, Remove
from supervisor.desk import Gone, Refused
from supervisor.socket.xmlrpc.asking import Asking, Struct
from supervisor.socket.xmlrpc.configuration import config_info
from supervisor.socket.xmlrpc.faults import Code, Fault
from supervisor.texts import each_text


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
        members = (await self._asking.members()).all
        groups = {one.name: one.group for one in members}
        groups |= {name: group for group, names in self._removed.items() for name in names}
        going = {one.service for one in differences if one.kind == "removed"}
        there = {one.group for one in members}
        staying = {one.group for one in members if one.name not in going}
        found: dict[str, list[str]] = {"added": [], "changed": [], "removed": []}
        for one in differences:
            group = groups.get(one.service) or one.group or one.service
            # A group that gets a member, or loses one of several, is one that changed.
            changed = {"added": group in there, "removed": group in staying}.get(one.kind)
            names = found["changed" if changed else one.kind]
            if group and group not in names:
                names.append(group)
        return [[found["added"], found["changed"], found["removed"]]]

    async def add_group(self, name: str) -> bool:
        present = {one.group for one in (await self._asking.members()).all}
        if name in present:
            raise Fault(Code.ALREADY_ADDED, name)
        wanted = self._removed.get(name, set()) | {name}
        differences = await self._asking.ask(Diff())
        added = [one for one in differences if one.kind == "added"]
        names = tuple(one.service for one in added if one.group == name or one.service in wanted)
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
        found = [
            config_info(spec, groups.get(spec.name, spec.name), in_use=spec.name in groups)
            for spec in sorted(specs, key=lambda spec: spec.name)
        ]
        return each_text(found, self._asking.served.output.redactor.text)
