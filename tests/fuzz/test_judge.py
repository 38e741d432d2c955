"""The judge of answers is not blind: each thing it looks for is found where it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from enforcement import pages
from enforcement.models import User
from tests.fuzz.asking import Answers, Asker, judge
from tests.fuzz.inputs import DAYS, NUMBERS, TEXTS, Control, body_of, filled, forms_of, received
from tests.people import cast

ALERT = '<div class="error-box" role="alert"><p>{}</p></div>'
SENT = {"text": ["说明"]}


def answer(html: str, status: int = 400) -> HttpResponse:
    """Return a page that was answered."""
    return HttpResponse(html, status=status, content_type="text/html; charset=utf-8")


def test_a_good_refusal_passes() -> None:
    good = ALERT.format("请填写日期。") + '<input name="text" value="说明">'
    judge(answer(good), SENT, {"text": "text"})


@pytest.mark.parametrize(
    "html",
    [
        "请核对。Traceback (most recent call last)",
        "请核对。psycopg.errors.NotNullViolation: null value",
        "<p>Bad request</p>",
        ALERT.format("Null characters are not allowed here") + "请核对。",
        ALERT.format("") + "请核对。",
        ALERT.format("请核对。") + '<input name="text" value="">',
        ALERT.format("请核对。") + '<textarea name="text">说</textarea>',
    ],
)
def test_a_bad_refusal_does_not(html: str) -> None:
    with pytest.raises(AssertionError):
        judge(answer(html), SENT, {"text": "text"})


def test_a_trace_is_found_on_a_page_that_took_everything() -> None:
    with pytest.raises(AssertionError):
        judge(answer("好了。Traceback", 200), SENT, {})


@pytest.mark.django_db
def test_an_error_that_nobody_foresaw_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(request: Any) -> Any:
        raise KeyError("nobody foresaw this")

    monkeypatch.setattr(pages, "posts_of", broken)
    people, asker = cast(), Asker(Answers())
    with pytest.raises(AssertionError, match="nobody foresaw this"):
        asker.ask("/post/", asker.cookie(people.lin), method="POST")


@pytest.mark.django_db
def test_whatever_a_request_did_is_taken_back() -> None:
    people, asker = cast(), Asker(Answers())
    client = Client()
    client.force_login(people.lin)
    path, sent = "/accounts/keys/", {"name": ["对接"], "days": ["30"]}
    body, kind = body_of(sent)
    made = asker.ask(path, asker.cookie(people.lin), method="POST", body=body, kind=kind)
    assert "ect_" in made.content.decode()
    assert User.objects.get(pk=people.lin.pk).api_tokens.count() == 0


def test_a_form_is_read_as_a_browser_reads_it() -> None:
    html = (
        '<form method="get"><input name="q"></form><form method="post" action="/x/">'
        '<input type="hidden" name="version" value="3"><input name="a" required>'
        '<select name="s" required><option value="">-</option><option value="v">V</option></select>'
        '<textarea name="t">\n旧</textarea><input type="checkbox" name="c" value="1"></form>'
    )
    (form,) = forms_of(html)
    assert (form.action, form.names) == ("/x/", ["version", "a", "s", "t", "c"])
    assert filled(form) == {
        "version": ["3"], "a": ["核对无误，依照规定办理。"], "s": ["v"], "t": ["旧"],
    }  # fmt: skip


def test_what_is_sent_holds_what_the_issue_names() -> None:
    """NUL, half a surrogate pair, very long, huge, NaN, the years 0, 9999 and 10000."""
    everything = (*TEXTS, *NUMBERS, *DAYS)
    for needed in ("\0", "\ud800", "NaN", "0000-01-01", "9999-12-31", "10000-01-01", "9" * 400):
        assert needed in everything
    assert max(map(len, TEXTS)) >= 5000
    assert Control("version", "hidden").options == []


def test_bytes_go_out_as_they_are_and_are_compared_as_they_arrive() -> None:
    assert body_of({"a": ["\ud800", "甲&"]})[0] == b"a=%ED%A0%80&a=%E7%94%B2%26"
    assert received("\ud800甲\r\n") == "\ufffd\ufffd\ufffd甲"
    body, kind = body_of({"f": [('x".txt', b"\0\xff", "text/plain")]})
    assert kind.startswith("multipart/form-data; boundary=")
    assert b'filename="x%22.txt"' in body
