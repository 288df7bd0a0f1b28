"""One detector a file."""

from unleak.scan.detector import Detector
from unleak.scan.detectors import (
    aws_access_key_id,
    aws_appsync_api_key,
    aws_bedrock_api_key,
    aws_bedrock_session_key,
    aws_codecommit_password,
    aws_mws_auth_token,
    aws_roles_anywhere_private_key,
    aws_secret,
    aws_ses_smtp_password,
    aws_session_token,
)

DETECTORS: tuple[Detector, ...] = (
    aws_access_key_id.DETECTOR,
    aws_secret.DETECTOR,
    aws_session_token.DETECTOR,
    aws_bedrock_api_key.DETECTOR,
    aws_bedrock_session_key.DETECTOR,
    aws_ses_smtp_password.DETECTOR,
    aws_codecommit_password.DETECTOR,
    aws_roles_anywhere_private_key.DETECTOR,
    aws_mws_auth_token.DETECTOR,
    aws_appsync_api_key.DETECTOR,
)
PARTS = (aws_access_key_id.DETECTOR.id, aws_secret.DETECTOR.id, aws_session_token.DETECTOR.id)
"""They make one credential together: paired, and named by its id. Every other kind stands by itself."""
BY_ID: dict[str, Detector] = {d.id: d for d in DETECTORS}
PREFIXES: tuple[bytes, ...] = tuple(p for d in DETECTORS for p in d.prefixes)
