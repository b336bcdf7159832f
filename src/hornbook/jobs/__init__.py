"""Work in processes of its own: trainings and checks, followed, stopped and settled."""

from hornbook.jobs.check import CheckReport, ColumnPreview, check_design, preview_column
from hornbook.jobs.check_process import CheckProcesses
from hornbook.jobs.deployment import (
    ActivationPolicy,
    Deployment,
    checked_policy,
    deploy_model,
)
from hornbook.jobs.endpoint_key import STUDIO_KEY_PREFIX, StudioKey
from hornbook.jobs.endpoints import EndpointRun, Endpoints, EndpointStatus
from hornbook.jobs.export_runs import ExportRun, ExportRuns
from hornbook.jobs.fair_comparison import FairComparison, compare_fairly
from hornbook.jobs.group_training import TrainedGroup, train_group
from hornbook.jobs.partitioning import (
    PartitionPlan,
    PlannedSubmodel,
    group_report,
    plan_partitions,
)
from hornbook.jobs.plan import PlannedSet, TrainingPlan, plan_training
from hornbook.jobs.queue import TrainingQueue
from hornbook.jobs.retraining import (
    RETRAINING_FILE,
    Retraining,
    finish_retraining,
    finish_retrainings,
    plan_retraining,
    retrained_session,
    retrainings_of,
)
from hornbook.jobs.spare import SpareWorkers
from hornbook.jobs.tensorboard import TensorBoard
from hornbook.jobs.training import (
    LOG_FILE,
    OPEN,
    RunningTraining,
    counted_interrupts,
    settle_ended,
    start_training,
    train_to_end,
)

__all__ = [
    "LOG_FILE",
    "OPEN",
    "RETRAINING_FILE",
    "STUDIO_KEY_PREFIX",
    "ActivationPolicy",
    "CheckProcesses",
    "CheckReport",
    "ColumnPreview",
    "Deployment",
    "EndpointRun",
    "EndpointStatus",
    "Endpoints",
    "ExportRun",
    "ExportRuns",
    "FairComparison",
    "PartitionPlan",
    "PlannedSet",
    "PlannedSubmodel",
    "Retraining",
    "RunningTraining",
    "SpareWorkers",
    "StudioKey",
    "TensorBoard",
    "TrainedGroup",
    "TrainingPlan",
    "TrainingQueue",
    "check_design",
    "checked_policy",
    "compare_fairly",
    "counted_interrupts",
    "deploy_model",
    "finish_retraining",
    "finish_retrainings",
    "group_report",
    "plan_partitions",
    "plan_retraining",
    "plan_training",
    "preview_column",
    "retrained_session",
    "retrainings_of",
    "settle_ended",
    "start_training",
    "train_group",
    "train_to_end",
]
