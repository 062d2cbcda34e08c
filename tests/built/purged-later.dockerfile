FROM localhost/python-slim
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
RUN apt-get purge -y --auto-remove gcc libc6-dev
CMD ["python3", "-c", "pass"]
