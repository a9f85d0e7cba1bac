"""The calls that are about what is declared, and about taking changes of it over."""

from __future__ import annotations

from contextlib import suppress

from supervisor.control import Begin, Diff, Reload, Remove
from supervisor.desk import Gone, Refused
from supervisor.socket.xmlrpc.asking import Asking, Struct
from supervisor.socket.xmlrpc.configuration import config_info
from supervisor.socket.xmlrpc.faults import Code, Fault
from supervisor.texts import each_text


class ConfigurationCalls:
    """supervisorctl's update takes groups one by one, and knows nothing of who needs whom: it
    removes a changed one, and then adds it by the same name. So what others need is only noted as
    removed, and goes as soon as nobody needs it; and what is new comes with whoever needs it. A
    template is changed, or goes with its instances, as a whole.
    """

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._removed: dict[str, set[str]] = {}  # by their group
        self._kept: set[str] = set()  # those of them that are still there
        self._came: set[str] = set()  # groups that came with others before they were added

    async def reload_config(self) -> list[list[list[str]]]:
        try:
            differences = await self._asking.served.control.ask(Diff())
        except Gone:
            raise Fault(Code.SHUTDOWN_STATE) from None
        except Refused as refusal:
            raise Fault(Code.CANT_REREAD, str(refusal)) from None
        self._came.clear()
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
        for group in {one.group: None for one in members if one.name in self._kept}:
            if not any(group in names for names in found.values()):
                found["added"].append(group)
        return [[found["added"], found["changed"], found["removed"]]]

    async def add_group(self, name: str) -> bool:
        if name in self._came:
            self._came.remove(name)
            return True
        members = (await self._asking.members()).all
        wanted = self._removed.get(name, set()) | {name}
        kept = wanted & self._kept
        if name in {one.group for one in members if one.name not in kept}:
            raise Fault(Code.ALREADY_ADDED, name)
        template = await self._asking.is_template(name)
        differences = await self._asking.ask(Diff())
        kept -= {one.service for one in differences if one.kind == "removed"}
        names = tuple(
            one.service
            for one in differences
            if one.service in kept
            or (one.service == name and template)
            or (one.kind == "added" and (one.group == name or one.service in wanted))
        )
        if not names and not kept:
            raise Fault(Code.BAD_NAME, name)
        done = await self._asking.ask(Reload(only=names))
        along = [one for one in done if one.kind == "added" and one.service not in names]
        self._came |= {one.group or one.service for one in along}
        for one in members:
            if one.name in kept:
                await self._asking.ask(Begin(one.name))
        self._removed.pop(name, None)
        self._kept -= kept
        await self._remove_what_nobody_needs()
        return True

    async def remove_group(self, name: str) -> bool:
        members = await self._asking.group(name)
        if not members:
            await self._remove_template(name)
            return True
        if not all(one.status.state.at_rest for one in members):
            raise Fault(Code.STILL_RUNNING, name)
        names = {one.name for one in members}
        self._removed[name] = self._removed.get(name, set()) | names
        self._kept |= names
        self._came.discard(name)
        await self._remove_what_nobody_needs()
        return True

    async def _remove_template(self, name: str) -> None:
        """If the file has it no more; one that changed stays until it is added again."""
        differences = await self._asking.ask(Diff())
        kinds = [one.kind for one in differences if one.service == name]
        if not kinds:
            raise Fault(Code.FAILED, f"cannot remove {name}: take it out of the file first")
        if "removed" in kinds:
            await self._asking.ask(Reload(only=(name,)))

    async def _remove_what_nobody_needs(self) -> None:
        """Of what was noted as removed; whoever needs it comes later in the order of all."""
        members = (await self._asking.members()).all
        self._kept &= {one.name for one in members}
        for one in reversed(members):
            if one.name in self._kept:
                with suppress(Refused):
                    await self._asking.served.control.ask(Remove(one.name))
                    self._kept.discard(one.name)

    async def all_config_info(self) -> list[Struct]:
        groups = {one.name: one.group for one in (await self._asking.members()).all}
        specs = [spec for spec in (await self._asking.specs()).values() if not spec.is_template]
        found = [
            config_info(spec, groups.get(spec.name, spec.name), in_use=spec.name in groups)
            for spec in sorted(specs, key=lambda spec: spec.name)
        ]
        return each_text(found, self._asking.served.output.redactor.text)
