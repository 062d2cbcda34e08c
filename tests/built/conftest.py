"""One registry with the built images for all tests."""

from collections.abc import Iterator

import pytest

from tests.built.registry import Built, serving


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    with serving(tmp_path_factory.mktemp("registry")) as found:
        yield found
