#!/usr/bin/env python3
"""Verify a case's exported timeline against sealed digests that somebody else kept.

Stands alone: Python 3.11 or newer and the package ``cryptography``, no network, nothing of the
system that made the files.

    python -I verify_timeline.py TIMELINE.json --digest DIGEST.json --public-key KEY

Exit code 0: unchanged since it was sealed. 1: changed. 2: cannot be verified with these files.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import sys
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

DIGEST, TIMELINE = "enforcement-digest/1", "enforcement-timeline/1"
UNCHANGED, CHANGED, UNVERIFIABLE = 0, 1, 2
Data = dict[str, Any]


class CannotVerify(Exception):
    """These files do not allow a verdict; the message says why, in Chinese."""


# -- reading -----------------------------------------------------------------------------------


def read(path: str, kind: str) -> Data:
    """Return a JSON file's content."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotVerify(f"{kind}文件 {path} 读不出来：{error}") from None
    if not isinstance(data, dict):
        raise CannotVerify(f"{kind}文件 {path} 的格式不对。")
    return data


def read_key(given: str) -> str:
    """Return the public key as 64 hex digits, given as such or as a file that holds them."""
    text = given
    if len(given) != 64:
        try:
            text = Path(given).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise CannotVerify(f"公钥 {given} 读不出来：{error}") from None
    text = text.strip().lower()
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        raise CannotVerify("公钥应为 64 位十六进制数字。")
    return text


def canonical(content: Data) -> bytes:
    """Return the text that is signed."""
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def why_unsigned(sealed: Data, key: str) -> str:
    """Return why a digest cannot be relied upon, empty when its signature is right."""
    content = sealed.get("content")
    if not isinstance(content, dict) or content.get("format") != DIGEST:
        return "不是封存摘要，或者已经损坏"
    if content.get("key") != key:
        return "是用另一把密钥签名的，与所给公钥不符"
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        signature = bytes.fromhex(sealed["signature"])
        public.verify(signature, DIGEST.encode() + b"\n" + canonical(content))
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return "签名不对，内容被改动过"
    return ""


# -- trees (RFC 6962) --------------------------------------------------------------------------


def leads_to(leaf: str, proof: Data, size: int, root: str) -> bool:
    """Tell whether a leaf stands at its place in the tree with that root."""
    index, last, steps = proof["index"], size - 1, [bytes.fromhex(s) for s in proof["path"]]
    if not 0 <= index <= last:
        return False
    found = hashlib.sha256(b"\x00" + leaf.encode()).digest()
    for step in steps:
        while index % 2 == 0 and index == last:
            if last == 0:
                return False
            index, last = index // 2, last // 2
        pair = step + found if index % 2 else found + step
        found = hashlib.sha256(b"\x01" + pair).digest()
        index, last = index // 2, last // 2
    while last and index % 2 == 0 and index == last:
        index, last = index // 2, last // 2
    return last == 0 and found.hex() == root


# -- the timeline ------------------------------------------------------------------------------


def chained(case_id: int, events: list[Data]) -> list[str]:
    """Return the hash that each event should carry, computed from its content and those before."""
    before, hashes = bytes(32), []
    for e in events:
        head = f"{case_id}\n{e['seq']}\n{e['kind']}\n{e['on']}\n{e['at']}\n{e['by'] or ''}\n"
        before = hashlib.sha256(before + (head + e["data"]).encode()).digest()
        hashes.append(before.hex())
    return hashes


def order_faults(events: list[Data]) -> list[str]:
    """Return what is wrong with the numbers of the events."""
    numbers = [e["seq"] for e in events]
    whole = range(1, max(numbers, default=0) + 1)
    missing = sorted(set(whole) - set(numbers))
    twice = sorted({n for n in numbers if numbers.count(n) > 1})
    faults = [f"第 {n} 项缺失" for n in missing] + [f"第 {n} 项出现多次" for n in twice]
    turned = [b for a, b in itertools.pairwise(numbers) if b < a]
    return faults + [f"第 {n} 项的次序被调换" for n in turned]


def content_faults(case_id: int, events: list[Data]) -> list[str]:
    """Return the events whose content does not give the hash they carry."""
    faults, before = [], bytes(32).hex()
    for e in events:
        head = f"{case_id}\n{e['seq']}\n{e['kind']}\n{e['on']}\n{e['at']}\n{e['by'] or ''}\n"
        line = bytes.fromhex(before) + (head + e["data"]).encode()
        if hashlib.sha256(line).hexdigest() != e["hash"]:
            faults.append(f"第 {e['seq']} 项的内容与哈希不符（内容被改动，或者前面有增删、调换）")
        before = e["hash"]
    return faults


