"""What ECS's agent answers, as AWS documents it and as the agent's own source has it."""

from __future__ import annotations

from typing import Any

ACCOUNT = "123456789012"
REGION = "eu-central-1"


def task_arn(cluster: str, id: str) -> str:
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/{cluster}/{id}"


def on_fargate(cluster: str, id: str, **more: Any) -> dict[str, Any]:
    """Of a task on Fargate, whose documented example names no service."""
    arn = task_arn(cluster, id)
    cluster_arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{cluster}"
    return {
        "Cluster": cluster_arn,
        "TaskARN": arn,
        "Family": "editor",
        "Revision": "5",
        "DesiredStatus": "RUNNING",
        "KnownStatus": "RUNNING",
        "Limits": {"CPU": 1, "Memory": 2048},
        "PullStartedAt": "2023-07-21T15:45:33.532811081Z",
        "PullStoppedAt": "2023-07-21T15:45:38.541068435Z",
        "AvailabilityZone": f"{REGION}a",
        "Containers": [
            {
                "DockerId": f"{id}-1117626119",
                "Name": "editor",
                "DockerName": "editor",
                "Image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/nurseryd:latest",
                "ImageID": "sha256:" + "daf3f46a" * 8,
                "Labels": {
                    "com.amazonaws.ecs.cluster": cluster_arn,
                    "com.amazonaws.ecs.container-name": "editor",
                    "com.amazonaws.ecs.task-arn": arn,
                    "com.amazonaws.ecs.task-definition-family": "editor",
                    "com.amazonaws.ecs.task-definition-version": "5",
                },
                "DesiredStatus": "RUNNING",
                "KnownStatus": "RUNNING",
                "Limits": {"CPU": 128},
                "CreatedAt": "2023-07-21T15:45:44.91368314Z",
                "StartedAt": "2023-07-21T15:45:44.91368314Z",
                "Type": "NORMAL",
                "Networks": [
                    {
                        "NetworkMode": "awsvpc",
                        "IPv4Addresses": ["172.31.42.189"],
                        "AttachmentIndex": 0,
                        "MACAddress": "0e:98:9f:33:76:d3",
                        "IPv4SubnetCIDRBlock": "172.31.32.0/20",
                        "DomainNameServers": ["172.31.0.2"],
                        "DomainNameSearchList": [f"{REGION}.compute.internal"],
                        "PrivateDNSName": f"ip-172-31-42-189.{REGION}.compute.internal",
                        "SubnetGatewayIpv4Address": "172.31.32.1/20",
                    }
                ],
                "ContainerARN": f"arn:aws:ecs:{REGION}:{ACCOUNT}:container/{cluster}/{id}/da6cccf7",
                "Snapshotter": "overlayfs",
            }
        ],
        "LaunchType": "FARGATE",
        "ClockDrift": {
            "ClockErrorBound": 0.446931,
            "ReferenceTimestamp": "2023-07-21T16:09:17Z",
            "ClockSynchronizationStatus": "SYNCHRONIZED",
        },
        "EphemeralStorageMetrics": {"Utilized": 261, "Reserved": 20496},
        **more,
    }


def on_ec2(cluster: str, id: str, service: str) -> dict[str, Any]:
    """Of a service's task on an EC2 instance, whose agent names it; the cluster is a name there."""
    return on_fargate(
        cluster,
        id,
        Cluster=cluster,
        ServiceName=service,
        LaunchType="EC2",
        VPCID="vpc-1234567890abcdef0",
        FaultInjectionEnabled=False,
    )


def protected(arn: str, enabled: bool) -> dict[str, Any]:
    """What came of it; `ExpirationDate` is there while there is one."""
    expires = {"ExpirationDate": "2026-10-06T02:29:16Z"} if enabled else {"ExpirationDate": None}
    return {"protection": {**expires, "ProtectionEnabled": enabled, "TaskArn": arn}}


def failure(arn: str, reason: str) -> dict[str, Any]:
    """What ECS would not do; the status is 200."""
    return {"failure": {"Arn": arn, "Detail": None, "Reason": reason}}


def error(arn: str, code: str, message: str, request: str | None = None) -> dict[str, Any]:
    """What went wrong on the way to ECS, or in the request."""
    id = {"requestID": request} if request else {}
    return {**id, "error": {"Arn": arn, "Code": code, "Message": message}}
