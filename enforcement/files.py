"""Files on a disk of this machine: whole and on the disk, or not there at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

#: Beginning of the name of a file that is not whole yet.
HALF = ".half-"


class WholeFiles(FileSystemStorage):
    """Django's storage that never shows half a file, and keeps what it acknowledged.

    Django writes under the final name: a full disk or a killed process would leave a part of a
    file there, and a power cut an empty one.
    """

    def _save(self, name: str, content: Any) -> str:
        folder = Path(self.path(name)).parent
        folder.mkdir(parents=True, exist_ok=True)
        half = Path(self._written_beside(folder, content))
        try:
            while True:
                with contextlib.suppress(FileExistsError):
                    os.link(half, self.path(name))  # never over another file
                    break
                name = self.get_available_name(name)
        finally:
            half.unlink()
        _settle(folder)
        return str(name).replace("\\", "/")

    def _written_beside(self, folder: Path, content: Any) -> str:
        """Write the whole content under a name of its own; nothing stays when that fails."""
        number, path = tempfile.mkstemp(prefix=HALF, dir=folder)
        try:
            with os.fdopen(number, "wb") as out:
                for chunk in content.chunks():
                    out.write(chunk)
                out.flush()
                os.fsync(number)
            Path(path).chmod(self.file_permissions_mode or 0o644)
        except BaseException:
            Path(path).unlink()
            raise
        return path


def _settle(folder: Path) -> None:
    """Have the new name itself on the disk too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
