"""The verbs: what slimgate does, in terms of ports and never of adapters.

``ports`` declares what the world must offer; ``gather`` asks it; ``review`` answers an admission
request; ``check`` judges images and manifests from a command; ``policies`` keeps the law current;
``certificates`` renews what is served, in the order that ``rotation`` decides, and ``trust`` asks
whether the API server trusts it.
This room must never import an adapter, a web framework or a registry client.
"""
