"""One suite for every way to a verdict: the same workloads and policies, the same findings."""
