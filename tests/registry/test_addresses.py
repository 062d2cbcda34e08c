"""Which addresses may be connected to."""

import pytest

from tests.registry.world import Names
from webhook.errors import FailureKind, FetchError
from webhook.registry.addresses import (
    ANYWHERE,
    AddressRefused,
    GuardedResolver,
    Network,
    check_host,
    network_by_name,
    network_of,
)

PUBLIC, PRIVATE, LOOPBACK, NEVER = Network


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("8.8.8.8", PUBLIC),
        ("2001:4860:4860::8888", PUBLIC),
        ("64:ff9b::808:808", PUBLIC),
        ("10.1.2.3", PRIVATE),
        ("172.16.0.1", PRIVATE),
        ("192.168.1.1", PRIVATE),
        ("100.64.0.1", PRIVATE),
        ("fd00::1", PRIVATE),
        ("fec0::1", PRIVATE),
        ("::ffff:10.0.0.1", PRIVATE),
        ("127.0.0.1", LOOPBACK),
        ("127.8.8.8", LOOPBACK),
        ("::1", LOOPBACK),
        ("::ffff:127.0.0.1", LOOPBACK),
        ("64:ff9b::7f00:1", LOOPBACK),
        ("2002:7f00:1::1", LOOPBACK),
        ("169.254.169.254", NEVER),
        ("::ffff:169.254.169.254", NEVER),
        ("fe80::1", NEVER),
        ("fe80::1%eth0", NEVER),
        ("0.0.0.0", NEVER),
        ("0.1.2.3", NEVER),
        ("::", NEVER),
        ("224.0.0.1", NEVER),
        ("ff02::1", NEVER),
        ("255.255.255.255", NEVER),
        ("240.0.0.1", NEVER),
        ("168.63.129.16", NEVER),
        ("100.100.100.200", NEVER),
        ("192.0.0.192", NEVER),
        ("fd00:ec2::254", NEVER),
        ("fd20:ce::254", NEVER),
    ],
)
def test_every_address_is_on_one_network(address, network):
    assert network_of(address) is network


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("registry.example.com", None),
        ("registry", None),
        ("10.0.0.1", PRIVATE),
        ("[::1]", LOOPBACK),
        ("localhost", LOOPBACK),
        ("registry.localhost.", LOOPBACK),
        ("metadata.google.internal", NEVER),
        ("METADATA.google.internal.", NEVER),
        ("instance-data", NEVER),
        ("127.1", NEVER),
        ("2130706433", NEVER),
        ("0x7f.1", NEVER),
        ("017700000001", NEVER),
    ],
)
def test_some_hosts_are_known_by_name(host, network):
    assert network_by_name(host) is network


@pytest.mark.parametrize("host", ["169.254.169.254", "metadata", "0.0.0.0", "[fe80::1]", "127.1"])
def test_some_hosts_are_refused_however_far_one_may_reach(host):
    with pytest.raises(FetchError) as caught:
        check_host(host, ANYWHERE)
    assert caught.value.kind is FailureKind.REFUSED
    assert host in caught.value.detail


def test_a_literal_is_refused_only_out_of_reach():
    check_host("10.0.0.1", PUBLIC | PRIVATE)
    check_host("registry.example.com", PUBLIC)
    with pytest.raises(FetchError):
        check_host("10.0.0.1", PUBLIC | LOOPBACK)


async def test_a_name_is_resolved_to_what_is_within_reach_only():
    names = Names(both_example=["10.0.0.1"], public_example=["8.8.8.8"])
    guarded = GuardedResolver(names, PUBLIC)
    (found,) = await guarded.resolve("public.example", 443)
    assert (found["host"], found["port"]) == ("8.8.8.8", 443)
    with pytest.raises(AddressRefused):
        await guarded.resolve("both.example", 443)
    assert (await GuardedResolver(names, ANYWHERE).resolve("both.example"))[0]["host"] == "10.0.0.1"
