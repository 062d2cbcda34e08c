"""The chart, installed by Helm on a real API server, and the webhook that it describes."""
