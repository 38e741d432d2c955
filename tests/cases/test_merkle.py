"""Trees as RFC 6962 describes them, grown leaf by leaf, and the paths through them."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import merkle

SIZES = st.integers(1, 3 * merkle.BLOCK + 5)


def described(leaves: list[bytes]) -> bytes:
    """Return the root as RFC 6962 writes it down: split at the largest power of two below."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + described(leaves[:k]) + described(leaves[k:])).digest()


def grown(leaves: list[bytes]) -> merkle.Tree:
    """Return the tree over leaves whose keys are their places."""
    tree = merkle.Tree()
    for key, leaf in enumerate(leaves):
        tree.add(key, leaf)
    return tree


def some(size: int) -> list[bytes]:
    """Return that many different leaves."""
    return [str(n).encode() for n in range(size)]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 1023, 1024, 1025, 2048, 3000])
def test_a_tree_grown_in_blocks_has_the_root_that_the_rfc_describes(size: int) -> None:
    tree = grown(some(size))
    assert (tree.root, tree.size) == (described(some(size)), size)
    assert tree.firsts == list(range(0, size, merkle.BLOCK))
    assert len(tree.nodes) == len(tree.firsts)


def path_of(leaves: list[bytes], tree: merkle.Tree, index: int) -> list[bytes]:
    """Return the path of one leaf from its block and the nodes of the others."""
    block = index // merkle.BLOCK
    low = block * merkle.BLOCK
    inside = [merkle.leaf_hash(leaf) for leaf in leaves[low : low + merkle.BLOCK]]
    return merkle.path(inside, index - low) + merkle.path(tree.nodes, block)


@given(size=SIZES, data=st.data())
def test_a_path_leads_to_the_root_from_its_own_leaf_and_place_only(
    size: int, data: st.DataObject
) -> None:
    leaves, index = some(size), data.draw(st.integers(0, size - 1))
    tree = grown(leaves)
    steps, leaf = path_of(leaves, tree, index), merkle.leaf_hash(leaves[index])
    assert merkle.climb(leaf, index, size, steps) == tree.root
    assert merkle.climb(merkle.leaf_hash(b"other"), index, size, steps) != tree.root
    assert merkle.climb(leaf, index, size, [*steps, bytes(32)]) is None
    if size > 1:
        other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index))
        assert merkle.climb(leaf, other, size, steps) != tree.root
        assert merkle.climb(leaf, index, size, steps[:-1]) is None
    assert merkle.climb(leaf, size, size, steps) is None


def test_a_leaf_cannot_pass_for_a_node() -> None:
    left, right = merkle.leaf_hash(b"a"), merkle.leaf_hash(b"b")
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)


def test_there_is_no_path_for_a_leaf_that_is_not_there() -> None:
    assert merkle.path([bytes(32)], 0) == []
    with pytest.raises(IndexError):
        merkle.path([bytes(32)], 1)
