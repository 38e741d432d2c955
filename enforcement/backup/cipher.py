"""The encrypted stream of a backup: AES-256-GCM in chunks, so that memory stays flat.

A header (mark, name of the key, salt) is followed by chunks of ``CHUNK`` bytes, each with its own
tag. The nonce of a chunk is its number and whether it is the last one: a stream that was cut,
turned round or put together from two does not open. The key is derived from the key file and the
salt, so no nonce is ever used twice.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from enforcement.errors import Refused

MARK = b"enforcement-backup/1\n"
CHUNK = 1 << 20
TAG = 16
_NAME, _SALT = 8, 32
#: A key file shorter than this could be guessed.
SHORTEST_KEY = 32


def read_key(path: Path) -> bytes:
    """Return the secret of a key file.

    Raises:
        Refused: ``backup.key_file`` when it cannot be read or is too short.
    """
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise Refused("backup.key_file", f"密钥文件 {path} 读不出来：{error.strerror}。") from None
    if len(secret) < SHORTEST_KEY:
        raise Refused(
            "backup.key_file",
            f"密钥文件 {path} 不足 {SHORTEST_KEY} 字节，太短。可用 openssl rand -base64 48 生成。",
        )
    return secret


def _derived(secret: bytes, salt: bytes) -> AESGCM:
    info = b"enforcement backup v1"
    return AESGCM(HKDF(SHA256(), 32, salt=salt, info=info).derive(secret))


def _name_of(secret: bytes) -> bytes:
    """Return a short name of a key, by which a wrong one is told from a damaged file."""
    return HKDF(SHA256(), _NAME, salt=None, info=b"enforcement backup key name").derive(secret)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class Sealer:
    """Writes an encrypted stream; ``finish`` seals its end."""

    def __init__(self, target: BinaryIO, secret: bytes) -> None:
        self._head = MARK + _name_of(secret) + secrets.token_bytes(_SALT)
        self._cipher = _derived(secret, self._head[-_SALT:])
        self._target, self._open, self._number = target, bytearray(), 0
        target.write(self._head)

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._open += data
        while len(self._open) > CHUNK:  # one byte more: so this chunk is not the last
            self._seal(bytes(self._open[:CHUNK]), last=False)
            del self._open[:CHUNK]

    def finish(self) -> None:
        """Seal what is left as the last chunk."""
        self._seal(bytes(self._open), last=True)
        self._open.clear()

    def _seal(self, data: bytes, *, last: bool) -> None:
        nonce = _nonce(self._number, last)
        self._target.write(self._cipher.encrypt(nonce, data, self._head))
        self._number += 1


def opened(source: BinaryIO, secret: bytes) -> Iterator[bytes]:
    """Yield the chunks of an encrypted stream, each after its tag was checked.

    Raises:
        Refused: ``backup.unreadable`` (no backup), ``backup.key`` (another key),
            ``backup.truncated`` (its end is missing), ``backup.changed``.
    """
    head = source.read(len(MARK) + _NAME + _SALT)
    if not head.startswith(MARK) or len(head) < len(MARK) + _NAME + _SALT:
        raise Refused("backup.unreadable", "这不是备份文件，或者文件开头已经损坏。")
    if head[len(MARK) : -_SALT] != _name_of(secret):
        raise Refused(
            "backup.key", "密钥不对：备份是用另一个密钥文件加密的，请换用当时的密钥文件。"
        )
    cipher, number = _derived(secret, head[-_SALT:]), 0
    sealed = source.read(CHUNK + TAG)
    while True:
        following = source.read(CHUNK + TAG)
        last = not following
        try:
            yield cipher.decrypt(_nonce(number, last), sealed, head)
        except InvalidTag:
            raise _damaged(cipher, number, sealed, head, last) from None
        if last:
            return
        sealed, number = following, number + 1


def _damaged(cipher: AESGCM, number: int, sealed: bytes, head: bytes, last: bool) -> Refused:
    """Tell a stream that was cut from one that was changed."""
    cut = last and len(sealed) < CHUNK + TAG and number > 0 and len(sealed) < TAG
    if last and not cut:
        try:
            cipher.decrypt(_nonce(number, False), sealed, head)
            cut = True
        except InvalidTag:
            cut = False
    if cut:
        return Refused("backup.truncated", "备份文件不完整：后面的部分缺失。请重新取得完整的文件。")
    return Refused(
        "backup.changed",
        f"备份文件已经损坏：第 {number + 1} 块与校验不符（被改动，或者没有复制完整）。请另取一份。",
    )
