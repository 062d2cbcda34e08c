# The webhook's own image: slim base, multi-stage, non-root by number, exec form; what its own rules
# ask for. BASE may name a digest as well.
ARG BASE=python:3.13-slim-trixie
# What the dependencies are installed with; needs pip and apt.
ARG BUILDER=${BASE}

FROM ${BUILDER} AS builder
WORKDIR /app
# Bytecode is compiled here, as nothing can be written where the webhook runs.
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    UV_PYTHON_DOWNLOADS=never
RUN apt-get update && apt-get install -y --no-install-recommends binutils
RUN pip install --no-cache-dir uv==0.13.8

# Dependencies first: they change less often than the code.
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-install-project

COPY README.md LICENSE CHANGELOG.md ./
COPY policies policies
COPY webhook webhook
RUN uv sync --locked --no-dev --no-editable

# What is installed and never imported goes: what colours source code for rich; the Kubernetes
# client's tests, and its classes for every kind and API group, which it loads when one is named;
# sources, stubs and debug symbols of compiled modules; other packages' commands.
# tests/image imports and runs what is left.
RUN uv pip uninstall pygments \
 && cd /app/.venv/lib/python3*/site-packages \
 && rm -r kubernetes/client/api kubernetes/aio/client/api \
 && find kubernetes/client/models kubernetes/aio/client/models -type f ! -name '__init__.*' -delete \
 && find kubernetes -name '*_test.*' -delete \
 && find . \( -name '*.pyx' -o -name '*.px[di]' -o -name '*.[ch]' -o -name '*.pyi' \) -delete \
 && find . -name '*.so' -exec strip --strip-debug {} + \
 && find /app/.venv/bin -mindepth 1 ! -name 'python*' ! -name slimgate -delete

FROM ${BASE}
ARG BASE
# BuildKit records no base by itself, and our own rules ask for one.
LABEL org.opencontainers.image.base.name=${BASE}
COPY --from=builder /app/.venv /app/.venv
# A user whom /etc/passwd does not know has no home, and the Kubernetes client looks into it.
ENV PATH=/app/.venv/bin:$PATH \
    HOME=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
EXPOSE 8443 8080
ENTRYPOINT ["slimgate"]
CMD ["serve"]
