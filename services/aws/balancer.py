"""A load balancer's way to one editor: target groups, and rules by host name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from services.aws.client import CALLS, Lazy, code_of, refusing
from supervisor.desk import Refused

PRIORITIES = range(1, 50_001)
TRIES = 10  # somebody else may take the same priority in between
CHECKED = "8080"  # the port that answers HEALTH, for the previews' targets too
HEALTH = "/health/ready"
# Seconds. A task that stops has no second one that what is under way could go on with.
DRAINING = "5"

_HINTS = {
    "TooManyRules": "each editor takes two rules of the listener: raise the quota 'Rules per"
    " Application Load Balancer', or stop editors that nobody needs",
    "TooManyTargetGroups": "each editor takes two: raise the quota 'Target Groups per Region', or"
    " stop editors that nobody needs",
    "TooManyUniqueTargetGroupsPerLoadBalancer": "each editor takes two: raise the quota 'Target"
    " Groups per Application Load Balancer', or stop editors that nobody needs",
    "ListenerNotFound": "name the HTTPS listener's ARN with --listener, or the stack with --stack",
}


class Balancer:
    """One listener. Synchronous, and for any worker thread; all raise `Refused`."""

    def __init__(self, listener: str) -> None:
        self._listener = listener
        self._elb = Lazy("elbv2", **CALLS)

    def group(self, name: str) -> str | None:
        """The ARN of the target group of this name, if there is one."""
        try:
            with refusing(f"look for the target group {name}", _HINTS):
                found = self._elb.get().describe_target_groups(Names=[name])["TargetGroups"]
        except Refused as refusal:
            if code_of(refusal) == "TargetGroupNotFound":
                return None
            raise
        return str(found[0]["TargetGroupArn"])

    def ensure_group(self, name: str, port: int, vpc: str, tags: Mapping[str, str]) -> str:
        """Find or make a target group for a task's `port`; its ARN."""
        there = self.group(name)
        if there is not None:
            return there
        with refusing(f"make the target group {name}", _HINTS):
            elb = self._elb.get()
            made = elb.create_target_group(
                Name=name,
                Protocol="HTTP",
                Port=port,
                VpcId=vpc,
                TargetType="ip",
                HealthCheckPort=CHECKED,
                HealthCheckPath=HEALTH,
                HealthCheckIntervalSeconds=10,
                HealthCheckTimeoutSeconds=5,
                HealthyThresholdCount=2,
                Tags=_tags(tags),
            )["TargetGroups"][0]["TargetGroupArn"]
            delay = {"Key": "deregistration_delay.timeout_seconds", "Value": DRAINING}
            elb.modify_target_group_attributes(TargetGroupArn=made, Attributes=[delay])
        return str(made)

    def ensure_rule(self, host: str, group: str, tags: Mapping[str, str]) -> None:
        """Have what is asked of `host` go to a target group, by a rule of a free priority."""
        forward = [{"Type": "forward", "TargetGroupArn": group}]
        for left in reversed(range(TRIES)):
            rules = self._rules()
            there = _of_hosts(rules, (host,))
            try:
                with refusing(f"make a rule for {host}", _HINTS):
                    elb = self._elb.get()
                    if not there:
                        elb.create_rule(
                            ListenerArn=self._listener,
                            Conditions=[
                                {"Field": "host-header", "HostHeaderConfig": {"Values": [host]}}
                            ],
                            Priority=free_priority(rules),
                            Actions=forward,
                            Tags=_tags(tags),
                        )
                    elif _group_of(there[0]) != group:
                        elb.modify_rule(RuleArn=there[0]["RuleArn"], Actions=forward)
            except Refused as refusal:
                if code_of(refusal) != "PriorityInUse" or not left:
                    raise
            else:
                return

    def ways(self) -> dict[str, str]:
        """The name of the target group that each host leads to by a rule of its own."""
        found: dict[str, str] = {}
        for rule in self._rules():
            conditions, group = _conditions(rule), _group_of(rule)
            if group is not None and conditions.keys() == {"host-header"}:
                found |= {host: group.split("/")[-2] for host in conditions["host-header"]}
        return found

    def register(self, group: str, ip: str, port: int) -> None:
        """Make one address the only target of a group."""
        with refusing(f"register {ip} with the load balancer", _HINTS):
            elb = self._elb.get()
            health = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
            others = [
                {"Id": one["Target"]["Id"], "Port": one["Target"]["Port"]}
                for one in health
                if one["Target"]["Id"] != ip
            ]
            if others:
                elb.deregister_targets(TargetGroupArn=group, Targets=others)
            elb.register_targets(TargetGroupArn=group, Targets=[{"Id": ip, "Port": port}])

    def healthy(self, group: str, ip: str) -> bool:
        """Whether the load balancer sends requests to this target."""
        with refusing(f"ask the load balancer about {ip}", _HINTS):
            answer = self._elb.get().describe_target_health(TargetGroupArn=group)
        return any(
            one["Target"]["Id"] == ip and one["TargetHealth"]["State"] == "healthy"
            for one in answer["TargetHealthDescriptions"]
        )

    def remove(self, hosts: Iterable[str], groups: Iterable[str]) -> int:
        """Remove the groups of these names, and before them the rules by which these hosts lead
        there; how many there were. A rule of such a host that leads elsewhere is somebody else's.
        """
        arns = [arn for arn in map(self.group, groups) if arn is not None]
        rules = [rule for rule in _of_hosts(self._rules(), hosts) if _group_of(rule) in arns]
        for rule in rules:
            with refusing(f"remove the rule {rule['RuleArn']}", _HINTS):
                self._elb.get().delete_rule(RuleArn=rule["RuleArn"])
        for arn in arns:
            with refusing(f"remove the target group {arn}", _HINTS):
                self._elb.get().delete_target_group(TargetGroupArn=arn)
        return len(rules) + len(arns)

    def _rules(self) -> list[Mapping[str, Any]]:
        with refusing("read the rules of the load balancer", _HINTS):
            pages = self._elb.get().get_paginator("describe_rules")
            return [
                rule
                for page in pages.paginate(ListenerArn=self._listener)
                for rule in page["Rules"]
            ]


def is_full(refusal: Refused) -> bool:
    """Whether AWS refused it since there is as much at the load balancer as it allows."""
    return code_of(refusal).startswith("TooMany")


def free_priority(rules: Iterable[Mapping[str, Any]]) -> int:
    """The lowest that no rule has. All rules here are of one host each, so that none hides another.

    Raises `Refused` where all are taken.
    """
    taken = {str(rule.get("Priority")) for rule in rules}
    for priority in PRIORITIES:
        if str(priority) not in taken:
            return priority
    raise Refused("cannot make a rule: all 50,000 priorities of the listener are taken")


def _of_hosts(rules: Iterable[Mapping[str, Any]], hosts: Iterable[str]) -> list[Mapping[str, Any]]:
    """The rules whose only condition is one of these host names."""
    sought = [{"host-header": [host]} for host in hosts]
    return [rule for rule in rules if _conditions(rule) in sought]


def _group_of(rule: Mapping[str, Any]) -> str | None:
    return rule["Actions"][-1].get("TargetGroupArn")


def _conditions(rule: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        one["Field"]: (one.get("HostHeaderConfig") or one).get("Values", [])
        for one in rule.get("Conditions") or ()
    }


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
