# The webhook's own image: slim base, multi-stage, non-root by number, exec form; what its own rules
# ask for. BASE may name a digest as well.
ARG BASE=python:3.13-slim-trixie
# What the dependencies are installed with; needs pip.
ARG BUILDER=${BASE}

FROM ${BUILDER} AS builder
WORKDIR /app
# Bytecode is compiled here, as nothing can be written where the webhook runs.
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.8

# Dependencies first: they change less often than the code.
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --all-extras --no-install-project

COPY README.md LICENSE CHANGELOG.md ./
COPY policies policies
COPY webhook webhook
RUN uv sync --locked --no-dev --all-extras --no-editable

FROM ${BASE}
COPY --from=builder /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
EXPOSE 8443 8080
ENTRYPOINT ["slimgate"]
CMD ["serve"]
