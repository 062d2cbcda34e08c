"""The parts of the HTML report: its templates, style and scripts, and what they are filled with."""
