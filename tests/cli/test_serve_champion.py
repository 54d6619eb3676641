"""Which bundle `make serve` answers with where none is named."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from command import ROOT, heed_hangups, program_path
from learning import pack
from serving import OLD, READY
from vitrina_ops import served, store
from vitrina_ops.files import read_json


def fingerprint(bundle: Path) -> str:
    return str(read_json(bundle / "manifest.json")["fingerprint"])


@dataclass
class Checkout:
    """A folder with what scripts/serve.sh needs of the project."""

    root: Path

    def served(self, **variables: str) -> tuple[str, str]:
        """The bundle that is answered with, and what was said of it."""
        server = subprocess.Popen(
            [self.root / "scripts" / "serve.sh"],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.root),
                "PORT": "0",
                "ADMIN_PORT": "0",
                **variables,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=heed_hangups,
        )
        assert server.stdout is not None
        line = server.stdout.readline()
        server.terminate()
        _, said = server.communicate(timeout=60)
        ready = READY.fullmatch(line.strip())
        assert ready, line + said
        return ready[3], OLD.sub("", said)


@pytest.fixture(scope="module")
def checkout(
    learned: Path, tmp_path_factory: pytest.TempPathFactory
) -> Checkout:
    root = tmp_path_factory.mktemp("checkout")
    for folder in ("scripts", "build", ".venv/bin"):
        (root / folder).mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "serve.sh", root / "scripts")
    (root / "python").symlink_to(ROOT / "python")
    (root / "build" / "vitrina").symlink_to(program_path())
    python = root / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    shutil.copytree(learned / "bundle", root / "models" / "bundle")
    return Checkout(root)


@pytest.fixture(scope="module")
def champion(learned: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pack(learned, tmp_path_factory.mktemp("champion"), rounds=6)


def register(root: Path, shop: str, bundle: Path) -> None:
    """A version that is champion, in the store of that checkout."""
    source = root / "logged" / shop
    shutil.copytree(bundle, source / "artifacts" / "bundle")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        # whole: MLflow keeps stores by their name
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{root}/mlflow.db")
        client = store.open_store()
        model = store.model_of(shop)
        client.create_registered_model(model)
        version = client.create_model_version(model, str(source)).version
        client.set_registered_model_alias(model, store.CHAMPION, version)


def test_without_a_registry_it_is_the_last_runs(
    checkout: Checkout, learned: Path
) -> None:
    served = checkout.served()
    assert served == (fingerprint(learned / "bundle"), "")
    # no store was made by asking
    there = {path.name for path in checkout.root.iterdir()}
    assert there == {"scripts", "build", ".venv", "python", "models", "data"}


def test_it_is_the_champion_of_the_shop(
    checkout: Checkout, learned: Path, champion: Path
) -> None:
    last, best = fingerprint(learned / "bundle"), fingerprint(champion)
    assert last != best
    register(checkout.root, "web", champion)
    line = f"serve: vitrina-web version 1, champion, bundle {best}\n"
    # the second time it was fetched before, and is fetched anew
    assert checkout.served() == (best, line)
    assert checkout.served(SHOP="web") == (best, line)
    kept = checkout.root / ".cache" / "serve"
    assert [path.name for path in kept.iterdir()] == ["vitrina-web"]
    # who names a bundle means it
    assert checkout.served(BUNDLE="models/bundle") == (last, "")


def test_what_cannot_be_fetched_is_a_warning(
    checkout: Checkout,
    learned: Path,
    champion: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The last of these tests: a second shop is there from then on."""
    register(checkout.root, "street", champion)
    shutil.rmtree(checkout.root / "logged" / "street")
    warning = "serve: warning: no champion was fetched: "
    bundle, said = checkout.served()
    assert bundle == fingerprint(learned / "bundle")
    assert said.startswith(f"{warning}SHOP: several shops are registered")
    assert said.count("\n") == 1
    # what scripts/serve.sh is told of a lost artifact and a server that is
    # down: a line, and no folder
    monkeypatch.chdir(checkout.root)
    words = ["served", "--shop", "street", "--into", ".cache/serve"]
    monkeypatch.setattr(sys, "argv", words)
    for uri, reason in (
        (f"sqlite:///{checkout.root}/mlflow.db", "No such artifact"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9 does not answer"),
    ):
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        for name in served.HURRY:
            monkeypatch.setenv(name, "1")
        served.main()
        out, said = capsys.readouterr()
        assert out == ""
        assert said.startswith(warning)
        assert reason in said
        assert said.count("\n") == 1
    kept = checkout.root / ".cache" / "serve"
    assert [path.name for path in kept.iterdir()] == ["vitrina-web"]
