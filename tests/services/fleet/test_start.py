"""`nurseryctl fleet start` in moto's cloud, by the real boto3 over HTTP.

moto has every task RUNNING at once, knows no client token, no health of a task and no time of its
start; test_life.py has an ECS that does.
"""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import boto3
import pytest
from botocore.exceptions import ClientError

from services.aws import Balancer
from services.fleet.fleet import Fleet
from services.fleet.names import Names
from services.fleet.pace import Pace
from services.fleet.place import Place
from services.fleet.starting import Start
from services.fleet.wish import Wish
from supervisor.desk import Refused
from tests.services.fleet.world import BASE, EDIT, FAMILY, PREVIEW, World


def test_an_editor_gets_a_task_of_its_own_definition_and_folder(world: World) -> None:
    told = world.start("acme", "ada", "--repo", "https://example.com/acme/site.git")
    [task] = world.tasks()
    assert told["task"] == task["taskArn"]
    assert (told["client"], told["user"], told["state"], told["made"]) == (
        "acme",
        "ada",
        "RUNNING",
        True,
    )
    assert {tag["key"]: tag["value"] for tag in task["tags"]}.items() >= {
        "nurseryd:client": "acme",
        "nurseryd:user": "ada",
    }.items()
    assert task["launchType"] == "FARGATE"
    [override] = task["overrides"]["containerOverrides"]
    assert override["environment"] == [
        {"name": "DEFAULT_REPO", "value": "https://example.com/acme/site.git"}
    ]

    answer = world.ecs.describe_task_definition(
        taskDefinition="nurseryd-acme-ada", include=["TAGS"]
    )
    definition = answer["taskDefinition"]
    [container] = definition["containerDefinitions"]
    variables = {one["name"]: one["value"] for one in container["environment"]}
    assert variables == {"AGENT_BACKEND": "simulation", "CLIENT_ID": "acme", "USER_ID": "ada"}
    assert definition["cpu"] == BASE["cpu"]
    [tmp, workspace] = definition["volumes"]
    assert tmp["name"] == "tmp"
    efs = workspace["efsVolumeConfiguration"]
    assert (efs["fileSystemId"], efs["transitEncryption"]) == (world.volume, "ENABLED")

    [point] = world.efs.describe_access_points(FileSystemId=world.volume)["AccessPoints"]
    assert efs["authorizationConfig"] == {
        "accessPointId": point["AccessPointId"],
        "iam": "ENABLED",
    }
    assert point["PosixUser"] == {"Uid": 1000, "Gid": 1000}
    assert point["RootDirectory"] == {
        "Path": "/acme/ada",
        "CreationInfo": {"OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "0750"},
    }
    for tags in (answer["tags"], [{k.lower(): v for k, v in t.items()} for t in point["Tags"]]):
        assert {"key": "nurseryd:client", "value": "acme"} in tags
        assert {"key": "nurseryd:user", "value": "ada"} in tags
    assert {"key": "cost", "value": "editing"} in answer["tags"]


def test_a_second_start_finds_the_first(world: World) -> None:
    first = world.start("acme", "ada", door=True)
    second = world.start("acme", "ada", door=True)
    assert (second["task"], second["made"]) == (first["task"], False)
    assert len(list(world.tasks())) == 1
    assert len(world.rules()) == 2


def test_two_starts_at_once_leave_one_task(world: World) -> None:
    place = Place.of_outputs(world.outputs | {"Listener": ""})
    together = Barrier(2)

    def start(number: int) -> None:
        # Equal but for a variable, so that no token makes them one.
        wish = Wish(Names(FAMILY, "acme", "ada"), {"N": str(number)}, wait=False)
        together.wait()
        Start(Fleet(place), wish, Pace(), lambda _: None).carry_out(60.0)

    with ThreadPoolExecutor() as threads:
        list(threads.map(start, range(2)))
    # Each may have looked before moto listed the other's; whoever looks next ends the double.
    world.start("acme", "ada")
    assert len(list(world.tasks())) == 1


def test_a_restart_takes_what_is_there_and_makes_nothing(world: World) -> None:
    world.start("acme", "ada", door=True)
    world.stop("acme", "ada")
    told = world.start(
        "acme", "ada", "--cpu", "2048", "--memory", "4096", "--env", "A=b", door=True
    )
    assert told["made"]
    assert world.definitions("nurseryd-acme-ada") == ["nurseryd-acme-ada:1"]
    assert len(world.efs.describe_access_points()["AccessPoints"]) == 1
    [task] = world.tasks()
    assert (task["overrides"]["cpu"], task["overrides"]["memory"]) == ("2048", "4096")


def test_a_new_base_makes_one_new_revision_and_two_are_kept(world: World) -> None:
    world.start("acme", "ada")
    world.stop("acme", "ada")
    [container] = BASE["containerDefinitions"]
    newer = {**container, "image": "example.com/nurseryd:2"}
    world.ecs.register_task_definition(**{**BASE, "containerDefinitions": [newer]})
    world.start("acme", "ada")
    world.stop("acme", "ada")
    [task] = world.listed("--stopped")[1:]
    assert task["definition"].endswith("nurseryd-acme-ada:2")
    answer = world.ecs.describe_task_definition(taskDefinition="nurseryd-acme-ada")
    assert answer["taskDefinition"]["containerDefinitions"][0]["image"].endswith(":2")
    newest = {**container, "image": "example.com/nurseryd:3"}
    world.ecs.register_task_definition(**{**BASE, "containerDefinitions": [newest]})
    world.start("acme", "ada")
    assert world.definitions("nurseryd-acme-ada") == ["nurseryd-acme-ada:2", "nurseryd-acme-ada:3"]


def test_a_lost_access_point_is_made_anew(world: World) -> None:
    world.start("acme", "ada")
    world.stop("acme", "ada")
    [point] = world.efs.describe_access_points()["AccessPoints"]
    world.efs.delete_access_point(AccessPointId=point["AccessPointId"])
    world.start("acme", "ada")
    [again] = world.efs.describe_access_points()["AccessPoints"]
    assert again["RootDirectory"]["Path"] == "/acme/ada"
    answer = world.ecs.describe_task_definition(taskDefinition="nurseryd-acme-ada")
    assert again["AccessPointId"] in json.dumps(answer["taskDefinition"]["volumes"])


def test_behind_a_load_balancer_an_editor_has_two_hosts(world: World) -> None:
    told = world.start("acme", "ada", door=True)
    hosts = f"ada--acme.{EDIT}", f"ada--acme.{PREVIEW}"
    assert (told["address"], told["preview"]) == tuple(f"https://{host}/" for host in hosts)
    rules = world.rules()
    assert set(rules) == set(hosts)
    [task] = world.tasks()
    details = {one["name"]: one["value"] for one in task["attachments"][0]["details"]}
    ip = details["privateIPv4Address"]
    assert [world.targets(rules[host]) for host in hosts] == [[(ip, 8080)], [(ip, 4322)]]
    groups = world.elb.describe_target_groups()["TargetGroups"]
    assert {group["HealthCheckPath"] for group in groups} == {"/health/ready"}
    assert {group["HealthCheckPort"] for group in groups} == {"8080"}
    answer = world.ecs.describe_task_definition(taskDefinition="nurseryd-acme-ada")
    variables = {
        one["name"]: one["value"]
        for one in answer["taskDefinition"]["containerDefinitions"][0]["environment"]
    }
    assert variables["PREVIEW_URL"] == f"https://{hosts[1]}/"
    assert variables["PREVIEW_DOMAIN"] == hosts[1]


def test_the_door_follows_to_the_next_task(world: World) -> None:
    first = world.start("acme", "ada", door=True)
    group = world.rules()[f"ada--acme.{EDIT}"]
    [before] = world.targets(group)
    world.ecs.stop_task(cluster="sites", task=first["task"])  # as an idle one ends by itself
    world.start("acme", "ada", door=True)
    assert world.rules()[f"ada--acme.{EDIT}"] == group
    [after] = world.targets(group)
    assert after != before


def test_rules_take_priorities_that_are_free(world: World) -> None:
    target = world.elb.create_target_group(Name="other", Protocol="HTTP", Port=1, VpcId=world.vpc)
    for priority in (1, 3):
        world.elb.create_rule(
            ListenerArn=world.listener,
            Priority=priority,
            Conditions=[{"Field": "path-pattern", "Values": [f"/{priority}"]}],
            Actions=[
                {
                    "Type": "forward",
                    "TargetGroupArn": target["TargetGroups"][0]["TargetGroupArn"],
                }
            ],
        )
    world.start("acme", "ada", door=True)
    rules = world.elb.describe_rules(ListenerArn=world.listener)["Rules"]
    taken = [rule["Priority"] for rule in rules if "host-header" in json.dumps(rule["Conditions"])]
    assert sorted(taken) == ["2", "4"]


def test_without_a_load_balancer_it_has_the_address_of_its_task(world: World) -> None:
    done = world.run("start", "acme", "ada", *world.options())
    [task] = world.tasks()
    details = {one["name"]: one["value"] for one in task["attachments"][0]["details"]}
    ip = details["privateIPv4Address"]
    assert done.stdout == f"editor   http://{ip}:8080/\npreview  http://{ip}:4322/\n"
    assert task["taskArn"] in done.stderr


def test_spot_is_asked_for_by_its_capacity_provider(world: World) -> None:
    world.start("acme", "ada", "--spot")
    [task] = world.tasks()
    assert task["capacityProviderName"] == "FARGATE_SPOT"


def test_a_stack_says_where_the_fleet_is(world: World) -> None:
    names = {key: {"Value": value} for key, value in world.outputs.items()}
    bucket = {"Type": "AWS::S3::Bucket"}
    boto3.client("cloudformation").create_stack(
        StackName="sites", TemplateBody=json.dumps({"Resources": {"B": bucket}, "Outputs": names})
    )
    done = world.run("start", "acme", "ada", "--stack", "sites")
    assert done.exit_code == 0, done.output
    assert f"https://ada--acme.{EDIT}/" in done.stdout
    # And the command line says it better.
    done = world.run("list", "--stack", "sites", "--family", "other")
    assert (done.exit_code, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (["--cluster", "sites"], 1, "give --stack, or --family and --subnets and"),
        (["--stack", "none"], 1, "cannot read the stack none: .*does not exist.*list-stacks"),
        (["--listener", "x"], 1, "--vpc and --edit-domain and --preview-domain"),
        (["--env", "A"], 2, "write NAME=VALUE"),
        (["--env", "GITHUB_TOKEN=x"], 2, "put it into the secret"),
        (["--repo", "https://ada:pass@example.com/site"], 2, "leave the user out"),
        (["--repo", "https://a-token@example.com/site"], 2, "leave the user out"),
        (["--repo", "https://[x"], 2, "--repo: write a valid address"),
    ],
)
def test_what_cannot_be_is_said(world: World, words: list[str], status: int, text: str) -> None:
    given = world.options() if "--cluster" not in words and "--stack" not in words else []
    done = world.run("start", "acme", "ada", *given, *words)
    assert done.exit_code == status
    assert re.search(text, " ".join(done.stderr.split()))
    assert not list(world.tasks())


