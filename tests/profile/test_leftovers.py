import pytest

from tests.profile.images import Json, buildkit, classic, kaniko
from webhook.oci import History
from webhook.profile.history import Instruction, read_history
from webhook.profile.leftovers import lists_kept, recommended

UPDATE = "apt-get update && apt-get install -y libpq5"


def steps(*entries: Json) -> tuple[Instruction, ...]:
    return read_history(History(**entry) for entry in entries)


def kept(*scripts: str) -> list[str]:
    """The families whose lists are kept, in the words of BuildKit."""
    made = steps(*buildkit(*(f"RUN {script}" for script in scripts)))
    return [left.family.value for left in lists_kept(made, 0)]


@pytest.mark.parametrize(
    "script",
    [
        UPDATE,
        "apt update; apt install -y a; apt-get clean",
        "apt-get -y -o Acquire::Retries=3 update",
        "set -eux; apt-get update -qq > /dev/null",
        "sudo apt-get update",
        "bash -c 'apt-get update'",
        "if true; then apt-get update; fi",
        f"{UPDATE} && rm -rf /var/cache/apt/archives /tmp/*",
        f"{UPDATE} && rm -rf /var/lib/apt/lists/partial",
        f"{UPDATE} && rm -rf /var/lib/{{cache,log}}/ /var/tmp/*",
        f"{UPDATE} && apt-get autoclean && apt-get autoremove -y",
        f"{UPDATE} && echo rm -rf /var/lib/apt/lists/*",
    ],
)
def test_lists_that_apt_downloads_are_kept_unless_they_are_removed(script: str) -> None:
    assert kept(script) == ["apt"]


@pytest.mark.parametrize(
    "cleanup",
    [
        "rm -rf /var/lib/apt/lists/*",
        "rm -rf /var/lib/apt/lists",
        "rm -r /var/lib/apt/lists/",
        "rm -fr -- /var/lib/apt/lists/*_*",
        "rm /var/lib/apt/lists/* -rf",
        'rm -rf "/var/lib/apt/lists/"*',
        "rm -rf /var/lib/apt/*",
        "rm -rf /var//lib/apt",
        "rm -rf /tmp/* /var/lib/{apt,dpkg,cache,log}/",
        "rm -rf /var/{lib/apt/lists,cache/apt}/*",
        "rm -rf /var/lib/apt/lists/{apt,dpkg,*} /var/lib/apt/lists/*",
        "sudo rm -rf /var/lib/apt/lists/*",
        "find /var/lib/apt/lists -type f -delete",
        "find /var/lib/apt/lists -mindepth 1 -exec rm -rf {} +",
        "apt-get dist-clean",
        "apt-get distclean",
        "apt dist-clean",
    ],
)
def test_every_spelling_of_removing_them_counts(cleanup: str) -> None:
    assert kept(f"{UPDATE} && {cleanup}") == []
    assert kept(f"{UPDATE};\n\t{cleanup}") == []


def test_bitnamis_own_script_cleans_up_by_itself() -> None:
    assert kept("install_packages libpq5") == []


def test_a_here_document_is_read_line_by_line() -> None:
    assert kept("set -e\napt-get update\napt-get install -y a\nrm -rf /var/lib/apt/lists/*\n") == []
    assert kept("set -e\napt-get update\napt-get install -y a\n") == ["apt"]


def test_a_later_step_removes_nothing_from_the_layer_below() -> None:
    assert kept(UPDATE, "rm -rf /var/lib/apt/lists/*") == ["apt"]


def test_where_all_steps_share_one_layer_a_later_one_does() -> None:
    flat = [{**entry, "empty_layer": True} for entry in classic(f"RUN {UPDATE}", "COPY . .")]
    last = classic("RUN rm -rf /var/lib/apt/lists/*")
    assert list(lists_kept(steps(*flat, *last), 0)) == []
    assert len(list(lists_kept(steps(*flat, *classic("RUN true")), 0))) == 1


@pytest.mark.parametrize(
    ("script", "families"),
    [
        ("apk add libpq", ["apk"]),
        ("apk update && apk add libpq", ["apk"]),
        ("apk add --no-cache libpq", []),
        ("apk --no-cache add libpq", []),
        ("apk add --update libpq && rm -rf /var/cache/apk/*", []),
        ("apk add libpq && rm -rf /var/cache/*", []),
        ("apk del gcc", []),
        ("dnf install -y libpq", ["rpm"]),
        ("microdnf install -y libpq && microdnf clean all", []),
        ("microdnf --setopt tsflags=nodocs install -y libpq", ["rpm"]),
        ("dnf -y install libpq && dnf -y clean all", []),
        ("yum install -y libpq && yum clean all && rm -rf /var/cache/yum", []),
        ("yum install -y libpq && yum clean packages", ["rpm"]),
        ("yum install -y libpq && rm -rf /var/cache/yum", []),
        ("zypper -n install libpq5 && zypper clean --all", []),
        ("pip install apk dnf apt-get", []),
    ],
)
def test_other_managers_have_their_own_ways(script: str, families: list[str]) -> None:
    assert kept(script) == families


