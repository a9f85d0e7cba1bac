"""What is asked of AWS. Nobody else imports boto3, and it is imported on first use."""

from services.aws.access_points import AccessPoint, AccessPoints
from services.aws.balancer import Balancer, is_full
from services.aws.converse import Models, Reply
from services.aws.definitions import Definition, Definitions
from services.aws.editors import CONTAINER, Editor, Editors, NoPlace
from services.aws.failures import Failed, Failure
from services.aws.interfaces import public_addresses
from services.aws.metadata import Task, read_task
from services.aws.own_task import OwnTask
from services.aws.protection import protect
from services.aws.references import Reference, Remembered
from services.aws.registry import Registry, Repository
from services.aws.secrets import Secrets
from services.aws.stacks import outputs

__all__ = [
    "CONTAINER",
    "AccessPoint",
    "AccessPoints",
    "Balancer",
    "Definition",
    "Definitions",
    "Editor",
    "Editors",
    "Failed",
    "Failure",
    "Models",
    "NoPlace",
    "OwnTask",
    "Reference",
    "Registry",
    "Remembered",
    "Reply",
    "Repository",
    "Secrets",
    "Task",
    "is_full",
    "outputs",
    "protect",
    "public_addresses",
    "read_task",
]
