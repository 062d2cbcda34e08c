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
        "  step  2 of 4, slim; before step 3: installed in the final stage (0.9 MB): "
        "pip install --no-cache-dir -r requirements.txt (+1 more); saves about 0.9 MB\n"
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
    piped = io.BytesIO(json.dumps(pod("piped", good)).encode())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(piped))
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


def test_a_rule_that_does_not_apply_denies_nothing_even_where_all_is_shown(
    slimgate: Slimgate, live_registry: SandboxRegistry
):
    host = live_registry.host
    args = ("check", f"{host}/shop/web:1.30", "--insecure-registry", host, "-p", "restricted")
    assert "allowed" in slimgate(*args).out
    shown = slimgate(*args, "--all").out
    assert "  skip  musl-python-base: not a Python image." in shown
    assert "1 image: 0 denied, 0 allowed with warnings, 1 allowed; 0 incomplete" in shown


def test_stdin_that_is_no_text_is_exit_code_2(slimgate: Slimgate, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe\x00")))
    assert "cannot read stdin: not UTF-8 text" in slimgate("check", "-f", "-", code=2).err


def test_programs_are_told_of_skipped_policies_beside_the_results(
    slimgate: Slimgate, archives: dict[str, str], tmp_path: Path
):
    file = tmp_path / "policy.yaml"
    limited = policy_text("rule: run-as-root, action: deny", more="match: {namespaces: [shop]}")
    file.write_text(limited)
    ended = slimgate("check", archives["oci"], "-p", str(file), "-o", "json")
    assert json.loads(ended.out)["results"] == []
    assert "Skipped, being limited to namespaces: team." in ended.err


def test_names_in_manifests_reach_no_terminal_as_they_are(
    slimgate: Slimgate, live_registry: SandboxRegistry, tmp_path: Path
):
    host = live_registry.host
    manifest = pod("x", f"{host}/shop/web:1.30")
    manifest["metadata"]["name"] = "p\x1b[2J\u202e[red]x[/]"
    manifest["spec"]["containers"][0]["name"] = "c\x1b[31m\n[/bold]"
    file = tmp_path / "pod.yaml"
    file.write_text(json.dumps(manifest))
    ended = slimgate("check", "-f", str(file), "--all", "--insecure-registry", host)
    assert "\x1b" not in ended.out
    assert "/p?[2J?[red]x[/]  allowed" in ended.out
    assert "  pass  [c?[31m [/bold]] " in ended.out


def test_settings_of_a_check_come_from_variables_and_the_file_too(
    slimgate: Slimgate,
    archives: dict[str, str],
    policy: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    config = tmp_path / "config.yaml"
    config.write_text(f"policies: [{policy}]\nfail-on: never\noutput: json\n")
    ended = slimgate("check", archives["oci"], "--config", str(config))
    assert json.loads(ended.out)["summary"]["denied"] == 1
    monkeypatch.setenv("SLIMGATE_FAIL_ON", "deny")
    slimgate("check", archives["oci"], "--config", str(config), code=1)
    slimgate("check", archives["oci"], "--config", str(config), "--fail-on", "never")


def test_a_check_may_take_longer_than_a_review(slimgate: Slimgate, archives: dict[str, str]):
    slimgate("check", archives["oci"], "--timeout", "60")


BY_NAMESPACE = policy_text(
    "rule: run-as-root, action: deny",
    more="match: {namespaceSelector: {matchLabels: {tier: prod}}}",
)
BY_POD = policy_text(
    "rule: run-as-root, action: deny", more="match: {objectSelector: {matchLabels: {app: web}}}"
)
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {tier: prod}}\n"


@pytest.fixture
def manifest(live_registry: SandboxRegistry, tmp_path: Path) -> tuple[str, ...]:
    """Arguments that check a Pod that runs as root in the namespace shop."""
    file = tmp_path / "pod.yaml"
    file.write_text(json.dumps(pod("web", f"{live_registry.host}/shop/api:2-slim")))
    return ("check", "-f", str(file), "--insecure-registry", live_registry.host)


def test_labels_of_a_namespace_come_from_the_files_in_any_order(
    slimgate: Slimgate, manifest: tuple[str, ...], tmp_path: Path
):
    policy, namespace = tmp_path / "policy.yaml", tmp_path / "namespace.yaml"
    policy.write_text(BY_NAMESPACE)
    namespace.write_text(NAMESPACE)
    slimgate(*manifest, "-f", str(namespace), "-p", str(policy), code=1)
    namespace.write_text(NAMESPACE.replace("prod", "test"))
    slimgate(*manifest, "-f", str(namespace), "-p", str(policy), code=0)


def test_a_namespace_of_unknown_labels_is_something_that_could_not_be_known(
    slimgate: Slimgate, manifest: tuple[str, ...], tmp_path: Path
):
    policy = tmp_path / "policy.yaml"
    policy.write_text(BY_NAMESPACE)
    ended = slimgate(*manifest, "-p", str(policy), code=3)
    assert (
        "  warn  [web] image-unverified: could not read the labels of namespace shop; policy team "
        "not evaluated. Let slimgate read namespaces; for check, add the Namespace with -f.\n"
    ) in ended.out
    assert ended.out.endswith("1 incomplete\n")


def test_an_image_in_a_named_namespace_is_judged_by_its_labels(
    slimgate: Slimgate, archives: dict[str, str], tmp_path: Path
):
    policy, namespace = tmp_path / "policy.yaml", tmp_path / "namespace.yaml"
    policy.write_text(BY_NAMESPACE)
    namespace.write_text(NAMESPACE)
    args = ("check", archives["oci"], "-f", str(namespace), "-p", str(policy))
    slimgate(*args, "-n", "shop", code=1)
    slimgate(*args, "-n", "other", code=3)
    assert "Skipped, being limited to namespaces: team. Name one" in slimgate(*args).out


@pytest.mark.parametrize("where", [(), ("-n", "shop")])
def test_policies_that_need_labels_of_pods_are_told_of(
    slimgate: Slimgate, archives: dict[str, str], tmp_path: Path, where: tuple[str, ...]
):
    policy = tmp_path / "policy.yaml"
    policy.write_text(BY_POD)
    ended = slimgate("check", archives["oci"], "-p", str(policy), *where)
    assert ended.out.endswith(
        "Skipped, being limited to labels of Pods: team. Give a manifest with -f.\n"
    )


FORMATS = {
    "json": '"summary"',
    "yaml": "summary:",
    "sarif": '"version": "2.1.0"',
    "junit": "<testsuites",
    "github": "::error title=run-as-root",
    "html": "<!doctype html>",
    "markdown": "## Slimgate: 1 of 1 image denied",
}


@pytest.mark.parametrize("output", FORMATS)
def test_every_format_goes_to_stdout_with_the_same_exit_code(
    slimgate: Slimgate, archives: dict[str, str], policy: str, output: str
):
    args = ("check", archives["oci"], "-p", policy, "-o", output, "--color", "always")
    ended = slimgate(*args, code=1)
    assert FORMATS[output] in ended.out
    assert ended.out.endswith("\n")
    assert "\x1b" not in ended.out
    assert ended.err == ""
    slimgate(*args, "--fail-on", "never")


def test_only_verdicts_are_printed_in_the_formats_of_verdicts(
    slimgate: Slimgate, monkeypatch: pytest.MonkeyPatch
):
    ended = slimgate("rules", "-o", "sarif", code=2)
    assert "'sarif' is not one of 'text', 'json', 'yaml'" in ended.err
    monkeypatch.setenv("SLIMGATE_OUTPUT", "sarif")
    ended = slimgate("rules", code=2)
    assert "--output: sarif is for verdicts; this command knows text, json, yaml" in ended.err


@pytest.fixture
def bad_pod(
    live_registry: SandboxRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A manifest in the folder that the command runs in."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "deploy" / "pod.yaml"
    file.parent.mkdir()
    file.write_text(
        f"# a Pod\n---\n{json.dumps(pod('web', f'{live_registry.host}/shop/api:2-slim'))}\n"
    )
    return file


def test_annotations_name_files_as_the_repository_does(
    slimgate: Slimgate, live_registry: SandboxRegistry, bad_pod: Path, policy: str
):
    for name in (str(bad_pod), "./deploy/../deploy/pod.yaml"):
        ended = slimgate(
            "check", "-f", name, "-p", policy, "-o", "github",
            "--insecure-registry", live_registry.host, code=1,
        )  # fmt: skip
        assert ended.out.startswith(
            "::error file=deploy/pod.yaml,line=3,title=run-as-root%3A Pod shop/web::[web] run-as-root"
        )


def test_what_comes_through_a_pipe_stands_in_no_file(
    slimgate: Slimgate,
    live_registry: SandboxRegistry,
    bad_pod: Path,
    policy: str,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(bad_pod.read_bytes())))
    ended = slimgate(
        "check", "-f", "-", "-p", policy, "-o", "sarif",
        "--insecure-registry", live_registry.host, code=1,
    )  # fmt: skip
    (run,) = json.loads(ended.out)["runs"]
    (location,) = run["results"][0]["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": "shop/Pod/web"}
    assert run["properties"]["what"] == "1 file"
    assert run["invocations"][0]["exitCode"] == 1


def test_a_test_report_has_what_passed_too(
    slimgate: Slimgate, archives: dict[str, str], tmp_path: Path
):
    file = tmp_path / "policy.yaml"
    file.write_text(policy_text("rule: musl-python-base, action: deny"))
    ended = slimgate("check", archives["oci"], "-p", str(file), "-o", "junit")
    assert 'name="musl-python-base" time="0"/>' in ended.out


def test_a_commit_hook_names_files_in_the_place_of_images(
    slimgate: Slimgate, live_registry: SandboxRegistry, bad_pod: Path, policy: str
):
    other = bad_pod.with_name("map.yaml")
    other.write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n")
    registry = ("--insecure-registry", live_registry.host)
    ended = slimgate("check", "--files", "-p", policy, *registry, str(other), str(bad_pod), code=1)
    assert "1 workload: 1 denied" in ended.out
    ended = slimgate("check", "--files", str(other))
    assert (ended.out, ended.err) == ("", "no workload in 1 file\n")
