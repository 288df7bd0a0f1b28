"""What every command that talks to AWS takes, and the configuration made of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from unleak.config import Config, check_region, load_config


def aws_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--profile, --region and --config; AWS_PROFILE, AWS_REGION and AWS_ENDPOINT_URL are heeded as by the AWS CLI."""
    for option in (
        click.option("--config", "config_path", type=click.Path(path_type=Path), help="unleak.toml to use."),
        click.option("--region", default="", help="Region for the first calls (default: AWS_REGION, us-east-1)."),
        click.option("--profile", default="", help="AWS profile of the responder (default: AWS_PROFILE)."),
    ):
        function = option(function)
    return function


def config_of(profile: str, region: str, config_path: Path | None) -> Config:
    config = load_config(config_path, profile=profile)
    return replace(config, region=check_region(region)) if region else config
