"""A small world to try things in: an in-memory registry, sample images built on the spot, Pods.

``slimgate demo`` and the tests use it. What is here speaks the real protocols and formats: a client
cannot tell it from the world. This room must never be needed to serve a real review.
"""
