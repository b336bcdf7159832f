"""One Alembic revision a file, run by `hornbook.registry.schema` when a workspace is opened."""
