"""The wire format of Protocol Buffers, read field by field: protobuf.dev/programming-guides/encoding.

Nothing is copied, and no length is believed before it is compared with what is there.
"""

from collections.abc import Iterator

Field = tuple[int, int | memoryview]  # a field's number, and its integer or its bytes

VARINT, BYTES = 0, 2
FIXED = {1: 8, 5: 4}  # bytes of the kinds of a fixed length
MOST = 200_000  # fields of a message; a network of hundreds of layers has some thousands
LONGEST_VARINT = 10  # bytes of an integer of 64 bits


def fields(message: memoryview) -> Iterator[Field]:
    """The fields of a message, in the order of the file.

    Raises:
        ValueError: the message is cut off, damaged, or larger than any that is meant.
    """
    at = 0
    for _ in range(MOST):
        if at == len(message):
            return
        tag, at = _varint(message, at)
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        length, at = _varint(message, at) if kind == BYTES else (FIXED.get(kind), at)
        if length is None:
            raise ValueError(f"a field of the unknown kind {kind}")
        if length > len(message) - at:
            raise ValueError(f"a field of {length:,} bytes where {len(message) - at:,} are left")
        yield number, message[at : at + length]
        at += length
    raise ValueError(f"more than {MOST:,} fields in one message")


def integers(value: int | memoryview) -> list[int]:
    """The signed integers of 64 bits in a repeated field: one, or many packed into its bytes."""
    if isinstance(value, int):
        return [_signed(value)]
    found, at = [], 0
    while at < len(value):
        integer, at = _varint(value, at)
        found.append(_signed(integer))
    return found


def _signed(integer: int) -> int:
    return integer - (1 << 64) if integer >> 63 else integer


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """The integer that begins at `at`, and where the next thing does."""
    integer = 0
    for shift, byte in enumerate(message[at : at + LONGEST_VARINT]):
        integer |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            return integer & (1 << 64) - 1, at + shift + 1
    raise ValueError("an integer without an end")
