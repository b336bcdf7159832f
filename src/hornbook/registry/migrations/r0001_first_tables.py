"""Tasks, sessions, saved models and their versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the first tables."""
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("analysis_id", sa.String(8), nullable=False),
        sa.Column("mltask_id", sa.String(8), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("last_session_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
        sa.UniqueConstraint("analysis_id", "mltask_id", name="uq_tasks_analysis_id_mltask_id"),
        sa.UniqueConstraint("folder", name="uq_tasks_folder"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("has_model", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("host", sa.Text(), nullable=True),
        sa.Column("worker_pid", sa.Integer(), nullable=True),
        sa.Column("worker_started", sa.Double(), nullable=True),
        sa.Column("backend", sa.Text(), nullable=True),
        sa.Column("prediction_type", sa.Text(), nullable=True),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("metric", sa.Text(), nullable=True),
        sa.Column("metric_value", sa.Double(), nullable=True),
        sa.Column("best_epoch", sa.Integer(), nullable=True),
        sa.Column("epochs", sa.Integer(), nullable=True),
        sa.Column("train_rows", sa.BigInteger(), nullable=True),
        sa.Column("test_rows", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name="fk_sessions_task_id_tasks"),
        sa.UniqueConstraint("task_id", "number", name="uq_sessions_task_id_number"),
    )
    op.create_index("ix_sessions_status", "sessions", ["status"])
    op.create_table(
        "saved_models",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("saved_model_id", sa.String(8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last_version_number", sa.Integer(), nullable=False),
        sa.Column("active_version_number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_models"),
        sa.UniqueConstraint("saved_model_id", name="uq_saved_models_saved_model_id"),
        sa.UniqueConstraint("name", name="uq_saved_models_name"),
    )
    op.create_table(
        "versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("saved_model_row_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("session_reference", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_versions"),
        sa.ForeignKeyConstraint(
            ["saved_model_row_id"],
            ["saved_models.id"],
            name="fk_versions_saved_model_row_id_saved_models",
        ),
        sa.UniqueConstraint(
            "saved_model_row_id", "number", name="uq_versions_saved_model_row_id_number"
        ),
    )
