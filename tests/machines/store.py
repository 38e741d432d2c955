"""An S3 server of the tests' own (moto's), as a process that can be killed and hang."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import botocore.session
from botocore.exceptions import BotoCoreError

from tests.watching.running import free_port

KEYS = {"access_key": "court-access-key", "secret_key": "court-secret-key"}


class Store:
    """One server; every bucket is a fresh one.

    Attributes:
        endpoint: its address. bucket: the newest bucket.
    """

    def __init__(self, folder: Path) -> None:
        self.port, self.bucket, self.log = free_port(), "", folder / "s3.log"
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self.client: Any = botocore.session.get_session().create_client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=KEYS["access_key"],
            aws_secret_access_key=KEYS["secret_key"],
        )

    def start(self) -> None:
        """Run the server until it answers; it begins empty."""
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ)
        end = time.monotonic() + 60
        while True:
            try:
                self.client.list_buckets()
                return
            except BotoCoreError:
                assert time.monotonic() < end, self.log.read_text()
                time.sleep(0.1)

    def kill(self) -> None:
        """Kill the server with all it holds."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def signal(self, number: int) -> None:
        """Send the server a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def new_bucket(self) -> str:
        """Make a bucket; return its name."""
        self.bucket = f"court-{time.monotonic_ns()}"
        self.client.create_bucket(Bucket=self.bucket)
        return self.bucket

    def objects(self, bucket: str = "") -> dict[str, bytes]:
        """Return what is in a bucket, by key."""
        bucket = bucket or self.bucket
        listed = self.client.list_objects_v2(Bucket=bucket).get("Contents", ())
        return {
            o["Key"]: self.client.get_object(Bucket=bucket, Key=o["Key"])["Body"].read()
            for o in listed
        }

    def options(self, **other: Any) -> dict[str, Any]:
        """Return the options of the storage."""
        return {"bucket": self.bucket, "endpoint": self.endpoint, **KEYS, **other}

    def environment(self, folder: Path, bucket: str = "") -> dict[str, str]:
        """Return the settings as an operator gives them, the keys in files."""
        found = {
            "FILES_S3_BUCKET": bucket or self.bucket,
            "FILES_S3_ENDPOINT": self.endpoint,
            "FILES_S3_REGION": "us-east-1",
        }
        for name, value in KEYS.items():
            path = folder / name
            path.write_text(f"{value}\n")
            found[f"FILES_S3_{name.upper()}_FILE"] = str(path)
        return found


@contextmanager
def running(folder: Path) -> Iterator[Store]:
    """Run a store meanwhile."""
    store = Store(folder)
    store.start()
    try:
        yield store
    finally:
        store.kill()
