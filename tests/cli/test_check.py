import io
import json
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Slimgate
from tests.conftest import policy_text
from webhook.sandbox.pods import deployment, pod
from webhook.sandbox.registry import SandboxRegistry

DENY_ROOT = policy_text("rule: run-as-root, action: deny")


@pytest.fixture
def policy(tmp_path: Path) -> str:
    file = tmp_path / "policy.yaml"
    file.write_text(DENY_ROOT)
    return str(file)


def test_an_image_in_a_registry(slimgate: Slimgate, live_registry: SandboxRegistry, policy: str):
    host = live_registry.host
    image = f"{host}/shop/api:2-slim"
    ended = slimgate("check", image, "-p", policy, "--insecure-registry", host, code=1)
    assert ended.out == (
        f"{image}  denied\n"
        "  deny  run-as-root: image USER is unset (root) and the Pod sets no runAsUser. "
        "Add USER 10001 to the image or securityContext.runAsUser.\n"
        "1 image: 1 denied, 0 allowed with warnings, 0 allowed; 0 incomplete\n"
    )


@pytest.mark.parametrize("form", ["oci", "oci-archive", "docker-archive"])
def test_an_image_on_disk(slimgate: Slimgate, archives: dict[str, str], policy: str, form: str):
    ended = slimgate("check", archives[form], "-p", policy, "-o", "json", code=1)
    (result,) = json.loads(ended.out)["results"]
    assert result["target"] == archives[form]
    assert result["allowed"] is False
    assert result["container"] is None
    assert [finding["rule"] for finding in result["findings"]] == ["run-as-root"]


def test_reference_rules_do_not_complain_of_an_image_on_disk(
    slimgate: Slimgate, archives: dict[str, str], tmp_path: Path
):
    file = tmp_path / "policy.yaml"
    file.write_text(
        policy_text("rule: floating-tag, action: deny", "rule: require-digest, action: deny")
    )
    slimgate("check", archives["oci"], "-p", str(file))


def test_manifests_from_stdin_and_files(
    slimgate: Slimgate,
    live_registry: SandboxRegistry,
    policy: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    host = live_registry.host
    good, bad = f"{host}/shop/api:4-optimised", f"{host}/shop/api:2-slim"
    file = tmp_path / "all.yaml"
    file.write_text(yaml.safe_dump_all([deployment("web", bad), pod("job", good)]))
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(pod("piped", good))))
    ended = slimgate(
        "check", "-f", str(file), "-f", "-", "-p", policy, "--insecure-registry", host,
        "-o", "yaml", code=1,
    )  # fmt: skip
    told = yaml.safe_load(ended.out)
    assert told["summary"] == {
        "workloads": 3,
        "allowed": 2,
        "denied": 1,
        "warned": 0,
        "incomplete": 0,
    }
    denied = next(result for result in told["results"] if not result["allowed"])
    assert denied["workload"] == {"kind": "Deployment", "namespace": "shop", "name": "web"}
    assert (denied["target"], denied["container"]) == (f"{file}:1", "web")


@pytest.mark.parametrize(("fail_on", "code"), [("deny", 0), ("warn", 1), ("never", 0)])
def test_fail_on_says_what_fails(
    slimgate: Slimgate, archives: dict[str, str], fail_on: str, code: int
):
    slimgate("check", archives["oci"], "--fail-on", fail_on, code=code)  # baseline only warns


def test_what_cannot_be_known_is_exit_code_3(slimgate: Slimgate, live_registry: SandboxRegistry):
    host = live_registry.host
    ended = slimgate("check", f"{host}/shop/nothing:1", "--insecure-registry", host, code=3)
    assert "image-unverified: could not inspect the image" in ended.out


def test_all_shows_what_passed(slimgate: Slimgate, archives: dict[str, str]):
    ended = slimgate("check", archives["oci"], "--all")
    assert "  pass  " in ended.out
    assert "musl-python-base" in ended.out


def test_policies_that_need_a_namespace_are_told_of(
    slimgate: Slimgate, archives: dict[str, str], tmp_path: Path
):
    file = tmp_path / "policy.yaml"
    limited = policy_text("rule: run-as-root, action: deny", more="match: {namespaces: [shop]}")
    file.write_text(limited)
    ended = slimgate("check", archives["oci"], "-p", str(file))
    assert "Skipped, being limited to namespaces: team. Name one with -n." in ended.out
    slimgate("check", archives["oci"], "-p", str(file), "-n", "shop", code=1)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["check"], "name an image, or manifests with -f FILE"),
        (["check", "UPPER"], "not an image reference"),
        (["check", "-f", "/nonexistent.yaml"], "cannot read /nonexistent.yaml: No such file"),
        (["check", "oci:/nonexistent"], "there is no such file or folder"),
        (["check", "x", "-p", "baselin"], "no policy 'baselin' (did you mean 'baseline'?)"),
        (["check", "x", "--mirror", "nonsense"], "--mirror: 'nonsense' is not NAME=VALUE"),
        (["check", "x", "--fail-on", "maybe"], "is not one of"),
        (["chek"], "No such command 'chek'"),
    ],
)
def test_what_is_typed_wrongly_is_exit_code_2(slimgate: Slimgate, args: list[str], said: str):
    ended = slimgate(*args, code=2)
    assert said in ended.err
    assert ended.out == ""


def test_manifests_without_a_workload_are_no_silent_pass(slimgate: Slimgate, tmp_path: Path):
    file = tmp_path / "map.yaml"
    file.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")
    assert "no workload found" in slimgate("check", "-f", str(file), code=2).err
