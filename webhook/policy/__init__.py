"""The law, pure and without a clock: what a policy may say and how a workload is judged by it.

``document`` and ``loader`` read what people write, ``plan`` says which checks apply to which image,
``facts`` and ``effective`` put image and Pod together, ``decide`` judges, ``message`` words it. The
catalogue of rules is handed in. This room must never do I/O or read a clock; the day comes in.
"""
