FROM localhost/python-slim
RUN mkdir -p /root/.cache/pip/http-v2 && dd if=/dev/urandom of=/root/.cache/pip/http-v2/wheel bs=1M count=3
RUN mkdir -p /opt/tools && printf '#!/bin/sh\n' > /usr/local/bin/uv && chmod +x /usr/local/bin/uv
CMD ["python3", "-c", "pass"]
