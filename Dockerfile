# CPU:   docker build -t pentimento .
# CUDA:  docker build -t pentimento --build-arg TORCH=cu130 .   (driver 580 or newer, compute capability 7.5 or newer)
#        docker build -t pentimento --build-arg TORCH=cu126 .   (older drivers and cards)
# With optional parts (README, "Extras"): --build-arg EXTRAS=quantized
#
# The CUDA build brings CUDA's libraries along as Python packages, so both start from the same small image; the host
# needs NVIDIA's driver and container toolkit only. On arm64 only the CPU build has been planned for.

FROM python:3.11-slim-bookworm AS build
# The last part of a PyTorch index's address: cpu, cu126, cu130, ...
ARG TORCH=cpu
ARG EXTRAS=
WORKDIR /src
RUN python -m venv --without-pip /opt/pentimento
ENV PIP_PYTHON=/opt/pentimento/bin/python PIP_DISABLE_PIP_VERSION_CHECK=1
COPY constraints.txt ./
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --constraint constraints.txt --no-deps --index-url "https://download.pytorch.org/whl/${TORCH}" torch
# Everything else that is needed, with an empty package: this layer lasts until the dependencies change.
COPY pyproject.toml LICENSE ./
COPY bot/__init__.py bot/
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --constraint constraints.txt setuptools \
    && pip install --constraint constraints.txt --no-build-isolation ".${EXTRAS:+[${EXTRAS}]}"
COPY bot bot
COPY inference inference
COPY adapters adapters
COPY config config
RUN pip install --no-cache-dir --no-deps --force-reinstall --no-build-isolation .

FROM python:3.11-slim-bookworm
# Triton compiles a small C file per process when a model is compiled for a GPU: a CUDA image needs a C compiler and libc's
# headers (about 150 MB); Python's own headers are in the base image. The CPU image stays without.
ARG TORCH=cpu
# Debian removes old versions from its mirrors, so a pinned one would break the build.
# hadolint ignore=DL3008
RUN if [ "${TORCH}" != cpu ]; then \
        apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*; \
    fi
RUN useradd --uid 10001 --create-home pentimento \
    && install --directory --owner=pentimento /data /models /etc/pentimento
COPY --from=build /opt/pentimento /opt/pentimento
# HF_HOME is where downloaded models are kept. The metrics port is open inside the container only, for HEALTHCHECK.
ENV PATH=/opt/pentimento/bin:$PATH \
    PENTIMENTO__DATA_DIR=/data \
    PENTIMENTO__METRICS__PORT=9464 \
    HF_HOME=/models
USER 10001
VOLUME ["/data", "/models"]
# A pentimento.toml mounted into this folder is read.
WORKDIR /etc/pentimento
# It answers while a model is still being downloaded; the long start period is for slow disks. http.client goes through no
# proxy, as urllib does if HTTP_PROXY is set. With port 0 nobody answers, which is no fault.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m --retries=3 \
    CMD ["python", "-c", "from http.client import HTTPConnection as H; from os import environ as e; p = int(e['PENTIMENTO__METRICS__PORT']); c = H(e.get('PENTIMENTO__METRICS__HOST', '127.0.0.1'), p, timeout=4); p and c.request('GET', '/healthz'); exit(p and c.getresponse().status != 200)"]
ENTRYPOINT ["pentimento"]
CMD ["serve"]
