"""The keys that open endpoints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table `endpoint_keys`."""
    op.create_table(
        "endpoint_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.Column("saved_model_id", sa.String(8), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_endpoint_keys"),
        sa.UniqueConstraint("name", name="uq_endpoint_keys_name"),
        sa.UniqueConstraint("key_hash", name="uq_endpoint_keys_key_hash"),
    )
