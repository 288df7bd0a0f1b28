"""One detector a file."""

from unleak.scan.detector import Detector
from unleak.scan.detectors import aws_access_key_id, aws_secret, aws_session_token

DETECTORS: tuple[Detector, ...] = (
    aws_access_key_id.DETECTOR,
    aws_secret.DETECTOR,
    aws_session_token.DETECTOR,
)
BY_ID: dict[str, Detector] = {d.id: d for d in DETECTORS}
