"""How often the profile is right, measured on folders of real image metadata.

``python -m tests.accuracy PATH`` reads every ``*.json`` of a folder, in either of the two shapes that
:mod:`tests.accuracy.corpus` knows, profiles each image without its name, and prints confusion tables
and every miss. Measures; asserts nothing.
"""
