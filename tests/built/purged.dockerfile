FROM localhost/python-slim
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && apt-get purge -y gcc && rm -rf /var/lib/apt/lists/*
CMD ["python3", "-c", "pass"]
