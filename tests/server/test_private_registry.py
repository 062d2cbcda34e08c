"""A private registry that the operator opens, by a program that knows the password."""

import json
from pathlib import Path

import pytest

from tests.conftest import Serve, policy_text
from webhook.sandbox.behaviour import Behaviour, User
from webhook.sandbox.pods import admission_review, pod
from webhook.sandbox.registry import SandboxRegistry
from webhook.sandbox.store import Store

POLICY = policy_text("rule: run-as-root, action: deny")
HELPER = """\
#!/bin/sh
read server
[ "$1 $server" = "get {host}" ] || exit 1
echo '{{"ServerURL": "{host}", "Username": "ada", "Secret": "{password}"}}'
"""


@pytest.mark.parametrize(("password", "opens"), [("s3cret", True), ("wr0ng", False)])
async def test_a_cloud_s_credential_helper_opens_its_registry(
    store: Store,
    serve: Serve,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    password: str,
    opens: bool,
):
    behaviour = Behaviour("bearer", {"ada": User("s3cret")})
    async with SandboxRegistry(store, behaviour) as registry:
        helper = tmp_path / "docker-credential-cloud"
        helper.write_text(HELPER.format(host=registry.host, password=password))
        helper.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        config = tmp_path / "config.json"
        config.write_text(json.dumps({"credHelpers": {registry.host: "cloud"}}))
        review = admission_review(pod("web", f"{registry.host}/shop/api:4-optimised"))
        async with serve(POLICY, registry, docker_config=config) as client:
            response = await client.review(review)
            log = client.log.getvalue().decode()
    warnings = response.get("warnings", [])
    assert response["allowed"] is True
    assert bool(warnings) is not opens
    if not opens:
        assert "image-unverified" in warnings[0]
        assert "credentials: docker-credential-cloud)" in warnings[0]
    assert password not in log + str(warnings)
