"""What surrounds a server, beside a real one: health check, metrics by the
names that dashboard and alerts have, a proxy with TLS and a limit."""

import hashlib
import json
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from command import ROOT, program_path
from deploying import DEPLOY, free_port, prometheus, proxy, tool
from serving import Server, serving
from vitrina import Client, RequestError

DASHBOARD = DEPLOY / "grafana" / "dashboards" / "vitrina.json"


@pytest.fixture(scope="module")
def server(
    learned: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """One that was asked, told, and offered a bundle that is none."""
    store = tmp_path_factory.mktemp("served") / "store"
    running = Server(learned / "bundle", store)
    use(running)
    admin = running.admin()
    body = {"bundle": "/nowhere"}
    assert admin.ask("POST", "/admin/v1/bundle", body)[0] == 422
    admin.close()
    yield running
    code, said = running.stop()
    assert code == 0
    assert said.count("\n") == 1
    assert "bundle refused" in said


def use(server: Server) -> None:
    """A question, an event and an event that is refused."""
    url = f"http://127.0.0.1:{server.port}"
    with Client(url, timeout=30, tell_timeout=30) as client:
        assert client.recommend("nobody")["fallback"] == "popular"
        client.add_events([{"user_id": "u", "action": "visit"}])
        with pytest.raises(RequestError):
            client.add_events([{"user_id": "u", "action": "dance"}])


def expressions() -> list[str]:
    """Of all panels and annotations, as Grafana would send them."""
    dashboard = json.loads(DASHBOARD.read_text())
    found = [
        target["expr"]
        for panel in dashboard["panels"]
        for target in panel["targets"]
    ]
    found += [a["expr"] for a in dashboard["annotations"]["list"]]
    return [
        expression.replace("$__rate_interval", "1m").replace("$instance", ".*")
        for expression in found
    ]


def test_dashboard_and_alerts_name_what_the_server_says(
    server: Server,
) -> None:
    admin = server.admin()
    text = admin.done("GET", "/metrics")
    admin.close()
    metric = r"(?:vitrina|process)_\w+"
    known = set(re.findall(rf"^({metric})(?:\{{| )", text, re.MULTILINE))
    assert len([name for name in known if name.startswith("process_")]) == 5
    alerts = (DEPLOY / "alerts.yml").read_text()
    asked = "\n".join([*expressions(), alerts])
    named = set(re.findall(rf"\b{metric}", asked))
    assert len(named) > 10
    assert named <= known, f"no such metrics: {named - known}"
    unseen = {name for name in known if not name.endswith(("_sum", "_count"))}
    assert unseen <= named, f"shown nowhere: {unseen - named}"
    routes = {
        operation["operationId"]
        for methods in server.ask("GET", "/openapi.json")["paths"].values()
        for operation in methods.values()
    }
    for matched in re.findall(r'route=~?"([^"]*)"', asked):
        assert set(matched.split("|")) <= routes


@pytest.mark.skipif(tool("prometheus") is None, reason="no Prometheus here")
def test_prometheus_answers_every_panel(
    server: Server, tmp_path: Path
) -> None:
    """Two scrapes with something between them: every panel has a value."""
    with prometheus(tmp_path, server.admin_port) as scraper:
        assert len(scraper.alerts()) > 5
        left = expressions()
        # a swap is no part of a sound start, nor is a copy of so few events
        later = ('result="done"', "snapshot_time_seconds")
        rare = [e for e in left if any(part in e for part in later)]
        for _ in range(60):
            use(server)
            left = [e for e in left if not scraper.value(e) and e not in rare]
            if not left:
                break
            time.sleep(0.5)
        assert not left, "panels without a value"


def test_the_image_health_check_tells_ready_from_gone(
    learned: Path, tmp_path: Path
) -> None:
    def code(port: int) -> int:
        check = DEPLOY / "healthcheck.sh"
        return subprocess.run(
            [check, str(port)], capture_output=True, check=False
        ).returncode

    with serving(learned / "bundle", tmp_path / "store") as server:
        assert code(server.port) == 0
        assert code(server.admin_port) != 0, "that is another port"
    assert code(server.port) != 0


@pytest.mark.skipif(tool("nginx") is None, reason="no nginx here")
def test_the_proxy_lets_the_public_routes_through(
    server: Server, tmp_path: Path
) -> None:
    with proxy(tmp_path, server.port) as port:
        context = ssl.create_default_context(cafile=str(tmp_path / "tls.crt"))
        url = f"https://localhost:{port}"
        with Client(url, timeout=30, tell_timeout=30, context=context) as shop:
            last = shop.popular(k=10)["products"][-1]["product_id"]
            shop.add_events(
                [{"user_id": "p", "action": "view", "products": [last]}]
            )
            named = shop.recommend("p", k=3)["products"]
            assert named[0]["product_id"] == last
            assert shop.similar(last, k=3)["products"]
            assert shop.link("ivanova-77", "guest-88")
            assert shop.ready() == {"status": "ready"}
            for hidden in ("p", "x/../../popular", "x/similar"):
                with pytest.raises(RequestError) as caught:
                    shop.user(hidden)
                assert caught.value.status == 404
                assert caught.value.detail.startswith("proxy: ")
        with pytest.raises(RequestError, match="(?i)certificate"):
            Client(url, timeout=30).ready()
    log = (tmp_path / "access.log").read_text()
    assert " GET /v1/popular 200 " in log
    assert "k=10" not in log
    assert " POST /v1/customers/- 200 " in log
    for hidden in ("ivanova", "guest", "users", "visits"):
        assert hidden not in log, "an id, or where one stands"


@pytest.mark.skipif(tool("nginx") is None, reason="no nginx here")
def test_the_proxy_says_who_asks_too_often_when_to_come_again(
    server: Server, tmp_path: Path
) -> None:
    with proxy(tmp_path, server.port) as port:
        context = ssl.create_default_context(cafile=str(tmp_path / "tls.crt"))
        url = f"https://localhost:{port}"
        with Client(url, timeout=30, retries=0, context=context) as shop:
            for _ in range(3000):
                try:
                    shop.health()
                except RequestError as error:
                    refused = error
                    break
            else:
                pytest.fail("no limit was met")
        assert refused.status == 429
        assert refused.retry_after == 1
        assert refused.detail.startswith("proxy: too many requests")
        with Client(url, timeout=30, retries=5, context=context) as shop:
            assert shop.health() == {"status": "ok"}, "a second later"


@pytest.mark.skipif(tool("nginx") is None, reason="no nginx here")
def test_the_proxy_says_when_the_server_is_away(tmp_path: Path) -> None:
    with proxy(tmp_path, free_port()) as port:
        context = ssl.create_default_context(cafile=str(tmp_path / "tls.crt"))
        url = f"https://localhost:{port}"
        with Client(url, timeout=30, retries=0, context=context) as shop:
            with pytest.raises(RequestError) as caught:
                shop.popular()
    assert caught.value.status == 503
    assert caught.value.retry_after == 1
    assert caught.value.detail.startswith("proxy: the server does not answer")


def test_secrets_are_keys_that_the_server_takes(
    learned: Path, tmp_path: Path
) -> None:
    """By the words of deploy/make_secrets.sh."""
    script = tmp_path / "deploy" / "make_secrets.sh"
    script.parent.mkdir()
    script.write_text((DEPLOY / "make_secrets.sh").read_text())
    script.chmod(0o755)
    docs = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    line = re.search(r"^key=\$\(deploy/make_secrets.*$", docs, re.MULTILINE)
    assert line
    said = subprocess.run(
        ["bash", "-c", f"{line[0]}\necho $key"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    key = said.stdout.strip()
    assert said.stderr == f"the site's key: {key}\n"
    secrets = script.parent / "secrets"
    words = ("--api-key-file", secrets / "keys")
    with serving(learned / "bundle", tmp_path / "store", *words) as server:
        url = f"http://127.0.0.1:{server.port}"
        with Client(url, key, timeout=30, tell_timeout=30) as site:
            assert site.popular()["products"]
            with pytest.raises(RequestError) as caught:
                site.user("somebody")
            assert caught.value.status == 403
        admin = server.admin()
        for name in ("admin.key", "metrics.key"):
            headers = {
                "Authorization": f"Bearer {(secrets / name).read_text()}"
            }
            assert admin.ask("GET", "/metrics", headers=headers)[0] == 200
        admin.close()
    again = subprocess.run([script], capture_output=True, check=False)
    assert again.returncode == 1, "what is there is not overwritten"
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "/deploy/secrets/" in ignored


def test_the_image_swaps_bundles(learned: Path, tmp_path: Path) -> None:
    """By its script, which docs/serving.md calls."""
    keys = tmp_path / "keys"
    digest = hashlib.sha256(b"ours").hexdigest()
    keys.write_text(f"{digest} admin\n")
    server = Server(
        *(learned / "bundle", tmp_path / "store", "--api-key-file", keys)
    )

    def swap(folder: Path | str, key: str) -> tuple[int, str]:
        done = subprocess.run(
            [DEPLOY / "swap_bundle.sh", folder, str(server.admin_port)],
            input=key,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    other = tmp_path / "тонкий bundle"
    shutil.copytree(learned / "bundle", other)
    code, said = swap(other, "ours")
    assert code == 0, said
    assert json.loads(said)["bundle"] == server.bundle
    assert swap(other, "ours\n")[0] == 0, "a key in a line"
    for folder, key, expected, status in (
        (other, "theirs", 1, '"status":401'),
        ("/nowhere", "ours", 1, '"status":422'),
        (other, "", 2, "expected a key"),
        ('a"b', "ours", 2, "FOLDER: expected no quotes"),
    ):
        code, said = swap(folder, key)
        assert code == expected, said
        assert status in said
    assert server.stop()[0] == 0


def test_the_line_of_the_docs_that_swaps_a_bundle_can_be_followed() -> None:
    """The program is in the image, the folder is mounted, the key is made."""
    docs = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    line = re.search(
        r"^docker compose -f deploy/compose.yaml exec -T vitrina "
        r"(\S+) (/\S+)/tonight < deploy/(\S+)$",
        docs,
        re.MULTILINE,
    )
    assert line
    program, folder, key = line.groups()
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    assert f"COPY deploy/swap_bundle.sh /usr/local/bin/{program}\n" in (
        dockerfile
    )
    assert f'"--bundle", "{folder}/bundle"' in dockerfile
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    mounted = compose["services"]["vitrina"]["volumes"][0]
    assert re.fullmatch(rf"\$\{{BUNDLES:\?[\w ]+\}}:{folder}:ro", mounted)
    assert f"> {key}\n" in (DEPLOY / "make_secrets.sh").read_text()


def test_files_of_deploy_agree() -> None:
    """Names, paths and ports that stand in two of them."""
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services, secrets = compose["services"], compose["secrets"]
    texts = {
        "vitrina": (DEPLOY / "Dockerfile").read_text(),
        "proxy": (DEPLOY / "nginx.conf").read_text(),
        "prometheus": (DEPLOY / "prometheus.yml").read_text(),
        "grafana": str(services["grafana"]["environment"]),
    }
    for name, text in texts.items():
        used = set(re.findall(r"/run/secrets/(\w+)", text))
        assert used == set(services[name]["secrets"]), name
        assert used <= set(secrets), name
    made = (DEPLOY / "make_secrets.sh").read_text()
    for secret in secrets.values():
        assert secret["file"].removeprefix("./") in made
    for name, service in services.items():
        image = service.get("image", "built:here")
        assert re.fullmatch(r"[\w./-]+:(v?\d[\w.]*|here)", image), name
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                assert (DEPLOY / source).exists(), source
    assert "outside" not in services["vitrina"]["networks"]
    scraper = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
    (told,) = scraper["alerting"]["alertmanagers"]
    (address,) = told["static_configs"][0]["targets"]
    name, port = address.split(":")
    assert services[name]["ports"] == [f"127.0.0.1:{port}:{port}"]
    uid = yaml.safe_load(
        (
            DEPLOY / "grafana/provisioning/datasources/prometheus.yaml"
        ).read_text()
    )["datasources"][0]["uid"]
    dashboard = DASHBOARD.read_text()
    assert set(re.findall(r'"uid": "(?!vitrina)(\w+)"', dashboard)) == {uid}


def copied_to_the_image() -> set[str]:
    """From the checkout: names as the Dockerfile has them."""
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    copied: set[str] = set()
    for line in re.findall(r"^COPY (?!--from)(.*)$", dockerfile, re.MULTILINE):
        copied.update(line.split()[:-1])
    return copied


def test_the_image_gets_what_its_dockerfile_copies() -> None:
    allowed = {
        line.removeprefix("!")
        for line in (DEPLOY / "Dockerfile.dockerignore").read_text().split()
        if line.startswith("!")
    }
    for source in copied_to_the_image():
        assert list(ROOT.glob(source)), source
        assert any(
            source == each or source.startswith(f"{each}/") for each in allowed
        ), source


def test_the_image_can_be_built_of_what_its_dockerfile_copies(
    tmp_path: Path,
) -> None:
    """As far as CMake's own work goes: every source of a target is there."""
    for source in sorted(copied_to_the_image()):
        for found in ROOT.glob(source):
            place = tmp_path / found.relative_to(ROOT)
            place.parent.mkdir(parents=True, exist_ok=True)
            if not place.exists():  # a part of a folder that is there
                place.symlink_to(found)
    for made in (".venv", ".cache"):
        (tmp_path / made).symlink_to(ROOT / made)
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    words = re.search(r"cmake (--preset release .*?) \\\n", dockerfile)
    assert words
    done = subprocess.run(
        ["cmake", *words[1].split()],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(
    shutil.which("dpkg-query") is None, reason="no Debian here"
)
def test_the_image_has_the_libraries_of_the_program() -> None:
    """Packages of all that the program is linked with, but for the wheels'
    libraries, which are copied, and what every image has."""

    def said(*words: str | Path) -> str:
        return subprocess.run(
            words, capture_output=True, text=True, check=True
        ).stdout

    packages: set[str] = set()
    for line in said("ldd", program_path()).splitlines():
        found = re.search(r"=> (/\S+)", line)
        if found and "site-packages" not in found[1]:
            # /lib is a link to /usr/lib, and packages know either
            names = {found[1], str(Path(found[1]).resolve())}
            known = subprocess.run(
                ["dpkg-query", "-S", *names],
                capture_output=True,
                text=True,
                check=False,
            ).stdout
            assert known, found[1]
            packages.add(known.partition(":")[0])
    packages -= {"libc6", "libgcc-s1"}
    assert len(packages) > 4
    _, _, serve = (DEPLOY / "Dockerfile").read_text().rpartition("AS serve\n")
    missing = {name for name in packages if f" {name} " not in serve}
    assert not missing


def run_path_of(program: Path) -> str:
    """Where the program looks for its libraries first."""
    said = subprocess.run(
        ["readelf", "-d", program], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"\(RUNPATH\).*\[(.+)\]", said)
    assert found, said
    return found[1]


def test_the_unit_s_program_starts_where_the_checkout_is_not_seen(
    learned: Path, tmp_path: Path
) -> None:
    """Installed by the lines of its header, under another root, without what
    only root may do; its path into the checkout leads nowhere then."""
    unit = (DEPLOY / "vitrina.service").read_text()
    lines = re.findall(
        r"^#   (.*)$", unit.partition("[Unit]")[0], re.MULTILINE
    )
    assert len(lines) > 4
    checkout, root = tmp_path / "checkout", tmp_path / "root"
    (checkout / "build").mkdir(parents=True)
    (checkout / "build" / "vitrina").symlink_to(program_path())
    (checkout / "deploy").symlink_to(DEPLOY)
    shutil.copytree(learned / "bundle", checkout / "bundle")
    for made in ("etc/ld.so.conf.d", "etc/systemd/system"):
        (root / made).mkdir(parents=True)
    script = re.sub(
        r" (/(?:usr/local|srv|etc)/)", rf" {root}\1", "\n".join(lines)
    )
    subprocess.run(
        ["bash", "-euo", "pipefail", "-c"]
        + [f"ldconfig() {{ :; }}; systemctl() {{ :; }}\n{script}"],
        cwd=checkout,
        check=True,
    )
    program = root / "usr" / "local" / "bin" / "vitrina"
    run_path = run_path_of(program).encode()
    nowhere = b"/".ljust(len(run_path), b"-")
    program.write_bytes(program.read_bytes().replace(run_path, nowhere))
    listed = (root / "etc" / "ld.so.conf.d" / "vitrina.conf").read_text()

    def code(env: dict[str, str]) -> int:
        return subprocess.run(
            [program, "--version"],
            env={"PATH": os.environ["PATH"], **env},
            capture_output=True,
            check=False,
        ).returncode

    assert code({}) != 0
    assert code({"LD_LIBRARY_PATH": listed.strip()}) == 0
    assert (root / "srv" / "vitrina" / "bundle" / "manifest.json").is_file()
    started = re.search(
        r"^ExecStart=(\S+) .*--bundle (\S+)", unit, re.MULTILINE
    )
    assert started
    for place in started.groups():
        assert (root / place.removeprefix("/")).exists(), place
