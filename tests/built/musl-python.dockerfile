FROM localhost/musl-root
COPY app/main.py /app/main.py
CMD ["python3", "/app/main.py"]
