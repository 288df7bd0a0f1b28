"""Saves the user as it is now: containment will change it, and an investigation must know what it was."""

import json
from collections.abc import Iterator
from dataclasses import asdict

from unleak.inspect.principal import READ, read_user
from unleak.model.evidence import Evidence, PrincipalSaved
from unleak.model.plan import Target
from unleak.unit import Context


class SavePrincipal:
    id = "save_principal"
    title = "Save the user's policies, groups and keys as they are"
    permissions = READ

    def run(self, context: Context, target: Target) -> Iterator[Evidence]:
        state = read_user(context.aws.client(target.account, "iam"), target.name)
        line = json.dumps(asdict(state), default=str, sort_keys=True).encode()
        yield PrincipalSaved(
            principal_arn=target.id,
            exhibit=context.keep([line]),
            attached=state.attached,
            inline=tuple(state.inline),
            groups=state.groups,
            boundary=state.boundary,
            key_ids=state.key_ids,
            has_console_login=state.has_console_login,
        )


CHECK = SavePrincipal()
