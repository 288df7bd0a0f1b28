"""Parameters and answers with the types that the service's own model gives them: a form knows only text."""

from typing import Any

from unleak.standin.request import ApiCall, model_of

_NUMBERS = frozenset({"integer", "long"})


def typed_request(call: ApiCall) -> dict[str, Any]:
    typed = _typed(dict(call.parameters), _shape(call, "input_shape"))
    return typed if isinstance(typed, dict) else {}


def typed_response(call: ApiCall, tree: dict[str, Any]) -> dict[str, Any]:
    """Of an answer in XML, whose lists are `<member>`s."""
    typed = _typed(tree, _shape(call, "output_shape"))
    return typed if isinstance(typed, dict) else {}


def answers_nothing(call: ApiCall) -> bool:
    """But that it was done."""
    model = model_of(call.service)
    return model is not None and call.operation in model.operation_names and _shape(call, "output_shape") is None


def _shape(call: ApiCall, which: str) -> Any:
    model = model_of(call.service)
    if model is None or call.operation not in model.operation_names:
        return None
    return getattr(model.operation_model(call.operation), which)


def _typed(value: Any, shape: Any) -> Any:
    if shape is None:
        return value
    if shape.type_name == "structure" and isinstance(value, dict):
        return {k: _typed(v, _member(shape, k)) for k, v in value.items()}
    if shape.type_name == "list":
        if isinstance(value, dict) and set(value) == {"item"}:  # EC2's, which stay as they are
            inner = value["item"]
            listed = inner if isinstance(inner, list) else [inner]
            return {"item": [_typed(v, shape.member) for v in listed]}
        if isinstance(value, dict) and set(value) <= {"member", shape.member.serialization.get("name")}:
            value = next(iter(value.values()), None)  # RDS names the members of its lists, each in its own way
        listed = value if isinstance(value, list) else [] if value is None else [value]
        return [_typed(v, shape.member) for v in listed]
    if shape.type_name in _NUMBERS and isinstance(value, str) and value.lstrip("-").isdecimal():
        return int(value)
    if shape.type_name == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    return value


def _member(shape: Any, name: str) -> Any:
    """By its own name, or by the one that it has on the wire."""
    if name in shape.members:
        return shape.members[name]
    for member in shape.members.values():
        if name in {member.serialization.get("name"), member.serialization.get("queryName")}:
            return member
    return next((m for n, m in shape.members.items() if n.lower() == name.lower()), None)
