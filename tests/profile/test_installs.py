import pytest

from tests.profile.images import classic
from webhook.oci import History
from webhook.profile.history import read_history
from webhook.profile.installs import Install, Kind, python_installs


def read(script: str) -> list[Install]:
    entries = classic(f"RUN {script}")
    return list(python_installs(read_history(History(**entry) for entry in entries)))


@pytest.mark.parametrize(
    ("script", "tool", "kind"),
    [
        ("pip install --no-cache-dir -r requirements.txt", "pip", Kind.PROJECT),
        ("pip3.11 install -rrequirements.txt", "pip", Kind.PROJECT),
        ("/opt/venv/bin/pip install .[prod]", "pip", Kind.PROJECT),
        ("python -m pip install -e /app", "pip", Kind.PROJECT),
        (
            "pip3 install --no-index --find-links=./ /wheels/x-1-py3-none-any.whl",
            "pip",
            Kind.PROJECT,
        ),
        ("uv pip install --system -r requirements.txt", "uv", Kind.PROJECT),
        ("uv sync --frozen --no-dev", "uv", Kind.PROJECT),
        ("poetry install --only main", "poetry", Kind.PROJECT),
        ("pipenv install --system --deploy", "pipenv", Kind.PROJECT),
        ("pipenv sync", "pipenv", Kind.PROJECT),
        ("uv pip sync requirements.txt", "uv", Kind.PROJECT),
        ("pip-sync", "pip-sync", Kind.PROJECT),
        ("pip --proxy http://p:3128 install -r requirements.txt", "pip", Kind.PROJECT),
        ("pdm sync --prod", "pdm", Kind.PROJECT),
        ("python setup.py install", "setup.py", Kind.PROJECT),
        ("pip install 'Django>=4' psycopg2-binary==2.9", "pip", Kind.LIBRARY),
        ("pip install --target /var/task boto3", "pip", Kind.NAMED),
        ("pip install cellpose[gui]==4.0", "pip", Kind.NAMED),
        ("pipx install black", "pipx", Kind.NAMED),
        ("pip install --upgrade pip setuptools wheel", "pip", Kind.TOOL),
        ("pip3 install awscli==1.2", "pip", Kind.TOOL),
        ("uv tool install poetry", "uv", Kind.TOOL),
        ("conda env create -f environment.yml", "conda", Kind.ENVIRONMENT),
        ("micromamba install -y -n base -f /tmp/conda.yml", "micromamba", Kind.ENVIRONMENT),
        ("mamba install -y numpy", "mamba", Kind.ENVIRONMENT),
        ("conda create -n x pip nose", "conda", Kind.ENVIRONMENT),
        ("conda install -c bioconda samtools=1.2", "conda", Kind.CONDA_NAMED),
        ("pyenv install 3.10.13", "pyenv", Kind.INTERPRETER),
        ("uv python install 3.12", "uv", Kind.INTERPRETER),
        (
            "curl https://www.python.org/ftp/python/3.9.6/Python-3.9.6.tgz",
            "source",
            Kind.INTERPRETER,
        ),
        ("git clone https://github.com/python/cpython", "source", Kind.INTERPRETER),
    ],
)
def test_installs_are_told_apart_by_what_they_tell(script: str, tool: str, kind: Kind) -> None:
    assert [(found.tool, found.kind) for found in read(script)] == [(tool, kind)]


@pytest.mark.parametrize(
    "script",
    [
        "pip --version",
        "pip freeze | tee requirements.txt",
        "pip uninstall -y x",
        "uv venv",
        "uv pip list",
        "conda clean --all",
        "conda update -n base conda",
        "conda activate base",
        "npm install pip",
        "install.r docopt",
        "echo pip install x",
    ],
)
def test_what_installs_nothing_is_not_an_install(script: str) -> None:
    assert read(script) == []


@pytest.mark.parametrize(
    ("script", "version"),
    [
        ("conda install python=3.7", "3.7"),
        ("micromamba create -n x python==3.11.4 pip", "3.11.4"),
        ("mamba install 'python>=3.8'", None),
        ("pyenv install -s 3.10.13", "3.10.13"),
        ("uv python install cpython-3.12.1-linux-x86_64-gnu", "3.12.1"),
        ("wget https://www.python.org/ftp/python/3.9.6/Python-3.9.6.tgz", "3.9.6"),
        (
            "curl -L https://github.com/indygreg/python-build-standalone/releases/download/20240107"
            "/cpython-3.11.7+20240107-x86_64-unknown-linux-gnu-install_only.tar.gz",
            "3.11.7",
        ),
        (
            'wget "https://www.python.org/ftp/python/$PYTHON_VERSION/Python-$PYTHON_VERSION.tgz"',
            None,
        ),
    ],
)
def test_an_install_says_which_python_it_asked_for(script: str, version: str | None) -> None:
    assert read(script)[0].version == version


def test_an_install_within_a_shell_text_and_a_condition_is_seen() -> None:
    found = read("if [ -f r.txt ]; then bash -c 'source activate x && pip install -r r.txt'; fi")
    assert [install.kind for install in found] == [Kind.PROJECT]


@pytest.mark.parametrize(
    ("script", "asked"),
    [
        ("pip install --no-cache-dir -U 'flask>=2' gunicorn", ("flask>=2", "gunicorn")),
        ("pip install --index-url https://x/simple --platform any a", ("a",)),
        ("uv pip install --index-strategy unsafe-best-match a b", ("a", "b")),
        ("uv tool install --with x ruff", ("ruff",)),
        ("pipx install --suffix _1 black", ("black",)),
        ("uv sync --frozen", ()),
        ("poetry install", ()),
    ],
)
def test_an_install_says_what_pip_was_asked_for(script: str, asked: tuple[str, ...]) -> None:
    assert read(script)[0].asked == asked
