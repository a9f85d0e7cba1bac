"""What is asked of AWS. Nobody else imports boto3, and it is imported on first use."""

from services.aws.converse import Models, Reply
from services.aws.failures import Failed, Failure
from services.aws.secrets import Secrets

__all__ = ["Failed", "Failure", "Models", "Reply", "Secrets"]