def test_the_stacks_own_editor_is_not_started_twice(world: World) -> None:
    done = world.run("start", "demo", "editor", *world.options())
    assert done.exit_code == 1
    assert "desired count to 1" in done.stderr
    assert not list(world.tasks())
    assert world.efs.describe_access_points(FileSystemId=world.volume)["AccessPoints"] == []


def test_what_is_no_id_is_refused(world: World) -> None:
    done = world.run("start", "acme", "../ada", *world.options())
    assert done.exit_code == 1
    assert "cannot use this USER" in done.stderr


def test_a_base_that_is_not_there_is_said(world: World) -> None:
    done = world.run("start", "acme", "ada", *world.options(), "--family", "none")
    assert done.exit_code == 1
    assert "there is no task definition none" in done.stderr


def test_a_refusal_of_aws_has_its_reason_and_a_hint(world: World) -> None:
    done = world.run("start", "acme", "ada", *world.options(), "--cluster", "none")
    assert done.exit_code == 1
    assert "ClusterNotFoundException" in done.stderr
    assert "--cluster" in done.stderr


def test_what_aws_refuses_of_a_second_start_leaves_the_way_to_the_editor(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.start("acme", "ada", door=True)
    rules = world.rules()

    def refuse(*_: object) -> None:
        raise Refused("cannot read the rules of the load balancer: Throttling")

    monkeypatch.setattr(Balancer, "ensure_rule", refuse)
    done = world.run("start", "acme", "ada", *world.options(door=True))
    assert (done.exit_code, "Throttling" in done.stderr) == (1, True)
    assert world.rules() == rules
    assert len(world.elb.describe_target_groups()["TargetGroups"]) == 2


def test_a_stack_that_goes_over_to_the_slim_image_keeps_its_editors(world: World) -> None:
    first = world.start("acme", "ada", door=True)
    world.ecs.register_task_definition(**{**BASE, "family": f"{FAMILY}-slim"})
    slim = ["--family", f"{FAMILY}-slim"]
    assert world.start("acme", "ada", *slim, door=True)["task"] == first["task"]
    assert [row["user"] for row in world.listed(*slim)] == ["ada"]
    assert world.stop("acme", "ada", *slim, door=True).exit_code == 0
    assert world.rules() == {}
    assert len(world.efs.describe_access_points()["AccessPoints"]) == 1


def test_where_the_load_balancer_is_full_those_that_have_ended_give_up_their_place(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Balancer.ensure_rule

    def bounded(self: Balancer, host: str, group: str, tags: dict[str, str]) -> None:
        if len(world.rules()) >= 5:
            error = {"Error": {"Code": "TooManyRules", "Message": "none is left"}}
            raise Refused("cannot make a rule: full") from ClientError(error, "CreateRule")
        make(self, host, group, tags)

    monkeypatch.setattr(Balancer, "ensure_rule", bounded)
    other = Balancer(world.listener).ensure_group("other", 8080, world.vpc, {"a": "b"})
    Balancer(world.listener).ensure_rule(f"stack.{EDIT}", other, {"a": "b"})
    ended = world.start("acme", "ada", door=True)
    world.start("acme", "bob", door=True)
    done = world.run("start", "acme", "cyn", *world.options(door=True))
    assert (done.exit_code, "full" in done.stderr) == (1, True)
    world.ecs.stop_task(cluster="sites", task=ended["task"])  # as one does that nobody uses
    world.start("acme", "cyn", door=True)
    assert {host.partition(".")[0] for host in world.rules()} == {"stack", "bob--acme", "cyn--acme"}
    assert len(world.elb.describe_target_groups()["TargetGroups"]) == 5
