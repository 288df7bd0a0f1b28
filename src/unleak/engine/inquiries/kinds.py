"""Every kind of inquiry. Apart from the folder's own file, so that a command which asks one kind imports no other."""

from collections.abc import Mapping
from types import MappingProxyType

from unleak.engine.inquiries import bill, data, investigation, review
from unleak.engine.inquiries.kind import Kind

_ALL: tuple[Kind, ...] = (investigation.KIND, review.KIND, data.KIND, bill.KIND)
KINDS: Mapping[str, Kind] = MappingProxyType({kind.id: kind for kind in _ALL})
