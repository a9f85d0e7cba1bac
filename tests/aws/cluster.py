"""A cluster of ECS in moto, whose scheduler starts nothing by itself."""

from __future__ import annotations

from typing import Any


class Cluster:
    """Of the cloud that the environment points to."""

    def __init__(self, name: str = "edits") -> None:
        import boto3

        self.name = name
        self.ecs: Any = boto3.session.Session().client("ecs")
        self.ecs.create_cluster(clusterName=name)
        self.ecs.register_task_definition(
            family="editor",
            containerDefinitions=[{"name": "editor", "image": "nurseryd", "memory": 512}],
        )

    def make_service(self, name: str, desired: int) -> None:
        self.ecs.create_service(
            cluster=self.name, serviceName=name, taskDefinition="editor", desiredCount=desired
        )

    def desired(self, service: str) -> int:
        found = self.ecs.describe_services(cluster=self.name, services=[service])
        return int(found["services"][0]["desiredCount"])

    def run(self, *, service: str | None = None) -> str:
        """Start a task, of a service or on its own; its id."""
        group = {"group": f"service:{service}"} if service else {}
        done = self.ecs.run_task(
            cluster=self.name, taskDefinition="editor", launchType="FARGATE", **group
        )
        return str(done["tasks"][0]["taskArn"]).rpartition("/")[2]

    def task(self, id: str) -> dict[str, Any]:
        found = self.ecs.describe_tasks(cluster=self.name, tasks=[id])
        return dict(found["tasks"][0])
