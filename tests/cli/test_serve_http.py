"""Bytes of strangers: JSON and HTTP as they should not be."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from command import ROOT
from serving import Server, serving

# Public suites beside the repository, never in it: JSONTestSuite (MIT)
# and the cases of http-desync-guardian (Apache-2.0).
SUITES = Path(
    os.environ.get("VITRINA_TEST_SUITES") or ROOT.parent / "shared" / "data"
)
JSON_SUITE = SUITES / "json-test-suite" / "test_parsing"
HTTP_SUITE = SUITES / "http-desync" / "tests"


@pytest.fixture(scope="module")
def server(
    learned: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    store = tmp_path_factory.mktemp("served") / "store"
    with serving(learned / "bundle", store) as running:
        yield running


def status_of(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1.1 "), answer
    return int(answer[9:12])


@pytest.mark.skipif(not JSON_SUITE.is_dir(), reason="no JSONTestSuite here")
def test_json_test_suite(server: Server) -> None:
    wrong = []
    n_files = 0
    for file in sorted(JSON_SUITE.glob("*.json")):
        n_files += 1
        for target in ("/v1/recommendations", "/v1/events"):
            client = server.client()
            status, _ = client.ask("POST", target, file.read_bytes())
            client.close()
            expected = {
                "y": (200, 422),
                "n": (400, 413),
                "i": (200, 400, 422),
            }[file.name[0]]
            if status not in expected:
                wrong.append((file.name, target, status))
    assert not wrong
    assert n_files > 300


# «Compliant» for that suite, and refused here: RFC 9112 has no empty target,
# and says that parameters of chunked are an error.
REFUSED_HERE = {
    "Empty URI",
    "TE with custom parameters OK",
    "Transfer-Encoding with a param: chunked;custom_param",
}


def bytes_of(case: dict[str, Any]) -> bytes:
    """The request of a case, with what HTTP/1.1 asks for beside it."""

    def raw(value: object) -> bytes:
        text = str(value)
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError:
            return text.encode()

    lines = [
        b" ".join(
            raw(case[part]) for part in ("method", "uri", "version")
        ).rstrip()
    ]
    headers = case.get("headers") or []
    if not any(h["name"].strip().lower() == "host" for h in headers):
        lines.append(b"Host: shop")
    lines += [raw(h["name"]) + b": " + raw(h["value"]) for h in headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def body_of(case: dict[str, Any]) -> bytes:
    for header in case.get("headers") or []:
        if header["name"].strip().lower() == "content-length":
            # the path is none of ours: that is answered before the body
            return b"x" * min(1000, int(str(header["value"]).strip()))
        if header["name"].strip().lower() == "transfer-encoding":
            return b"0\r\n\r\n"
    return b""


@pytest.mark.skipif(not HTTP_SUITE.is_dir(), reason="no desync cases here")
def test_http_desync_cases(server: Server) -> None:
    wrong: list[tuple[object, ...]] = []
    n_cases = 0
    for file in sorted(HTTP_SUITE.glob("*.yaml")):
        cases = yaml.safe_load(file.read_text(encoding="utf-8"))
        for case in cases if isinstance(cases, list) else []:
            n_cases += 1
            tier = case["expected"]["tier"]
            is_good = tier == "Compliant" and case["name"] not in REFUSED_HERE
            data = bytes_of(case) + (body_of(case) if is_good else b"")
            answer = server.raw(data, wait=1)
            if not answer:
                wrong.append((file.name, case["name"], tier, "no answer"))
                continue
            status = status_of(answer)
            is_closed = b"Connection: close\r\n" in answer
            if (is_good and status == 400) or (
                tier in ("Ambiguous", "Severe")
                and (status not in (400, 505) or not is_closed)
            ):
                wrong.append((file.name, case["name"], tier, status))
    assert not wrong
    assert n_cases > 100


POST = b"POST /v1/recommendations HTTP/1.1\r\nHost: a\r\n"
DELETE = b"DELETE /v1/users/7 HTTP/1.1\r\nHost: a\r\n"
JSON = b"Content-Type: application/json\r\n"
GZIP = b"Content-Encoding: gzip\r\n"
IDENTITY = b"Content-Encoding: identity\r\n"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        (b"HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        (b"GET /healthz HTTP/1.1\nHost: a\n\n", 400),
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
        (b"\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\n", 400),
        (b"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        (b"GET /healthz HTTP/1.1\r\nHost: a, b\r\n\r\n", 400),
        (DELETE + b"Content-Length: 2\r\n\r\n{}", 400),
        (DELETE + b"Content-Length: 70000\r\n\r\n{}", 413),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: a\r\nb: " + b"c" * 9000, 431),
        (POST + JSON + b"Content-Length: 2\r\n\r\n{}", 200),
        (POST + JSON + b"Content-Length: 600000\r\n\r\n", 413),
        (POST + JSON + b"Content-Length: 2\r\n\r\n{}GET / bad\r\n\r\n", 200),
        (POST + b"Content-Length: 2\r\n\r\n{}", 415),
        (POST + JSON + GZIP + b"Content-Length: 2\r\n\r\n\x1f\x8b", 415),
        (POST + JSON + IDENTITY + b"Content-Length: 2\r\n\r\n{}", 200),
        (
            POST
            + JSON
            + b"Transfer-Encoding: chunked\r\n\r\n"
            + b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
            200,
        ),
        (
            POST + JSON + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
            400,
        ),
        (
            POST
            + JSON
            + b"Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n{}\r\n",
            413,
        ),
    ],
)
def test_requests_as_they_are_sent(
    server: Server, sent: bytes, status: int
) -> None:
    answer = server.raw(sent, wait=1)
    assert status_of(answer) == status, answer
    if sent.startswith(b"HEAD"):
        assert answer.endswith(b"\r\n\r\n")


def test_requests_in_a_row_are_answered_in_order(server: Server) -> None:
    one = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    other = b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"
    last = b"GET /readyz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    answer = server.raw(one + other + one + last)
    statuses = [int(p[:3]) for p in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 404, 200, 200]


def test_waits_for_the_body_where_it_is_asked_to(server: Server) -> None:
    head = POST + JSON + b"Content-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    assert server.raw(head, wait=0.5) == b"HTTP/1.1 100 Continue\r\n\r\n"
