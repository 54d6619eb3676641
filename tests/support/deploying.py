"""Programs that surround a server, run by their own configuration in
deploy/ with addresses of this machine."""

import contextlib
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from command import ROOT

DEPLOY = ROOT / "deploy"
# Where scripts/deploy_tools.sh puts what the system does not have.
TOOLS = ROOT / ".cache" / "deploy-tools"


def tool(name: str) -> str | None:
    """The path of a program; None where it is neither here nor there."""
    places = ("usr/sbin", "usr/bin")
    path = ":".join(str(TOOLS / place) for place in places)
    return (
        shutil.which(name)
        or shutil.which(f"/usr/sbin/{name}")
        or shutil.which(name, path=path)
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[str]) -> None:
    """Until somebody listens there; raises where the process has ended."""
    for _ in range(600):
        if process.poll() is not None:
            raise AssertionError(process.communicate()[0])
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
            return
        time.sleep(0.05)
    raise AssertionError(f"nobody listens on {port}")


@contextlib.contextmanager
def running(port: int, *words: str | Path) -> Iterator[None]:
    """A program that listens on a port and is ended afterwards."""
    process = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=30)


@contextlib.contextmanager
def proxy(folder: Path, shop_port: int) -> Iterator[int]:
    """nginx by deploy/nginx.conf, before a server; the port."""
    program = tool("nginx")
    assert program is not None
    port = free_port()
    certificate, key = folder / "tls.crt", folder / "tls.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-nodes"),
            *("-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2"),
            *("-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    text = (DEPLOY / "nginx.conf").read_text()
    for old, new in (
        ("/run/secrets/tls_crt", str(certificate)),
        ("/run/secrets/tls_key", str(key)),
        ("server vitrina:8000;", f"server 127.0.0.1:{shop_port};"),
        ("listen 8443 ", f"listen 127.0.0.1:{port} "),
        ("/dev/stdout", str(folder / "access.log")),
        ("/tmp/nginx", str(folder / "nginx")),
    ):
        assert old in text, old
        text = text.replace(old, new)
    (folder / "nginx.conf").write_text(f"daemon off;\n{text}")
    with running(
        *(port, program, "-p", folder, "-c", folder / "nginx.conf"),
        *("-e", folder / "error.log"),
    ):
        yield port


class Prometheus:
    """Scrapes one server, by deploy/prometheus.yml, every second."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}/api/v1/"

    def _ask(self, what: str, **query: str) -> Any:
        with urlopen(f"{self._base}{what}?{urlencode(query)}") as answer:
            return json.load(answer)["data"]

    def value(self, expression: str) -> list[Any]:
        """The rows of an expression now; HTTP error where it is none."""
        return list(self._ask("query", query=expression)["result"])

    def alerts(self) -> list[str]:
        """Names of all alerting rules that were loaded."""
        groups = self._ask("rules")["groups"]
        return [rule["name"] for group in groups for rule in group["rules"]]


def wait_until_ready(port: int) -> None:
    """It listens before it answers questions."""
    for _ in range(600):
        with contextlib.suppress(OSError):
            with urlopen(f"http://127.0.0.1:{port}/-/ready"):
                return
        time.sleep(0.05)
    raise AssertionError("Prometheus is never ready")


@contextlib.contextmanager
def prometheus(folder: Path, admin_port: int) -> Iterator[Prometheus]:
    program = tool("prometheus")
    assert program is not None
    port = free_port()
    (folder / "key").write_text("a key")
    text = (DEPLOY / "prometheus.yml").read_text()
    for old, new in (
        ("/etc/prometheus/alerts.yml", str(DEPLOY / "alerts.yml")),
        ("/run/secrets/metrics_key", str(folder / "key")),
        ("vitrina:8001", f"127.0.0.1:{admin_port}"),
        ("interval: 15s", "interval: 1s"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    (folder / "prometheus.yml").write_text(text)
    with running(
        *(port, program, f"--config.file={folder / 'prometheus.yml'}"),
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ):
        wait_until_ready(port)
        yield Prometheus(port)
