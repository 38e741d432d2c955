"""What is typed to narrow a list stays out of addresses (检索内容不进入网址).

Names and identity numbers would stand in the browser's history and in what servers on the way
write down. So the form of a list is sent in the body; what is a code stands in the address after
it, what was typed stands sealed in the session under a word of chance: ``?state=open&find=k3…``.
Paging, sorting and the way back keep the word; it is worth nothing in another session.
"""

from __future__ import annotations

import functools
import json
import re
import secrets
from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase

from enforcement.crypto import SealError, open_sealed, seal

View = Callable[..., HttpResponseBase]

#: Name of the parameter, and of the place in the session.
FIND, PLACE = "find", "typed"
#: Questions kept in one session; the oldest gives way.
KEPT = 12
#: Longest text kept of one field, in characters.
LONGEST = 200
#: What is surely a code: a state, a key, a short number, a day. Eleven figures or capitals in a row
#: may be a phone or an identity number that was typed into the wrong field.
_CODE = re.compile(r"(?!.*[0-9A-Z]{11})[A-Za-z0-9_|.:-]{1,40}")
#: Fields that belong to the form, and places in a list that another question does not have.
_NOT_ASKED = frozenset({"csrfmiddlewaretoken", "after", "before", FIND})


def apart(*typed: str) -> Callable[[View], View]:
    """Let a list be asked in the body, and keep what was typed apart from its address.

    The view reads ``asked_of(request)`` in place of ``request.GET``.

    Args:
        typed: fields that are never put into the address; in others a code is, all else not.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method == "POST":
                return _to_address(request, request.POST, typed)
            if any(name in request.GET for name in typed):
                return _to_address(request, request.GET, typed)
            request.asked = _whole(request)  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def asked_of(request: HttpRequest) -> QueryDict:
    """Return everything a list was asked: the address, and what was typed."""
    return cast(QueryDict, cast(Any, request).asked)


def _to_address(
    request: HttpRequest, sent: QueryDict, typed: tuple[str, ...]
) -> HttpResponseRedirect:
    """Lead on to the address of what was asked."""
    codes, words = QueryDict(mutable=True), {}
    for name, value in sent.items():
        value = str(value).replace("\0", "").strip()[:LONGEST]
        if not value or name in _NOT_ASKED:
            continue
        if name not in typed and _CODE.fullmatch(value):
            codes[name] = value
        else:
            words[name] = value
    if words:
        codes[FIND] = _keep(request, words)
    query = codes.urlencode()
    return HttpResponseRedirect(f"{request.path}?{query}" if query else request.path)


def _keep(request: HttpRequest, words: dict[str, str]) -> str:
    """Seal what was typed into the session; return the word it is found by."""
    kept = dict(request.session.get(PLACE, {}))
    for oldest in list(kept)[: max(0, len(kept) - KEPT + 1)]:
        del kept[oldest]
    word = secrets.token_urlsafe(6)
    text = json.dumps(words, ensure_ascii=False)
    kept[word] = seal(text, f"{PLACE}:{word}").hex()
    request.session[PLACE] = kept
    return word


def _whole(request: HttpRequest) -> QueryDict:
    """Return the address with what was typed; say so when that is no longer there."""
    asked = request.GET.copy()
    word = asked.pop(FIND, [""])[-1]
    if not word:
        return asked
    try:
        sealed = bytes.fromhex(request.session.get(PLACE, {}).get(word, ""))
        words = json.loads(open_sealed(sealed, f"{PLACE}:{word}"))
    except (SealError, ValueError):
        messages.warning(request, "此前填写的筛选内容已经失效，请重新填写。下面没有按它筛选。")
        return asked
    for name, value in words.items():
        asked[name] = value
    return asked
