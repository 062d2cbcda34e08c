import pytest

from webhook.sandbox.images import stock
from webhook.sandbox.store import Store


@pytest.fixture(scope="session")
def stocked() -> Store:
    """All samples; do not change it."""
    store = Store()
    stock(store)
    return store
