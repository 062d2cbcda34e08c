FROM localhost/debian-full
RUN apt-get update && apt-get install -y python3 gcc
COPY . /app
WORKDIR /app
CMD python3 app/main.py
