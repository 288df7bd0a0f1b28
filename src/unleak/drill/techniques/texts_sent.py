"""Text messages to numbers that the attacker earns from."""

from unleak.drill.documents import be_administrator
from unleak.drill.moves import call
from unleak.drill.technique import Technique, Traces

TECHNIQUE = Technique(
    id="texts_sent",
    title="Text messages sent",
    attack=("T1496.003",),
    prepare=be_administrator,
    moves=(call("sns:GetSMSAttributes"), call("sns:Publish", PhoneNumber="+15555550100", Message="hello")),
    seen=Traces(rules=("sns-sms-abused",)),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    only_standin="it would send a text message",
)
