"""Asks AWS whether a credential lives, with the one call that no policy can refuse: sts:GetCallerIdentity.

Only the signature leaves this process, never the secret. https://docs.aws.amazon.com/STS/latest/APIReference/
API_GetCallerIdentity.html says that the call needs no permission.
"""

import os
import time
from collections import Counter
from threading import Lock

from unleak.aws.accounts import Accounts
from unleak.config import Config
from unleak.iam.key_id import KeyKind, kind_of
from unleak.model.credential import Credentials
from unleak.model.errors import AwsError, CouldNotLook, NoCredentials, Unreachable
from unleak.model.finding import Live
from unleak.scan.verify import WRONG_SECRET, Answer

# Credentials are of one partition and unknown to the others, and each has a region that every account has enabled:
# https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
_REGIONS = {
    "aws": "us-east-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-cn": "cn-north-1",
    "aws-eusc": "eusc-de-east-1",
}
_ENDPOINTS = ("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL")
_NOT_KNOWN = frozenset({"InvalidClientTokenId", "UnrecognizedClientException"})
_ENDED = frozenset({"ExpiredToken", "ExpiredTokenException"})
_BAD_SIGNATURE = frozenset({"SignatureDoesNotMatch", "InvalidSignatureException"})
# What STS says of a wrong secret; of a wrong clock, under the same code, it says something else.
_NOT_THE_SECRET = "does not match"  # noqa: S105  AWS's words
# For 5 seconds after a wrong secret, AWS refuses the right one too:
# https://awsteele.com/blog/2021/10/24/aws-sigv4-caching.html
_PAUSE = 6.0
_MOST_SILENCE = 3


class AskAws:
    """An `Ask`: one request for a credential and partition, no retries. Never raises for what AWS answers.

    Where `endpoint`, AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL is set, only that is asked. A partition that did not
    answer three times in a row is not asked again.
    """

    def __init__(self, config: Config, *, endpoint: str = "", pause: float = _PAUSE) -> None:
        """`pause`: seconds between a wrong secret and the next one of the same id."""
        self._accounts = Accounts(config, endpoint=endpoint)
        self._regions = {"the endpoint": _REGIONS["aws"]} if endpoint or _has_endpoint() else _REGIONS
        self._pause = pause
        self._refused_at: dict[str, float] = {}
        self._silent: Counter[str] = Counter()
        self._lock = Lock()

    def __call__(self, credentials: Credentials) -> Answer:
        if credentials.token is None and kind_of(credentials.key_id) is KeyKind.TEMPORARY:
            return Answer(Live.UNKNOWN, "not asked: the session's token was not found with it")
        self._wait(credentials.key_id)
        answers = []
        for partition in self._regions:
            answer = self._ask(partition, credentials)
            if answer is not None and answer.live is not Live.UNKNOWN:
                return answer
            answers.append(answer)
        return summed_up(answers)

    def _ask(self, partition: str, credentials: Credentials) -> Answer | None:
        """None where the partition does not know the credential."""
        if self._silent[partition] >= _MOST_SILENCE:
            return Answer(Live.UNKNOWN, f"{partition} could not be reached")
        try:
            client = self._accounts.leaked(credentials, "sts", self._regions[partition])
            found = client.get_caller_identity()
        except AwsError as error:
            return self._refusal(partition, credentials, error)
        except NoCredentials as error:
            return Answer(Live.UNKNOWN, f"AWS could not be asked: {error}")
        except (CouldNotLook, ValueError):
            return Answer(Live.UNKNOWN, "AWS could not be asked: look at AWS_ENDPOINT_URL and the AWS configuration")
        self._hear(partition, silent=False)
        return Answer(Live.YES, arn=str(found["Arn"]))

    def _refusal(self, partition: str, credentials: Credentials, error: AwsError) -> Answer | None:
        """Of AWS's words nothing is kept: they may repeat the request, and with it the token."""
        silent = isinstance(error, Unreachable) and not error.code
        self._hear(partition, silent=silent)
        if silent:
            return Answer(Live.UNKNOWN, f"{partition} could not be reached")
        if error.code in _NOT_KNOWN:
            return None
        if error.code in _ENDED:
            return Answer(Live.NO, "the session has ended")
        if error.code not in _BAD_SIGNATURE:
            return Answer(Live.UNKNOWN, f"{partition} gave no clear answer: {error.code}")
        if _NOT_THE_SECRET not in str(error):
            return Answer(Live.UNKNOWN, "AWS does not take this machine's time: set its clock")
        self._refused_at[credentials.key_id] = time.monotonic()
        return Answer(Live.NO, WRONG_SECRET)

    def _hear(self, partition: str, *, silent: bool) -> None:
        with self._lock:
            self._silent[partition] = self._silent[partition] + 1 if silent else 0

    def _wait(self, key_id: str) -> None:
        since = self._refused_at.get(key_id)
        if since is not None:
            time.sleep(max(0.0, since + self._pause - time.monotonic()))


def _has_endpoint() -> bool:
    is_ignored = os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true"
    return not is_ignored and any(os.environ.get(name) for name in _ENDPOINTS)


def summed_up(answers: list[Answer | None]) -> Answer:
    """Of partitions, each None where it does not know the credential: dead only if none of them does."""
    settled = [a for a in answers if a is not None and a.live is not Live.UNKNOWN]
    if settled:
        return settled[0]
    doubts = dict.fromkeys(a.about for a in answers if a is not None)
    if doubts:
        return Answer(Live.UNKNOWN, "; ".join(doubts))
    return Answer(Live.NO, "AWS does not know it: deleted, inactive, or never a key")
