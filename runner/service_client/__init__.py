"""A client for a deployed service (`kind: Service`): rollouts, evaluations and trainings over HTTP.

from runner.service_client import RolloutRequest, ServiceClient

with ServiceClient("https://…", password) as service:
    print(service.rollout(RolloutRequest(env_type="tic_tac_toe")).summary.total_reward)
"""

from runner.service_client.client import ServiceClient
from runner.service_client.errors import FieldProblem, ServiceError
from runner.service_client.models import (
    Ended,
    Episode,
    Evaluation,
    EvaluationRequest,
    Health,
    Results,
    Rollout,
    RolloutRequest,
    Sampling,
    Summary,
    Training,
    TrainingPlan,
    TrainingRequest,
    TrainingStarted,
    Turn,
)
from runner.service_client.retrying import Retries

__all__ = [
    "Ended",
    "Episode",
    "Evaluation",
    "EvaluationRequest",
    "FieldProblem",
    "Health",
    "Results",
    "Retries",
    "Rollout",
    "RolloutRequest",
    "Sampling",
    "ServiceClient",
    "ServiceError",
    "Summary",
    "Training",
    "TrainingPlan",
    "TrainingRequest",
    "TrainingStarted",
    "Turn",
]
