import pytest

from webhook.cluster.wire import Item, Page, decode, location
from webhook.errors import ClusterError, ClusterFailure


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (("api/v1", "namespaces"), "/api/v1/namespaces"),
        (("api/v1", "namespaces", "", "team"), "/api/v1/namespaces/team"),
        (("api/v1", "secrets", "team"), "/api/v1/namespaces/team/secrets"),
        (("api/v1", "secrets", "team", "a/b"), "/api/v1/namespaces/team/secrets/a%2Fb"),
        (("apis/apps/v1", "deployments"), "/apis/apps/v1/deployments"),
    ],
)
def test_a_location_is_the_path_of_a_list_or_of_an_object(arguments: tuple[str, ...], path: str):
    assert location(*arguments) == path


def test_what_an_object_holds_beside_its_metadata_is_left_alone():
    raw = b'{"metadata":{"name":"a","resourceVersion":"7","labels":{"b":"c"}},"data":{"d":1}}'
    metadata = decode(raw, Item).metadata
    assert (metadata.name, metadata.namespace, metadata.resource_version) == ("a", "", "7")


def test_a_list_may_have_no_items():
    page = decode(b'{"metadata":{"resourceVersion":"7"},"items":null}', Page)
    assert page.items is None
    assert page.metadata.continue_ == ""


@pytest.mark.parametrize(
    "raw", [b"", b"s3cret", b"[]", b'{"metadata":{"name":7}}', b"\xff", b"[" * 100_000]
)
def test_what_cannot_be_read_is_an_error_that_does_not_quote_it(raw: bytes):
    with pytest.raises(ClusterError) as caught:
        decode(raw, Item)
    assert caught.value.kind is ClusterFailure.MALFORMED
    assert "s3cret" not in str(caught.value)
