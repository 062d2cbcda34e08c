"""The container image that the chart runs, built for real (``make image``)."""
