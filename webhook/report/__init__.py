"""How results are said: as text for people, as JSON or YAML for programs.

This room must never judge: what it shows was decided before.
"""
