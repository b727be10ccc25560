"""From a path to text: bytes read once, an encoding decided, and a clear error for what is no text."""

from __future__ import annotations

import codecs
from pathlib import Path

from penstock.base.errors import InputError

FILE_BYTES_MAX = 100_000_000
_ARCHIVE = b"PK\x03\x04"


def read_bytes(path: str) -> bytes:
    """
    A file's bytes, one more than `FILE_BYTES_MAX` at the most.

    Raises:
        InputError: The file cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            return file.read(FILE_BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        cause = getattr(error, "strerror", None) or str(error)
        raise InputError("the task file cannot be read", path=path, cause=cause[:1].lower() + cause[1:]) from None


def decode(data: bytes, path: str) -> str:
    """
    UTF-8, with or without a byte order mark, or UTF-16 with one.

    Raises:
        InputError: Too large, an archive, another encoding, a NUL character, or nothing but blanks.
    """
    if len(data) > FILE_BYTES_MAX:
        raise InputError(
            "the task file is too large",
            path=path,
            cause=f"the most is {FILE_BYTES_MAX // 1_000_000} MB",
            hint="split the plan into several files, each with a graph name of its own",
        )
    if data.startswith(_ARCHIVE):
        raise InputError(
            "the task file is not text",
            path=path,
            cause="it is an archive, as .xlsx, .docx and .zip files are",
            hint="export a spreadsheet as CSV, a document as Markdown",
        )
    encoding = "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(
            f"the task file is not {encoding.removesuffix('-sig').upper()}",
            path=path,
            line=data[: error.start].decode(encoding, "replace").count("\n") + 1,
            cause=f"byte 0x{data[error.start]:02x} at offset {error.start} fits no character",
            hint="save the file as UTF-8",
        ) from None
    if (nul := text.find("\0")) >= 0:
        raise InputError(
            "the task file is not text",
            path=path,
            line=text.count("\n", 0, nul) + 1,
            cause="it has a NUL character",
            hint="save the file as UTF-8",
        )
    if not text.strip():
        raise InputError("the task file is empty", path=path)
    return text