def event_faults(timeline: Data, key: str) -> list[str]:
    """Return the first event of each day that is not the one sealed on it."""
    faults, case_id = [], timeline["case"]["id"]
    carried = {e["seq"]: e["hash"] for e in timeline["events"]}
    for seal in timeline["seals"]:
        if why_unsigned(seal, key):
            continue
        content = seal["content"]
        for proof in seal["events"]:
            leaf = f"event\n{case_id}\n{proof['seq']}\n{carried.get(proof['seq'], '')}"
            if not leads_to(leaf, proof, content["events"], content["events_root"]):
                faults.append(f"第 {proof['seq']} 项不是 {content['day']} 封存的那一项")
                break
    return faults


def against(timeline: Data, held: Data, said: list[str]) -> list[str]:
    """Hold the timeline against one digest; return what differs, and say what it covers."""
    content, case = held["content"], timeline["case"]
    seals = [s for s in timeline["seals"] if canonical(s["content"]) == canonical(content)]
    if not seals or not seals[0]["case"]:
        raise CannotVerify(
            f"时间线文件里没有 {content['day']} 摘要的证明，或者封存时还没有该案的记录。"
            f"请对方用 export_timeline --day {content['day']} 重新导出。"
        )
    proof = seals[0]["case"]
    length, head = proof["length"], proof["head"]
    leaf = f"case\n{case['id']}\n{case['number']}\n{length}\n{head}"
    if not leads_to(leaf, proof, content["cases"], content["cases_root"]):
        return [f"该案的证明与 {content['day']} 摘要的根不符：封存后记录被改动，或者证明是伪造的"]
    events = timeline["events"]
    if len(events) < length:
        return [f"{content['day']} 封存时有 {length} 项，现在只有 {len(events)} 项：有记录被删去"]
    if chained(case["id"], events[:length])[-1] != head:
        return [f"前 {length} 项与 {content['day']} 封存时不同：有记录被改动、增删或者调换"]
    said.append(f"截至 {content['day']} 的 {length} 项记录与封存时一致。")
    if later := len(events) - length:
        said.append(f"其后的 {later} 项不在 {content['day']} 的摘要范围内，要用以后的摘要核验。")
    return []


def verify(timeline: Data, digests: list[Data], key: str, said: list[str]) -> list[str]:
    """Return every fault of a timeline.

    Raises:
        CannotVerify: a digest or the file itself cannot be relied upon.
    """
    for held in digests:
        if why := why_unsigned(held, key):
            raise CannotVerify(f"所持摘要{why}。")
    if timeline.get("format") != TIMELINE:
        raise CannotVerify("时间线文件的格式不对，或者已经损坏。")
    case_id, events = timeline["case"]["id"], timeline["events"]
    faults = order_faults(events) + content_faults(case_id, events) + event_faults(timeline, key)
    for held in digests:
        try:
            faults += against(timeline, held, said)
        except CannotVerify:
            if not faults:
                raise
    return faults


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="用所持的封存摘要核验导出的案件时间线")
    parser.add_argument("timeline", help="export_timeline 导出的文件")
    parser.add_argument("--digest", action="append", required=True, help="所持的摘要（可重复）")
    parser.add_argument("--public-key", required=True, help="签名公钥：64 位十六进制，或者文件")
    return parser.parse_args()


def main() -> int:
    """Verify, say the result in Chinese, and return the exit code."""
    given = arguments()
    said: list[str] = []
    try:
        key = read_key(given.public_key)
        digests = [read(path, "摘要") for path in given.digest]
        timeline = read(given.timeline, "时间线")
        faults = verify(timeline, digests, key, said)
    except CannotVerify as error:
        print(f"不能核验：{error}", file=sys.stderr)
        return UNVERIFIABLE
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        print(f"不能核验：时间线文件的格式不对（{error!r}）。", file=sys.stderr)
        return UNVERIFIABLE
    print(f"案件 {timeline['case']['number']}，时间线 {len(timeline['events'])} 项。")
    for line in [*said, *faults]:
        print(line)
    print("核验不通过：时间线与封存时不同。" if faults else "核验通过：封存以来没有改动。")
    return CHANGED if faults else UNCHANGED


if __name__ == "__main__":
    sys.exit(main())
