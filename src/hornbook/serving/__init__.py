"""Trained models in use: predictions for frames and files."""
