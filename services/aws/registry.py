"""Amazon ECR: repositories of images, and what opens them."""

from __future__ import annotations

from dataclasses import dataclass

from services.aws.client import CALLS, Lazy, code_of, refusing
from supervisor.desk import Refused


@dataclass(frozen=True)
class Repository:
    """`uri` is what an image is called there, without a tag."""

    name: str
    uri: str
    immutable: bool  # a tag that is there stays what it is

    @property
    def host(self) -> str:
        return self.uri.partition("/")[0]


class Registry:
    """The registry of an account in a region. Synchronous, and for any worker thread."""

    def __init__(self, region: str | None = None) -> None:
        self._ecr = Lazy("ecr", region=region, **CALLS)

    def repository(self, name: str, *, create: bool = False) -> Repository:
        """Find it, or with `create` make it: immutable tags, scanned on push. Raises `Refused`."""
        try:
            with refusing(
                f"find the repository {name}",
                {"RepositoryNotFoundException": "--create makes it; or the stack does"},
            ):
                found = self._ecr.get().describe_repositories(repositoryNames=[name])
        except Refused as refusal:
            if not create or code_of(refusal) != "RepositoryNotFoundException":
                raise
            with refusing(f"make the repository {name}"):
                one = self._ecr.get().create_repository(
                    repositoryName=name,
                    imageTagMutability="IMMUTABLE",
                    imageScanningConfiguration={"scanOnPush": True},
                )["repository"]
        else:
            one = found["repositories"][0]
        return Repository(
            one["repositoryName"],
            one["repositoryUri"],
            str(one.get("imageTagMutability", "")).startswith("IMMUTABLE"),
        )

    def has(self, repository: str, tag: str) -> bool:
        """Whether an image has this tag. Raises `Refused`."""
        try:
            with refusing(f"look for the tag {tag} in {repository}"):
                self._ecr.get().describe_images(
                    repositoryName=repository, imageIds=[{"imageTag": tag}]
                )
        except Refused as refusal:
            if code_of(refusal) == "ImageNotFoundException":
                return False
            raise
        return True

    def credentials(self) -> str:
        """User and password as a registry's Basic authorization has them, good for 12 hours.

        Raises `Refused`.
        """
        hint = "it takes ecr:GetAuthorizationToken: the stack's OperatorPolicy has it"
        with refusing("log in to ECR", {"AccessDeniedException": hint}):
            answer = self._ecr.get().get_authorization_token()
        return str(answer["authorizationData"][0]["authorizationToken"])
