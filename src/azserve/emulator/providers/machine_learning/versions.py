"""Accepted api-versions of Microsoft.MachineLearningServices, newest first, as published by October 2026."""

STABLE = (
    "2026-05-01",
    "2026-03-01",
    "2025-12-01",
    "2025-09-01",
    "2025-06-01",
    "2025-04-01",
    "2024-10-01",
    "2024-04-01",
)
PREVIEW = (
    "2025-10-01-preview",
    "2025-07-01-preview",
    "2025-01-01-preview",
    "2024-10-01-preview",
    "2024-07-01-preview",
    "2024-04-01-preview",
    "2024-01-01-preview",
)
ENDPOINTS = (*STABLE, *PREVIEW)
"""Serverless endpoints and marketplace subscriptions."""
WORKSPACES = (*ENDPOINTS, "2023-10-01", "2023-08-01-preview", "2023-04-01", "2022-10-01", "2021-07-01", "2020-08-01")
"""Also what the management SDK 1.0.1 sends (2020-08-01), and the templates of azure-ai-ml (2023-08-01-preview)."""
