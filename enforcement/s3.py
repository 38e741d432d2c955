"""Files in an S3-compatible store (``FILES_S3_*``): Django's storage over four plain requests.

No link ever leads there: what is in the store goes up and down through the application, which asks
who may see it. botocore alone signs and sends; nothing here is larger than one upload.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from django.core.files.storage import Storage
from django.core.files.utils import validate_file_name

from enforcement.errors import FilesAway

log = logging.getLogger("enforcement.files")

#: Seconds to connect, and between two bytes; how often a request is sent at most.
CONNECT, READ, TRIES = 2, 10, 2
#: Bytes read at once, and kept in memory of one file.
PIECE, IN_MEMORY = 1 << 16, 2 << 20


class S3Storage(Storage):
    """Keeps each file as one object; its key is a prefix and the file's name."""

    def __init__(
        self,
        *,
        bucket: str,
        endpoint: str = "",
        region: str = "",
        access_key: str = "",
        secret_key: str = "",
        prefix: str = "",
        path_style: bool = True,
    ) -> None:
        self.bucket, self.prefix = bucket, prefix.strip("/")
        self._where = {
            "endpoint_url": endpoint or None,
            "region_name": region or "us-east-1",
            "aws_access_key_id": access_key,
            "aws_secret_access_key": secret_key,
        }
        self._style = "path" if path_style else "virtual"
        #: By process and patience: a client that came through a fork shares its sockets.
        self._made: dict[tuple[float, ...], Any] = {}

    @property
    def client(self) -> Any:
        """Return the client of this process; its threads share it."""
        return self._client(CONNECT, READ, TRIES)

    def _client(self, connect: float, read: float, tries: int) -> Any:
        key = (os.getpid(), connect, read, tries)
        if key not in self._made:
            self._made[key] = self._new_client(connect, read, tries)
        return self._made[key]

    def _new_client(self, connect: float, read: float, tries: int) -> Any:
        config = Config(
            signature_version="s3v4",
            connect_timeout=connect,
            read_timeout=read,
            retries={"total_max_attempts": tries, "mode": "standard"},
            s3={"addressing_style": self._style},
            # Stores that only resemble Amazon's do not know its newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        return botocore.session.get_session().create_client("s3", config=config, **self._where)

    def _at(self, name: str) -> dict[str, str]:
        """Return bucket and key of a name.

        Raises:
            SuspiciousFileOperation: a name that leads elsewhere.
        """
        validate_file_name(name, allow_relative_path=True)
        return {"Bucket": self.bucket, "Key": "/".join(filter(None, [self.prefix, name]))}

    # -- what Django asks of a storage ---------------------------------------------------------

    def _open(self, name: str, mode: str = "rb") -> File:
        """Return a file as a copy of this process's own, read to its end: none is half there.

        Raises:
            FileNotFoundError: no such object. FilesAway.
        """
        if mode != "rb":
            raise ValueError("a stored file is only read")
        copy = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - handed on
        with answering():
            body = self.client.get_object(**self._at(name))["Body"]
            for piece in body.iter_chunks(PIECE):
                copy.write(piece)
        copy.seek(0)
        return File(copy, name)

    def _save(self, name: str, content: Any) -> str:
        digest = hashlib.md5(usedforsecurity=False)  # the store's own check of what arrived
        content.seek(0)
        while piece := content.read(PIECE):
            digest.update(piece)
        content.seek(0)
        with answering():
            self.client.put_object(
                **self._at(name),
                Body=content,
                ContentMD5=base64.b64encode(digest.digest()).decode(),
                ContentType="application/octet-stream",
            )
        return name

    def delete(self, name: str) -> None:
        """Remove a file; one that is not there is no error."""
        with answering():
            self.client.delete_object(**self._at(name))

    def exists(self, name: str) -> bool:
        """Tell whether there is such a file."""
        try:
            self._head(name)
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        """Return the bytes of a file."""
        return int(self._head(name)["ContentLength"])

    def get_modified_time(self, name: str) -> datetime:
        """Return when a file was written (UTC)."""
        written: datetime = self._head(name)["LastModified"]
        return written

    def _head(self, name: str) -> Any:
        with answering():
            return self.client.head_object(**self._at(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return the folders and the files in a folder."""
        inside = "/".join(filter(None, [self.prefix, path.strip("/")]))
        start = f"{inside}/" if inside else ""
        folders, files = [], []
        with answering():
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.bucket, Prefix=start, Delimiter="/"
            )
            for page in pages:
                folders += [p["Prefix"][len(start) : -1] for p in page.get("CommonPrefixes", ())]
                files += [o["Key"][len(start) :] for o in page.get("Contents", ())]
        return folders, [name for name in files if name]

    def url(self, name: str | None) -> str:
        """Refuse: files are handed out by the application, never by a link.

        Raises:
            ValueError: always.
        """
        raise ValueError("no link leads to a stored file")

    # -- health --------------------------------------------------------------------------------

    def probe(self) -> None:
        """Ask for the bucket, shortly.

        Raises:
            FilesAway: it does not answer, is not there, or is not ours.
        """
        try:
            with answering():
                self._client(1, 2, 1).head_bucket(Bucket=self.bucket)
        except FileNotFoundError:
            raise FilesAway from None


@contextmanager
def answering() -> Iterator[None]:
    """Turn what the store says into what Django and people understand.

    Raises:
        FileNotFoundError: there is no such object.
        FilesAway: anything else that is not success.
    """
    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in {"404", "NoSuchKey", "NotFound"}:
            raise FileNotFoundError(code) from None
        log.error("the store of files refuses: %s %s", error.operation_name, code)
        raise FilesAway from error
    except (BotoCoreError, OSError) as error:
        log.error("the store of files does not answer: %s", type(error).__name__)
        raise FilesAway from error
