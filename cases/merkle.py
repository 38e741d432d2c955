"""Merkle trees as in RFC 6962 (pure): one root for many leaves, and a short path for each of them.

A leaf is hashed behind a zero byte, a node behind a one, so that neither can pass for the other.
Trees are built in blocks of ``BLOCK`` leaves: memory stays flat for any number of leaves, and a
path needs only the leaves of one block beside the nodes of the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

#: Leaves of one block; a power of two, so that a full block is a whole subtree.
BLOCK = 1024
HASH = 32
EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaves, or over the roots of equal full subtrees, in their order.

    Pairs are joined level by level and a last one without partner goes up as it is: the same tree
    as RFC 6962 describes from the top.
    """
    if not hashes:
        return EMPTY
    level = list(hashes)
    while len(level) > 1:
        level = _up(level)
    return level[0]


def path(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the neighbours that lead from one of the hashes up to the root.

    Raises:
        IndexError: there is no such hash.
    """
    if not 0 <= index < len(hashes):
        raise IndexError(index)
    level, found = list(hashes), []
    while len(level) > 1:
        if (beside := index ^ 1) < len(level):
            found.append(level[beside])
        level, index = _up(level), index // 2
    return found


def _up(level: list[bytes]) -> list[bytes]:
    joined = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
    return joined + level[len(level) - len(level) % 2 :]


def climb(leaf: bytes, index: int, size: int, steps: Sequence[bytes]) -> bytes | None:
    """Return the root that a leaf's path leads to, None when the path cannot belong to the tree.

    Args:
        leaf: hash of the leaf. index: its place. size: leaves of the whole tree.
    """
    if not 0 <= index < size:
        return None
    last, found, left = size - 1, leaf, list(steps)
    while last:
        if index % 2 or index < last:
            if not left:
                return None
            beside = left.pop(0)
            found = node_hash(beside, found) if index % 2 else node_hash(found, beside)
        index, last = index // 2, last // 2
    return None if left else found


@dataclass
class Tree:
    """A tree that grows leaf by leaf and keeps one node a block.

    Attributes:
        size: leaves so far.
        firsts: key of each block's first leaf, in order: where to look for a leaf later.
    """

    size: int = 0
    firsts: list[int] = field(default_factory=list)
    _nodes: list[bytes] = field(default_factory=list)
    _open: list[bytes] = field(default_factory=list)

    def add(self, key: int, data: bytes) -> None:
        """Append one leaf; keys never go down."""
        if not self._open:
            self.firsts.append(key)
        self._open.append(leaf_hash(data))
        self.size += 1
        if len(self._open) == BLOCK:
            self._nodes.append(root(self._open))
            self._open = []

    @property
    def nodes(self) -> list[bytes]:
        """Return the root of each block."""
        return [*self._nodes, root(self._open)] if self._open else list(self._nodes)

    @property
    def root(self) -> bytes:
        """Return the root of the whole tree."""
        return root(self.nodes)
