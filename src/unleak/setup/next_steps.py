"""What to do with a template, and what unleak.toml then says."""

from collections.abc import Iterator

from unleak.setup.asked import Asked
from unleak.setup.responder import ORGANIZATION, RESPONDER
from unleak.setup.things import Setting, Template

SECRET_VARIABLE = "UNLEAK_EVENTBRIDGE_SECRET"  # noqa: S105  the name of a variable
_NUMBER = "111122223333"


def deploying(template: Template, file: str, format_name: str) -> Iterator[str]:
    """`file` is where it lies. A secret is taken from the environment, so that no history of commands has it."""
    asked = [s for s in template.settings if not s.default]
    if format_name == "terraform":
        yield f"# in the folder of {file}, with the provider's region {template.home}"
        yield from (f"export TF_VAR_{_snake(s)}={_value(s, '[]')}" for s in asked)
        yield "terraform init && terraform apply"
        return
    given = " ".join(f"{s.id}={_value(s)}" for s in asked)
    yield f"aws cloudformation deploy --region {template.home} --stack-name unleak --template-file {file} \\"
    yield f"  --capabilities CAPABILITY_NAMED_IAM{' --parameter-overrides ' + given if given else ''}"


def settings(asked: Asked) -> Iterator[str]:
    """Lines of unleak.toml, with an account number to replace."""
    external = [f'external_id = "{asked.external_id}"'] if asked.external_id else []
    role = ORGANIZATION if asked.organization else RESPONDER
    if asked.organization:
        yield from ("[organization]", f'role = "{RESPONDER}"', f'management = "{_NUMBER}"', *external, "")
    arn = f"arn:{asked.partition}:iam::{_NUMBER}:role/{role}"
    yield from (f'[accounts."{_NUMBER}"]', f'role_arn = "{arn}"', *external, "")
    if asked.service_url:
        yield from ("[hooks.eventbridge]", f'secret_env = "{SECRET_VARIABLE}"')
    else:
        yield from ("[hooks.queue]", 'url = "the output QueueUrl"')


def _value(setting: Setting, many: str = "...") -> str:
    return f'"${SECRET_VARIABLE}"' if setting.secret else f"'{many}'" if setting.many else "..."


def _snake(setting: Setting) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in setting.id).lstrip("_")
