"""A cluster of the attacker's own, with a service that starts its containers again whoever stops them."""

from unleak.drill.documents import be_administrator
from unleak.drill.moves import call
from unleak.drill.technique import LEAVES, Technique, Traces

TECHNIQUE = Technique(
    id="containers_run",
    title="Containers run",
    attack=("T1610", "T1496.001"),
    prepare=be_administrator,
    moves=(
        call("ecs:CreateCluster", clusterName="web"),
        call("ecs:RegisterTaskDefinition", family="miner",
             containerDefinitions=[{"name": "m", "image": "example.org/m", "memory": 64}]),
        call("ecs:CreateService", cluster="web", serviceName="miner", taskDefinition="miner", desiredCount=3),
    ),
    seen=Traces(rules=("ecs-run-task",), things=("ECS::Service", "ECS::Cluster")),
    stopped_by=("attach_quarantine", "revoke_user_sessions", "deactivate_key"),
    leaves=("service miner",),
    by_hand=("ECS::Cluster", "ECS::TaskDefinition"),
    only_standin=LEAVES,
)  # fmt: skip
