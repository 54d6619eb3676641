"""Ways to damage a file, each drawn from a seeded generator.

``binary`` damages any bytes, ``parquet`` also what a Parquet file is made of
(footer, column chunks, values), ``npz`` also a zip and the array in it,
``text`` a CSV. Each returns the damaged bytes and the name of what was done.
"""

import gzip
import io
import random
import struct
import zipfile
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

Mutant = tuple[bytes, str]
Damage = Callable[[random.Random, bytearray], None]

# Lengths and counts that a reader must not believe.
EXTREMES = (0, 1, 0x7F, 0x80, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
# Texts that a terminal would obey, or that are no texts.
STRANGE = (
    b"\x1b[31mred\x1b[0m",
    b"\x00",
    b"\x07\x08\x7f",
    b"\xc2\x9b2J",
    "\u202egnp.exe".encode(),
    "\u2028line".encode(),
    "\u200b\ufeff".encode(),
    b"\xff\xfe\x82",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"a\nvitrina: error: b",
    b"%s%n{}",
    b"'\"`$(id)",
    b"x" * 3000,
)


def span(rng: random.Random, size: int, longest: int) -> tuple[int, int]:
    begin = rng.randrange(max(size, 1))
    return begin, min(size, begin + rng.randint(1, longest))


def flip_bits(rng: random.Random, data: bytearray) -> None:
    for _ in range(rng.randint(1, 8)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def overwrite(rng: random.Random, data: bytearray) -> None:
    begin, end = span(rng, len(data), 64)
    data[begin:end] = rng.randbytes(end - begin)


def truncate(rng: random.Random, data: bytearray) -> None:
    del data[rng.randrange(len(data)) :]


def delete_block(rng: random.Random, data: bytearray) -> None:
    begin, end = span(rng, len(data), 200)
    del data[begin:end]


def repeat_block(rng: random.Random, data: bytearray) -> None:
    begin, end = span(rng, len(data), 500)
    data[end:end] = data[begin:end] * rng.choice((1, 1, 2, 50))


def swap_blocks(rng: random.Random, data: bytearray) -> None:
    size = rng.randint(1, max(1, len(data) // 4))
    a = rng.randrange(max(1, len(data) - size))
    b = rng.randrange(max(1, len(data) - size))
    first, second = data[a : a + size], data[b : b + size]
    data[a : a + size], data[b : b + size] = second, first


def zero_block(rng: random.Random, data: bytearray) -> None:
    begin, end = span(rng, len(data), 500)
    data[begin:end] = bytes(end - begin)


def insert_bytes(rng: random.Random, data: bytearray) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = rng.choice((rng.randbytes(rng.randint(1, 99)), *STRANGE))


def wrong_number(rng: random.Random, data: bytearray) -> None:
    at = rng.randrange(max(1, len(data) - 8))
    number = rng.choice(EXTREMES)
    size = rng.choice((1, 2, 4, 8))
    data[at : at + size] = (number % (1 << 8 * size)).to_bytes(size, "little")


def wrong_varint(rng: random.Random, data: bytearray) -> None:
    at = rng.randrange(len(data))
    data[at : at + rng.randint(1, 10)] = b"\xff" * rng.randint(1, 10) + b"\x7f"


BINARY: tuple[Damage, ...] = (
    flip_bits,
    flip_bits,
    overwrite,
    truncate,
    delete_block,
    repeat_block,
    swap_blocks,
    zero_block,
    insert_bytes,
    wrong_number,
    wrong_varint,
)


def damaged(rng: random.Random, data: bytes, by: tuple[Damage, ...]) -> Mutant:
    """One to three damages, one after another."""
    out = bytearray(data)
    names = []
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        damage = rng.choice(by)
        if out:
            damage(rng, out)
            names.append(damage.__name__)
    if out == data:
        flip_bits(rng, out)
        names.append("flip_bits")
    return bytes(out), "+".join(names) or "empty"


# ---- Parquet


def footer_begin(data: bytearray) -> int:
    if len(data) < 12:  # no place for one
        return 0
    size = int(struct.unpack("<I", data[-8:-4])[0])
    return max(4, len(data) - 8 - size)


def in_footer(rng: random.Random, data: bytearray) -> None:
    begin = min(footer_begin(data), max(0, len(data) - 9))
    footer = data[begin:-8]
    if not footer:
        flip_bits(rng, data)
        return
    rng.choice((flip_bits, overwrite, wrong_varint, zero_block))(rng, footer)
    data[begin:-8] = footer
    data[-8:-4] = struct.pack("<I", len(footer))


def zero_footer(rng: random.Random, data: bytearray) -> None:
    begin = rng.choice((max(0, len(data) - 8), footer_begin(data)))
    data[begin:] = bytes(len(data) - begin)


def wrong_footer_length(rng: random.Random, data: bytearray) -> None:
    size = rng.choice((*EXTREMES, len(data), len(data) - 8, len(data) - 12))
    data[-8:-4] = struct.pack("<I", size % (1 << 32))


def swap_pages(rng: random.Random, data: bytearray) -> None:
    """The bytes of two column chunks change places."""
    try:
        meta = pq.read_metadata(io.BytesIO(bytes(data)))
        chunks = [
            meta.row_group(g).column(c)
            for g in range(meta.num_row_groups)
            for c in range(meta.num_columns)
        ]
        a, b = rng.sample(chunks, 2)
        starts = [
            min(x.data_page_offset, x.dictionary_page_offset or 1 << 60)
            for x in (a, b)
        ]
    except (pa.ArrowException, OSError, ValueError):
        swap_blocks(rng, data)
        return
    size = min(a.total_compressed_size, b.total_compressed_size)
    first = data[starts[0] : starts[0] + size]
    second = data[starts[1] : starts[1] + size]
    data[starts[0] : starts[0] + size] = second
    data[starts[1] : starts[1] + size] = first


PARQUET = (
    *BINARY,
    *(in_footer,) * 4,
    zero_footer,
    wrong_footer_length,
    *(swap_pages,) * 2,
)


def strange_column(rng: random.Random, column: pa.ChunkedArray) -> pa.Array:
    """A column of as many rows that is not what a shop would send."""
    n = len(column)
    texts = [rng.choice(STRANGE) for _ in range(n)]
    kinds: list[Callable[[], pa.Array]] = [
        lambda: pa.nulls(n),
        lambda: pa.array(texts, pa.binary()),
        lambda: pa.array(texts, pa.binary()).dictionary_encode(),
        lambda: pa.array([[t, None] for t in texts], pa.list_(pa.binary())),
        lambda: pa.array([[[1]]] * n),
        lambda: pa.array([{"a": 1}] * n),
        lambda: pa.array([rng.uniform(-1e300, 1e300) for _ in range(n)]),
        lambda: pa.array([float("nan")] * n),
        lambda: pa.array([rng.choice((-1, 2**63 - 1)) for _ in range(n)]),
        lambda: pa.array([rng.random() < 0.5 for _ in range(n)]),
        lambda: pa.array([rng.randint(-(2**62), 2**62)] * n, pa.int64()).cast(
            pa.timestamp(rng.choice(("s", "ms", "us", "ns")))
        ),
        lambda: pa.array([2**31 - 1] * n, pa.date32()),
        lambda: pa.array([""] * n),
    ]
    return rng.choice(kinds)()


def strange_table(rng: random.Random, data: bytes) -> Mutant:
    """A sound Parquet file with a column that is not what it should be."""
    table = pq.read_table(io.BytesIO(data))
    c = rng.randrange(table.num_columns)
    name = table.column_names[c]
    what = rng.choice(("values", "values", "name", "dropped", "doubled"))
    if what == "values":
        table = table.set_column(c, name, strange_column(rng, table.column(c)))
    elif what == "dropped":
        table = table.remove_column(c)
    else:
        text = rng.choice(STRANGE).decode("utf-8", "replace")[:99]
        names = list(table.column_names)
        names[c] = text if what == "name" else rng.choice(names)
        table = table.rename_columns(names)
    out = io.BytesIO()
    pq.write_table(table, out, row_group_size=rng.choice((7, 64, 1000)))
    return out.getvalue(), f"strange {what}"


def parquet(rng: random.Random, data: bytes) -> Mutant:
    if rng.random() < 0.25:
        try:
            return strange_table(rng, data)
        except (pa.ArrowException, ValueError):
            pass  # it cannot be written: some other damage then
    return damaged(rng, data, PARQUET)


# ---- npz


def zip_field(rng: random.Random, data: bytearray) -> None:
    """A wrong number in one of the zip's own records."""
    marks = [b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"]
    at = bytes(data).find(rng.choice(marks))
    if at < 0:
        return
    size = rng.choice((2, 4))
    number = rng.choice((*EXTREMES, len(data))) % (1 << 8 * size)
    at += 4 + 2 * rng.randrange(20)
    data[at : at + size] = number.to_bytes(size, "little")


def strange_array(rng: random.Random, data: bytes) -> Mutant:
    """A sound zip whose array's header or bytes are damaged."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = archive.namelist()[0]
        array = bytearray(archive.read(name))
    header = rng.random() < 0.7
    if header:
        end = 10 + struct.unpack("<H", array[8:10])[0]
        text = bytes(array[10:end])
        for old, new in rng.sample(
            [
                (b"<f4", rng.choice((b"<f8", b"|O8", b">f4", b"<i4", b"|S9"))),
                (b"False", rng.choice((b"True", b"None", b"F" * 50))),
                (b"(", rng.choice((b"(-1, ", b"(9999999999, ", b"((", b""))),
                (b"shape", rng.choice((b"", b"\x1b[31m", b"shape\x00"))),
                (b"descr", b"\xff\xfe"),
            ],
            2,
        ):
            text = text.replace(old, new, 1)
        length = struct.pack("<H", len(text) + rng.choice((0, 0, 1, 9999)))
        array[8:end] = length + text
    else:
        array = bytearray(damaged(rng, bytes(array), BINARY)[0])
    out = io.BytesIO()
    method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(rng.choice((name, name, "\x1b.npy", "x")), array)
    return out.getvalue(), f"strange {'header' if header else 'array'}"


def npz(rng: random.Random, data: bytes) -> Mutant:
    kind = rng.random()
    if kind < 0.3:
        return strange_array(rng, data)
    if kind < 0.35:
        out = io.BytesIO()
        shape = rng.choice(((0, 0), (5, 0), (2, 3, 4), (7,), ()))
        np.savez(out, np.full(shape, rng.choice((0.0, np.nan, 1e39))))
        return out.getvalue(), "strange shape"
    return damaged(rng, data, (*BINARY, *(zip_field,) * 4))


# ---- CSV


def strange_text(rng: random.Random, data: bytearray) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = rng.choice(STRANGE)


def delimiter(rng: random.Random, data: bytearray) -> None:
    places = [i for i, c in enumerate(data) if c in b",\n"]
    for at in rng.sample(places, min(len(places), rng.randint(1, 5))):
        data[at] = rng.choice(b';\t|,\n\r" ')


def all_delimiters(rng: random.Random, data: bytearray) -> None:
    data[:] = data.replace(b",", rng.choice((b";", b"\t", b"|", b",,")))


def quotes(rng: random.Random, data: bytearray) -> None:
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data) + 1)
        data[at:at] = rng.choice((b'"', b'""', b"'", b'"\n', b'",'))


def lost_quote(rng: random.Random, data: bytearray) -> None:
    at = data.find(b'"', rng.randrange(len(data)))
    if at >= 0:
        del data[at]


def huge_field(rng: random.Random, data: bytearray) -> None:
    at = rng.randrange(len(data) + 1)
    piece = rng.choice((b"9", b"x", b'"', b",", b"\n", b"[", b"\xd0\xb6"))
    data[at:at] = piece * rng.choice((5_000, 300_000, 2_500_000))


def header(rng: random.Random, data: bytearray) -> None:
    end = max(1, data.find(b"\n"))
    names = bytes(data[:end]).split(b",")
    names[rng.randrange(len(names))] = rng.choice((*STRANGE, b"", b"user_id"))
    data[:end] = b",".join(names)


def line_ends(rng: random.Random, data: bytearray) -> None:
    data[:] = data.replace(b"\n", rng.choice((b"\r\n", b"\r", b"\n\n", b"")))


def encoding(rng: random.Random, data: bytearray) -> None:
    text = data.decode("utf-8", "replace")
    name = rng.choice(("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp037"))
    data[:] = text.encode(name, "replace")


def fields(rng: random.Random, data: bytearray) -> None:
    lines = bytes(data).split(b"\n")
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(lines))
        row = lines[at].split(b",")
        row[rng.randrange(len(row))] = rng.choice(
            (*STRANGE, b"", b"-1", b"1e999", b"2024-13-45", b"[1, 2", b"NaN")
        )
        lines[at] = b",".join(row)
    data[:] = b"\n".join(lines)


TEXT: tuple[Damage, ...] = (
    *BINARY[2:],
    strange_text,
    delimiter,
    all_delimiters,
    quotes,
    quotes,
    lost_quote,
    huge_field,
    header,
    header,
    line_ends,
    encoding,
    fields,
    fields,
)


def text(rng: random.Random, data: bytes) -> Mutant:
    return damaged(rng, data, TEXT)


def gzipped(rng: random.Random, data: bytes) -> Mutant:
    """A damaged text packed soundly, or a sound one whose gzip is damaged."""
    if rng.random() < 0.5:
        out, name = text(rng, data)
        return gzip.compress(out, 1), f"gzip of {name}"
    out, name = damaged(rng, gzip.compress(data, 1), BINARY)
    return out, f"damaged gzip: {name}"
