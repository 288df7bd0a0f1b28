"""A key that somebody else's report names."""

from dataclasses import dataclass

from unleak.model.credential import Credentials
from unleak.model.finding import Place


@dataclass(frozen=True, slots=True)
class Reported:
    """One AWS key that a report names. `credentials` only where the report, or the file that it points to, holds the
    secret too.

    Nothing in it is proven: whoever writes a report chooses what stands there. `public` is what GitHub or AWS says,
    None where nobody does.
    """

    key_id: str
    tool: str
    places: tuple[Place, ...] = ()
    credentials: Credentials | None = None
    public: bool | None = None
