"""What this process may send to AWS: reads, and the one stop a user asks for."""

from __future__ import annotations

ALLOWED_OPERATIONS = (
    "DescribeApp",
    "DescribeSpace",
    "DescribeTrainingJob",
    "ListTags",
    "ListTrainingJobs",
    "Search",
    "StopTrainingJob",
)
