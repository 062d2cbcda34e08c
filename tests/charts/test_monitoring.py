"""Metrics, alerts and the dashboard: they name what the process exposes, of this release alone."""

import json
import re

import pytest

from tests.charts.conftest import CHART, Json, Release, Render
from webhook.server.metrics import Metrics

NAMED = re.compile(r"\bslimgate_\w+")
SELECTED = re.compile(r"\bslimgate_\w+\{([^}]*)\}")
EXPOSED = {
    name
    for name in re.findall(r"^# TYPE (\w+)", Metrics("0").exposition(True).decode(), re.MULTILINE)
    if not name.endswith("_created")
}
"""What the process exposes: families, of which histograms have buckets, sums and counts."""


def dashboard(release: Release) -> Json:
    (text,) = release["ConfigMap/slimgate-dashboard"]["data"].values()
    found: Json = json.loads(text)
    return found


def panels() -> list[Json]:
    text = (CHART / "dashboards" / "slimgate.json").read_text()
    found: list[Json] = json.loads(text)["panels"]
    return found


def alerts(release: Release) -> list[Json]:
    (group,) = release.only("PrometheusRule")["spec"]["groups"]
    found: list[Json] = group["rules"]
    return found


def is_exposed(name: str) -> bool:
    return name in EXPOSED or re.sub(r"_(bucket|sum|count)$", "", name) in EXPOSED


def test_everything_is_off_by_default(render: Render) -> None:
    kinds = {found["kind"] for found in render().values()}
    assert not kinds & {"ServiceMonitor", "PrometheusRule", "ConfigMap"}


def test_metrics_are_read_from_the_service(render: Render) -> None:
    release = render("monitoring")
    monitor, service = release.only("ServiceMonitor"), release.only("Service")
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    selector = monitor["spec"]["selector"]["matchLabels"]
    assert selector.items() <= service["metadata"]["labels"].items()
    (endpoint,) = monitor["spec"]["endpoints"]
    assert endpoint["port"] in {port["name"] for port in service["spec"]["ports"]}


def test_alerts_and_panels_name_metrics_that_there_are(render: Render) -> None:
    expressions = [alert["expr"] for alert in alerts(render("monitoring"))]
    expressions += [target["expr"] for panel in panels() for target in panel["targets"]]
    named = {name for expression in expressions for name in NAMED.findall(expression)}
    assert {name for name in named if not is_exposed(name)} == set()


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {
        name
        for panel in panels()
        for target in panel["targets"]
        for name in NAMED.findall(target["expr"])
    }
    assert {name for name in EXPOSED if not any(n.startswith(name) for n in shown)} == set()


def test_alerts_are_about_this_release(render: Render) -> None:
    for alert in alerts(render("monitoring")):
        selectors = SELECTED.findall(alert["expr"])
        assert len(selectors) == len(NAMED.findall(alert["expr"]))
        assert all(item.startswith('namespace="guard",job="slimgate"') for item in selectors)


def test_alerts_say_what_is_wrong_and_what_to_do(render: Render) -> None:
    found = alerts(render("monitoring"))
    assert len({alert["alert"] for alert in found}) == len(found) >= 7
    for alert in found:
        assert alert["labels"]["severity"] in {"warning", "critical"}
        assert "guard/slimgate" in alert["annotations"]["summary"]
        assert len(alert["annotations"]["description"]) > 40


@pytest.mark.parametrize("example", ["namespaces", "cert-manager", "existing-secret"])
def test_who_should_have_renewed_a_certificate_is_told(render: Render, example: str) -> None:
    release = render(example, {"prometheusRule": {"enabled": True, "certificateDays": 2}})
    (alert,) = [item for item in alerts(release) if item["alert"] == "SlimgateCertificateEnds"]
    assert alert["expr"].endswith(f"< {2 * 86400}")
    says = {
        "namespaces": "Secret slimgate-tls",
        "cert-manager": "certificate slimgate",
        "existing-secret": "Secret guard-tls",
    }
    assert says[example] in alert["annotations"]["description"]


def test_slow_is_what_comes_near_the_limit_of_the_api_server(render: Render) -> None:
    def limit(seconds: int) -> str:
        release = render("monitoring", {"webhook": {"timeoutSeconds": seconds}})
        (alert,) = [item for item in alerts(release) if item["alert"] == "SlimgateSlow"]
        expression: str = alert["expr"]
        return expression.rpartition("> ")[2]

    assert (limit(10), limit(5)) == ("8", "4")


def test_each_release_has_a_dashboard_of_its_own_and_it_opens_on_it(render: Render) -> None:
    ours = dashboard(render("monitoring"))
    theirs = dashboard(render("monitoring", namespace="other"))
    assert ours["uid"] != theirs["uid"]
    assert ours["title"] != theirs["title"]
    current = {
        item["name"]: item["current"]["value"]
        for item in ours["templating"]["list"]
        if "current" in item
    }
    assert current == {"namespace": "guard", "job": "slimgate"}


def test_the_sidecar_finds_the_dashboard(render: Render) -> None:
    found = render("monitoring")["ConfigMap/slimgate-dashboard"]["metadata"]
    assert found["labels"]["grafana_dashboard"] == "1"
    assert found["annotations"] == {"grafana_folder": "Admission"}


def test_every_panel_asks_the_chosen_source_for_the_chosen_release() -> None:
    found = panels()
    assert len({panel["id"] for panel in found}) == len(found)
    for panel in found:
        assert panel["title"]
        assert panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        for asked in (panel, *panel["targets"]):
            assert asked["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        for target in panel["targets"]:
            selectors = SELECTED.findall(target["expr"])
            assert len(selectors) == len(NAMED.findall(target["expr"]))
            own = 'namespace="$namespace",job="$job"'
            assert all(item.startswith(own) for item in selectors)


def test_no_two_panels_lie_on_each_other() -> None:
    taken = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels())
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24
