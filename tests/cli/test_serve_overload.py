"""A server that is given too much to do, or a bundle that is none: it says
so, at once, and goes on with the rest."""

import random
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import vitrina
from serving import Server, serving

EVENTS, PRODUCTS = 1000, 8  # of a request
SENDERS = 12


def test_who_comes_when_too_many_wait_is_told_to_come_again(
    learned: Path, tmp_path: Path
) -> None:
    """Somebody holds the disk; what does not fit into the queue is refused
    with Retry-After, questions are answered, and nothing is lost."""

    def told(sender: int) -> list[vitrina.client.Event]:
        products = [str(p) for p in range(PRODUCTS)]
        return [
            {
                "event_id": f"{sender}-{e}",
                "user_id": f"{sender}",
                "action": "view",
                "products": products,
            }
            for e in range(EVENTS)
        ]

    answers: dict[int, object] = {}
    one_refused = threading.Event()
    store = tmp_path / "store"
    with serving(learned / "bundle", store) as server:
        url = f"http://127.0.0.1:{server.port}"
        hasty = vitrina.Client(url, tell_timeout=60, retries=0, max_idle=20)

        def send(sender: int) -> None:
            try:
                answers[sender] = hasty.add_events(told(sender))["statuses"]
            except vitrina.RequestError as error:
                answers[sender] = (error.status, error.retry_after)
                one_refused.set()

        holder = sqlite3.connect(store / "events.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        senders = [
            threading.Thread(target=send, args=(i,)) for i in range(SENDERS)
        ]
        for sender in senders:
            sender.start()
        assert one_refused.wait(60)
        assert len(hasty.recommend("1", k=5, timeout=60)["products"]) == 5
        holder.execute("ROLLBACK")
        holder.close()
        for sender in senders:
            sender.join()
        stored = [i for i in answers if answers[i] == ["stored"] * EVENTS]
        refused = [i for i in answers if answers[i] == (503, 1.0)]
        assert sorted(stored + refused) == list(range(SENDERS)), answers
        assert stored
        assert refused
        # who comes again is served, also where the first try was stored
        with vitrina.Client(url, tell_timeout=120, retries=50) as patient:
            for i in range(SENDERS):
                word = "stored" if i in refused else "repeated"
                statuses = patient.add_events(told(i))["statuses"]
                assert statuses == [word] * EVENTS
        hasty.close()
    with serving(learned / "bundle", store) as again:
        assert again.n_events == SENDERS * EVENTS * PRODUCTS


Damage = Callable[[Path, random.Random], None]


def cut(file: Path, rng: random.Random) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: rng.randrange(len(data))])


def flip(file: Path, rng: random.Random) -> None:
    data = bytearray(file.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    file.write_bytes(bytes(data))


def lengthen(file: Path, rng: random.Random) -> None:
    file.write_bytes(file.read_bytes() + rng.randbytes(8))


def empty(file: Path, _: random.Random) -> None:
    file.write_bytes(b"")


def remove(file: Path, _: random.Random) -> None:
    file.unlink()


def exchange(file: Path, _: random.Random) -> None:
    """Another file of the bundle under this name."""
    others = [other for other in file.parent.iterdir() if other != file]
    shutil.copyfile(max(others), file)


DAMAGES: list[Damage] = [cut, flip, lengthen, empty, remove, exchange]


def test_fifty_broken_bundles_are_refused(
    learned: Path, tmp_path: Path
) -> None:
    rng = random.Random(3)
    sound = learned / "bundle"
    files = sorted(f.name for f in sound.iterdir() if f.name[0] != ".")
    server = Server(sound, tmp_path / "store")
    admin, client = server.admin(), server.client()
    for number in range(50):
        broken = tmp_path / f"broken-{number}"
        shutil.copytree(sound, broken)
        damage = DAMAGES[number % len(DAMAGES)]
        name = files[number // len(DAMAGES) % len(files)]
        damage(broken / name, rng)
        body = {"bundle": str(broken)}
        status, problem = admin.ask("POST", "/admin/v1/bundle", body)
        case = (damage.__name__, name, status, problem)
        assert status in (409, 422), case
        assert "\n" not in problem["detail"], case
        answer = client.done("POST", "/v1/recommendations", {"k": 5})
        assert answer["bundle"] == server.bundle, case
        assert len(answer["products"]) == 5, case
        shutil.rmtree(broken)
    metrics = admin.done("GET", "/metrics")
    assert 'vitrina_model_reload_total{result="refused"} 50\n' in metrics
    done = admin.done("POST", "/admin/v1/bundle", {"bundle": str(sound)})
    assert done["bundle"] == server.bundle
    code, said = server.stop()
    assert (code, said.count("bundle refused: ")) == (0, 50)
