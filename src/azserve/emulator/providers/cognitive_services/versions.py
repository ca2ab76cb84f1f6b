"""Accepted api-versions of Microsoft.CognitiveServices, newest first, as published by October 2026."""

API_VERSIONS = (
    "2026-07-01",
    "2026-05-15-preview",
    "2026-05-01",
    "2026-03-15-preview",
    "2026-03-01",
    "2025-12-01",
    "2025-10-01-preview",
    "2025-09-01",
    "2025-07-01-preview",
    "2025-06-01",
    "2025-04-01-preview",
    "2024-10-01",
    "2024-06-01-preview",
    "2024-04-01-preview",
    "2023-10-01-preview",
    "2023-05-01",
)
