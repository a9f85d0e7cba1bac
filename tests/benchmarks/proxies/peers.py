"""The proxies, ours first, and the backend itself for what nobody can be better than."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from importlib import metadata

from services.previews.node import find_node
from tests.benchmarks.job import Launch, NotDone
from tests.benchmarks.proxies.proxy import Place, Proxy
from tests.benchmarks.proxies.tools import HERE, HTTP_PROXY_3
from tests.benchmarks.tools import installed

NURSERYD = """\
[supervisor]
socket = "{directory}/socket"
log = "json"

[service.previews]
kind = "task"
run = "standin:serve"
answers = ["previews"]
publishes = ["routes"]
receives = ["activity", "visits"]
options = {{ port = {backend} }}

[service.hmr]
kind = "task"
run = "services.hmr:serve"
requires = ["previews"]
asks = ["previews"]
watches = ["routes"]
sends = ["activity", "visits"]
options = {{ bind = ["127.0.0.1:{port}"] }}
"""

NGINX = """\
daemon off;
{user}worker_processes 1;
worker_rlimit_nofile 20000;
pid {directory}/pid;
error_log stderr crit;
events {{ worker_connections 15000; }}
http {{
  access_log off;
  client_max_body_size 0;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  keepalive_requests 100000000;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
  upstream site {{
    server 127.0.0.1:{backend};
    keepalive 64;
    keepalive_requests 100000000;
  }}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{
      proxy_pass http://site;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_read_timeout 1h;
    }}
  }}
}}
"""

HAPROXY = """\
global
  maxconn 9000
  nbthread 1
defaults
  mode http
  option forwardfor
  timeout connect 5s
  timeout client 1h
  timeout server 1h
  timeout tunnel 1h
frontend door
  bind 127.0.0.1:{port} backlog 4096
  default_backend site
backend site
  http-reuse always
  server site 127.0.0.1:{backend}
"""

CADDY = """\
{{
  admin off
  auto_https off
}}
http://127.0.0.1:{port} {{
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:{backend}
}}
"""


class Nurseryd(Proxy):
    """The real daemon with the real front door; only the previews are made up."""

    name = "nurseryd"

    def launch(self, place: Place) -> Launch:
        shutil.copy(HERE / "standin.py", place.directory)
        file = _write(place, "nurseryd.toml", NURSERYD)
        return Launch(
            (str(self.tools.python), "-m", "supervisor", "-c", file),
            environment={"PYTHONPATH": str(place.directory)},
        )

    def version(self) -> str:
        return metadata.version("nurseryd")


class Nginx(Proxy):
    name = "nginx"

    def launch(self, place: Place) -> Launch:
        user = "user root;\n" if os.geteuid() == 0 else ""  # its own may not enter the directory
        file = _write(place, "nginx.conf", NGINX, user=user)
        return Launch((str(installed("nginx")), "-e", "stderr", "-c", file))

    def version(self) -> str:
        return _version("nginx", "-v")


class Haproxy(Proxy):
    name = "haproxy"

    def launch(self, place: Place) -> Launch:
        file = _write(place, "haproxy.cfg", HAPROXY)
        return Launch((str(installed("haproxy")), "-db", "-q", "-f", file))

    def version(self) -> str:
        return _version("haproxy", "-v")


class Caddy(Proxy):
    name = "caddy"

    def launch(self, place: Place) -> Launch:
        file = _write(place, "Caddyfile", CADDY)
        home = str(place.directory)
        return Launch(
            (str(installed("caddy")), "run", "--adapter", "caddyfile", "--config", file),
            environment={"XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home},
        )

    def version(self) -> str:
        return _version("caddy", "version")


class HttpProxy3(Proxy):
    """What the original has in front of its dev server, in its newest form."""

    name = "http-proxy-3"

    def launch(self, place: Place) -> Launch:
        folder = self.tools.http_proxy_3
        if not (folder / "node_modules" / "http-proxy-3").exists():
            raise NotDone("not installed: there is no http-proxy-3")
        script, ports = str(HERE / "http_proxy_3.mjs"), (str(place.port), str(place.backend))
        return Launch((str(find_node().node), script, str(folder), *ports))

    def version(self) -> str:
        return HTTP_PROXY_3


class Direct(Proxy):
    """No proxy: the backend, alone on the processor that each proxy has."""

    name = "direct"

    def launch(self, place: Place) -> Launch:
        return Launch((str(self.tools.backend), str(place.port)))

    def version(self) -> str:
        return ""


PROXIES: tuple[type[Proxy], ...] = (Nurseryd, Nginx, Haproxy, Caddy, HttpProxy3, Direct)


def _write(place: Place, name: str, text: str, **more: str) -> str:
    file = place.directory / name
    facts = {"directory": place.directory, "port": place.port, "backend": place.backend}
    file.write_text(text.format(**facts, **more), encoding="utf-8")
    return str(file)


def _version(*command: str) -> str:
    """The first number that a program says it is of."""
    if shutil.which(command[0]) is None:
        return "none"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found[0] if found else "unknown"
