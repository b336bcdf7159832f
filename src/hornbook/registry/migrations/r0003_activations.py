"""Which versions of a saved model were active, one after the other."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table `activations`: until now, every version became active when it was deployed."""
    op.create_table(
        "activations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("saved_model_row_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_activations"),
        sa.ForeignKeyConstraint(
            ["saved_model_row_id"],
            ["saved_models.id"],
            name="fk_activations_saved_model_row_id_saved_models",
        ),
    )
    op.create_index("ix_activations_saved_model_row_id", "activations", ["saved_model_row_id"])
    op.execute(
        "INSERT INTO activations (saved_model_row_id, number, activated_at) "
        "SELECT saved_model_row_id, number, created_at FROM versions "
        "ORDER BY saved_model_row_id, number"
    )
