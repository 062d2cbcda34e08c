FROM localhost/python-slim
RUN apt-get update && apt-get install -y --no-install-recommends musl && rm -rf /var/lib/apt/lists/*
CMD ["python3", "-c", "pass"]
