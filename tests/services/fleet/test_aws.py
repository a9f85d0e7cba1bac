"""What AWS answers and moto does not: by recorded shapes, to the real boto3."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from services.aws import AccessPoints, Balancer, Editors, balancer, outputs
from services.aws.client import code_of
from services.fleet.door import Door
from services.fleet.names import Names
from services.fleet.place import Place
from supervisor.desk import Refused
from tests.services.cloud import Cloud
from tests.services.fleet.scripted import scripted
from tests.services.fleet.world import EDIT, PREVIEW, World

POINT = {
    "AccessPointId": "fsap-1",
    "FileSystemId": "fs-1",
    "LifeCycleState": "available",
    "RootDirectory": {"Path": "/acme/ada"},
    "Tags": [],
}
TAGS = {"a": "b"}
EXISTS = json.dumps({"ErrorCode": "AccessPointAlreadyExists", "AccessPointId": "fsap-1"})


def made(*points: dict[str, object]) -> str:
    return json.dumps({"AccessPoints": points})


def test_two_at_once_get_one_access_point(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted((409, EXISTS), (200, made(POINT))) as efs:
        monkeypatch.setenv("AWS_ENDPOINT_URL_EFS", efs.address)
        point = AccessPoints("fs-1").ensure("token", "/acme/ada", (1000, 1000), TAGS)
    assert (point.id, point.available) == ("fsap-1", True)
    assert json.loads(efs.asked[0][1]) == {
        "ClientToken": "token",
        "FileSystemId": "fs-1",
        "PosixUser": {"Uid": 1000, "Gid": 1000},
        "RootDirectory": {
            "Path": "/acme/ada",
            "CreationInfo": {"OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "0750"},
        },
        "Tags": [{"Key": "a", "Value": "b"}],
    }


@pytest.mark.parametrize(
    "other",
    [POINT | {"RootDirectory": {"Path": "/acme/bob"}}, POINT | {"FileSystemId": "fs-2"}],
)
def test_an_access_point_of_another_folder_is_nobodys(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, other: dict[str, object]
) -> None:
    with scripted((409, EXISTS), (200, made(other))) as efs:
        monkeypatch.setenv("AWS_ENDPOINT_URL_EFS", efs.address)
        with pytest.raises(Refused, match="AccessPointAlreadyExists"):
            AccessPoints("fs-1").ensure("token", "/acme/ada", (1000, 1000), TAGS)


@pytest.mark.parametrize(
    ("code", "text", "hint"),
    [
        (
            "AccessDeniedException",
            "User is not authorized to perform: iam:PassRole",
            "iam:PassRole",
        ),
        ("ClusterNotFoundException", "Cluster not found.", "--cluster"),
    ],
)
def test_a_refused_task_says_what_it_takes(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, code: str, text: str, hint: str
) -> None:
    answer = json.dumps({"__type": code, "message": text})
    with scripted((400, answer)) as ecs:
        monkeypatch.setenv("AWS_ENDPOINT_URL_ECS", ecs.address)
        with pytest.raises(Refused, match=f"cannot start a task: .*{text}; .*{hint}") as refusal:
            Editors("sites").run({"taskDefinition": "x"})
    assert code_of(refusal.value) == code


def xml(code: str) -> str:
    return (
        '<ErrorResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">'
        f"<Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error>"
        "<RequestId>1</RequestId></ErrorResponse>"
    )


RULES = (
    '<DescribeRulesResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/">'
    "<DescribeRulesResult><Rules/></DescribeRulesResult></DescribeRulesResponse>"
)


def test_a_quota_that_is_used_up_is_named(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted((200, RULES), (400, xml("TooManyRules"))) as elb:
        monkeypatch.setenv("AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2", elb.address)
        with pytest.raises(Refused, match=r"TooManyRules.*'Rules per Application Load Balancer'"):
            Balancer("arn").ensure_rule("h.example.com", "group", TAGS)


def test_a_priority_that_somebody_else_takes_is_not_the_last_word(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = Balancer(world.listener)
    group = door.ensure_group("g", 8080, world.vpc, TAGS)
    door.ensure_rule("a.example.com", group, TAGS)
    late = iter([1, 1])  # as another one's rule would be seen too late
    monkeypatch.setattr(balancer, "free_priority", lambda _: next(late, 2))
    door.ensure_rule("b.example.com", group, TAGS)
    assert set(world.rules()) == {"a.example.com", "b.example.com"}
    monkeypatch.setattr(balancer, "free_priority", lambda _: 1)
    with pytest.raises(Refused, match="PriorityInUse"):
        door.ensure_rule("c.example.com", group, TAGS)


def test_a_rule_that_leads_elsewhere_is_turned_round(world: World) -> None:
    door = Balancer(world.listener)
    old, new = (door.ensure_group(name, 8080, world.vpc, TAGS) for name in ("old", "new"))
    door.ensure_rule("a.example.com", old, TAGS)
    door.ensure_rule("a.example.com", new, TAGS)
    assert world.rules() == {"a.example.com": new}


def test_all_priorities_can_be_taken() -> None:
    rules: Sequence[dict[str, str]] = [{"Priority": str(each)} for each in range(1, 50_001)]
    assert balancer.free_priority(rules[:-1]) == 50_000
    with pytest.raises(Refused, match="all 50,000 priorities"):
        balancer.free_priority(rules)


def test_half_a_door_is_taken_down_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(listener=world.listener, vpc=world.vpc, edit_domain=EDIT, preview_domain=PREVIEW)
    make = Balancer.ensure_rule

    def once(self: Balancer, host: str, group: str, tags: dict[str, str]) -> None:
        if world.rules():
            raise Refused("cannot make a rule: TooManyRules")
        make(self, host, group, tags)

    monkeypatch.setattr(Balancer, "ensure_rule", once)
    with pytest.raises(Refused, match="TooManyRules"):
        Door(place, Names("nurseryd", "acme", "ada")).build()
    assert world.rules() == {}
    assert world.elb.describe_target_groups()["TargetGroups"] == []


def test_a_public_address_is_shown_where_tasks_have_one(world: World) -> None:
    told = world.start("acme", "ada")
    [task] = world.tasks()
    details = {one["name"]: one["value"] for one in task["attachments"][0]["details"]}
    public = world.ec2.allocate_address(Domain="vpc")
    world.ec2.associate_address(
        AllocationId=public["AllocationId"], NetworkInterfaceId=details["networkInterfaceId"]
    )
    [row] = world.listed()
    assert row["address"] == told["address"]
    [row] = world.listed("--public-ip")
    assert row["address"] == f"http://{public['PublicIp']}:8080/"


def test_which_variable_is_missing_is_said_where_no_region_is(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Refused, match=r"cannot read the stack sites: .*; set AWS_REGION$"):
        outputs("sites")
