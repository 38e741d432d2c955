"""Kept papers of this app: from stored text back to something that can be rendered."""

from __future__ import annotations

import dataclasses
import hashlib

from enforcement.papers import codec
from enforcement.papers.model import Paper
from petitions.models import Order, Report


def keep(paper: Paper) -> tuple[str, str]:
    """Return the text under which a paper is kept, and its SHA-256 in hex."""
    content = codec.dumps(paper)
    return content, digest(content)


def digest(content: str) -> str:
    """Return the SHA-256 of a kept text (校验码)."""
    return hashlib.sha256(content.encode()).hexdigest()


def text_of(kept: Report | Order) -> Paper:
    """Return the paper, ready for PDF or DOCX, with its hash in the foot line of every page.

    The hash is over the kept text, which has no foot line: whoever holds the paper can compare
    it with ``digest(kept.content)``. A draft has none.
    """
    paper = codec.loads(kept.content)
    if not kept.sha256:
        return paper
    return dataclasses.replace(paper, footer_note=f"校验码：{kept.sha256}")


def intact(kept: Report | Order) -> bool:
    """Tell whether the kept text still is the one that was issued."""
    return digest(kept.content) == kept.sha256