@pytest.mark.parametrize(
    ("mount", "families"),
    [
        ("type=cache,target=/var/lib/apt", []),
        ("type=cache,target=/var/lib/apt/lists,sharing=locked", []),
        ("type=tmpfs,dst=/var/lib/apt/lists", []),
        ("target=/var/lib/apt,type=cache", []),
        ("type=cache,target=/var/cache/apt", ["apt"]),
        ("type=bind,target=/var/lib/apt", ["apt"]),
    ],
)
def test_a_cache_mount_that_the_builder_records_keeps_lists_out(
    mount: str, families: list[str]
) -> None:
    for entry in (
        classic(f"RUN --mount={mount} {UPDATE}"),
        kaniko(f"RUN --mount={mount} {UPDATE}"),
    ):
        assert [left.family for left in lists_kept(steps(*entry), 0)] == families


def test_what_is_only_done_for_a_cache_mount_casts_doubt() -> None:
    (plain,) = lists_kept(steps(*buildkit(f"RUN {UPDATE}")), 0)
    assert not plain.is_doubtful
    made = steps(*buildkit("RUN rm -f /etc/apt/apt.conf.d/docker-clean", f"RUN {UPDATE}"))
    (left,) = lists_kept(made, 0)
    assert left.is_doubtful


def test_the_text_begins_with_the_call_that_is_meant() -> None:
    (left,) = lists_kept(steps(*buildkit(f"RUN set -eux; {UPDATE}")), 0)
    assert left.text == UPDATE


def test_what_the_base_did_is_left_alone() -> None:
    made = steps(*buildkit(f"RUN {UPDATE}", f"RUN {UPDATE}"))
    assert [left.step for left in lists_kept(made, 1)] == [1]
    assert [left.step for left in recommended(made, 1)] == [1]


def taken(*lines: str) -> list[bool]:
    """Whether each install of recommended packages is doubtful."""
    made = steps(*buildkit(*lines))
    return [left.is_doubtful for left in recommended(made, 0)]


@pytest.mark.parametrize(
    "script",
    [
        "apt-get install -y git",
        "apt install git -y",
        "aptitude install -y git",
        "apt-get install -y --no-install-recommends a && apt-get install -y b",
        "apt-get -o Acquire::Retries=3 install -y git",
        "apt-get install -y --install-recommends git",
        "DEBIAN_FRONTEND=noninteractive apt-get install -y git",
    ],
)
def test_recommended_packages_come_by_default(script: str) -> None:
    assert taken(f"RUN {script}") == [False]


@pytest.mark.parametrize(
    "script",
    [
        "apt-get install -y --no-install-recommends git",
        "apt-get --no-install-recommends install -y git",
        "apt-get install -y -o APT::Install-Recommends=false git",
        "apt-get install -y -oAPT::Install-Recommends=0 git",
        'apt-get -o APT::Install-Recommends="false" install git',
        "aptitude install -R git",
        "aptitude install --without-recommends git",
        "install_packages git",
        "apt-get install --download-only git",
        "apt-get -s install git",
        "apt-get update",
        "apt-get remove -y git",
        "apk add git",
        "opts='-y --no-install-recommends'; apt-get install $opts git",
    ],
)
def test_an_option_leaves_them_out(script: str) -> None:
    assert taken(f"RUN {script}") == []


@pytest.mark.parametrize(
    "setting",
    [
        "echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/99lean",
        'echo "APT::Install-Recommends \\"false\\";" >> /etc/apt/apt.conf',
        "printf 'APT::Install-Recommends no;' | tee /etc/apt/apt.conf.d/01x",
        'cat > /etc/apt/apt.conf.d/99lean <<EOF\nAPT::Install-Recommends "false";\nEOF\ntrue',
    ],
)
def test_a_setting_leaves_them_out_for_good(setting: str) -> None:
    assert taken(f"RUN {setting}", "RUN apt-get install -y git") == []


def test_an_option_is_no_setting() -> None:
    lines = ("RUN apt-get install -o APT::Install-Recommends=0 a", "RUN apt-get install b")
    assert taken(*lines) == [False]


def test_a_base_may_have_made_the_setting() -> None:
    made = steps(
        *buildkit(
            "RUN echo 'APT::Install-Recommends \"0\";' > /etc/apt/apt.conf.d/99lean",
            "RUN apt-get install -y git",
        )
    )
    assert list(recommended(made, 1)) == []


@pytest.mark.parametrize(
    "lines",
    [
        ("COPY lean.conf /etc/apt/apt.conf.d/99lean", "RUN apt-get install git"),
        ("RUN apt-get install $APT_OPTS git",),
        ("RUN apt-get install ${INSTALL_FLAGS} git",),
    ],
)
def test_what_cannot_be_seen_casts_doubt(lines: tuple[str, ...]) -> None:
    assert taken(*lines) == [True]


def test_a_hostile_script_is_read_in_linear_time() -> None:
    words = "/var/{lib,{a,b,c,d,e,f,g,h}}/* " * 5000
    mounts = f"--mount=type=cache,{'target,' * 5000}"
    made = steps(*classic(f"RUN {mounts} rm -rf {words}"), *classic(f"RUN rm {words}"))
    assert list(lists_kept(made, 0)) == []
