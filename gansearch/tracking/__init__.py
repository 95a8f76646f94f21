"""The only MLflow code: a projection of what happened."""
