"""`nurseryctl fleet list` and `stop` in moto's cloud."""

from __future__ import annotations

from services.aws import AccessPoints, Balancer
from tests.services.fleet.world import World


def test_what_runs_is_listed_with_its_address(world: World) -> None:
    world.start("acme", "ada", door=True)
    world.start("acme", "bob")
    world.start("other", "ada")
    rows = world.listed()
    assert [(row["client"], row["user"]) for row in rows] == [
        ("acme", "ada"),
        ("acme", "bob"),
        ("other", "ada"),
    ]
    assert rows[0]["address"] == "https://ada--acme.edit.example.com/"
    assert rows[1]["address"].startswith("http://10.")
    assert [row["user"] for row in world.listed("acme", "bob")] == ["bob"]
    done = world.run("list", "acme", "--cluster", "sites", "--family", "nurseryd")
    assert len(done.stdout.splitlines()) == 3


def test_a_stop_removes_the_way_to_it_and_keeps_the_rest(world: World) -> None:
    world.start("acme", "ada", door=True)
    world.start("acme", "bob", door=True)
    done = world.stop("acme", "ada", door=True)
    assert (done.exit_code, done.stdout) == (
        0,
        "acme/ada has ended: it ended because it was asked to"
        " (exit code 0; ECS says: nurseryctl fleet stop)\n",
    )
    assert [row["user"] for row in world.listed()] == ["bob"]
    assert set(world.rules()) == {"bob--acme.edit.example.com", "bob--acme.preview.example.com"}
    assert len(world.elb.describe_target_groups()["TargetGroups"]) == 2
    assert world.definitions("nurseryd-acme-ada") == ["nurseryd-acme-ada:1"]
    assert len(world.efs.describe_access_points()["AccessPoints"]) == 2


def test_a_second_stop_says_that_it_does_not_run(world: World) -> None:
    world.start("acme", "ada")
    world.stop("acme", "ada")
    done = world.stop("acme", "ada")
    assert (done.exit_code, done.stdout) == (0, "acme/ada does not run\n")


def test_one_that_ended_by_itself_leaves_no_way_to_it_after_a_stop(world: World) -> None:
    told = world.start("acme", "ada", door=True)
    world.ecs.stop_task(cluster="sites", task=told["task"])
    assert world.stop("acme", "ada", door=True).exit_code == 0
    assert world.rules() == {}
    assert world.elb.describe_target_groups()["TargetGroups"] == []


def test_one_that_never_was_is_unknown(world: World) -> None:
    done = world.stop("acme", "nobody", door=True)
    assert (done.exit_code, done.stderr) == (4, "there is no editor acme/nobody\n")


def test_a_forgotten_one_leaves_its_data(world: World) -> None:
    world.start("acme", "ada")
    world.start("acme", "bob")
    done = world.stop("acme", "ada", "--forget")
    assert done.exit_code == 0
    assert f"its data stays in /acme/ada of {world.volume}\n" in done.stdout
    assert world.definitions("nurseryd-acme-ada") == []
    [left] = world.efs.describe_access_points()["AccessPoints"]
    assert left["RootDirectory"]["Path"] == "/acme/bob"
    assert world.stop("acme", "ada").exit_code == 4


def test_the_editor_of_the_base_keeps_its_way_and_its_access_point(world: World) -> None:
    door, tags = Balancer(world.listener), {"nurseryd:client": "demo", "nurseryd:user": "editor"}
    group = door.ensure_group("stack", 8080, world.vpc, tags)
    door.ensure_rule("editor--demo.edit.example.com", group, tags)
    AccessPoints(world.volume).ensure("stack", "/demo/editor", (1000, 1000), tags)
    done = world.stop("demo", "editor", "--forget", door=True)
    assert done.exit_code == 1
    assert "set the service's desired count to 0" in done.stderr
    assert world.rules() == {"editor--demo.edit.example.com": group}
    assert len(world.efs.describe_access_points()["AccessPoints"]) == 1


def test_a_rule_that_leads_elsewhere_is_not_removed(world: World) -> None:
    world.start("acme", "ada")
    group = Balancer(world.listener).ensure_group("another", 8080, world.vpc, {"a": "b"})
    Balancer(world.listener).ensure_rule("ada--acme.edit.example.com", group, {"a": "b"})
    assert world.stop("acme", "ada", door=True).exit_code == 0
    assert world.rules() == {"ada--acme.edit.example.com": group}
