FROM localhost/python-slim AS builder
RUN python3 -m venv /app/.venv
FROM localhost/python-slim
COPY --from=builder /app/.venv /app/.venv
COPY app/main.py /app/main.py
ENV PATH=/app/.venv/bin:/usr/local/bin:/usr/bin:/bin PYTHONUNBUFFERED=1
USER 10001
CMD ["python", "/app/main.py"]
