"""Whom a fleet asks at AWS."""

from __future__ import annotations

from services.aws import AccessPoints, Definitions, Editor, Editors
from services.fleet.door import Door
from services.fleet.names import Names
from services.fleet.place import Place

DOUBLE = "nurseryctl fleet: a double of an older task of the same editor"


class Fleet:
    """The fleet of one place. Nothing is asked before it is needed; synchronous."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.editors = Editors(place.cluster)
        self.definitions = Definitions()
        self.access_points = AccessPoints(place.file_system)

    def door(self, names: Names) -> Door | None:
        return Door(self.place, names) if self.place.listener else None

    def running(self, names: Names, *also: Editor) -> Editor | None:
        """The one task of an editor, `also` those that ECS may not list yet; ends its doubles.

        Whoever looks keeps the same one, the eldest, so that no two lookers end one another's. As
        ECS lists a task some moments after it began, two starts at once may both go by what they
        see and leave a double: the next look ends it. Raises `Refused`.
        """
        listed = self.editors.of_family(names.family)
        known = {one.arn: one for one in (*also, *listed) if one.stays}
        if not known:
            return None
        kept, *doubles = sorted(known.values(), key=_age)
        for double in doubles:
            self.editors.stop(double.arn, DOUBLE)
        return kept


def _age(editor: Editor) -> tuple[float, str]:
    return (float("inf") if editor.created is None else editor.created, editor.arn)
