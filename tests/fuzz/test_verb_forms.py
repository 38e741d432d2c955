"""Every form of a verb, sent everything that can be wrong (make fuzz: much more of it).

A verb that is new is here by itself, and fails until ``ready`` knows how to make it ready.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from cases.targets import act_url
from cases.verb import case_of
from tests.fuzz.asking import FEW, Answers, Asker, judge, sent_as
from tests.fuzz.inputs import filled, forms_of, spoiled
from tests.fuzz.ready import covered, ready, verbs
from tests.people import cast
from tests.permissions.world import NOW
from tests.petitions.steps import Supervised

pytestmark = pytest.mark.django_db

#: How many verbs were done when their form was filled in well.
DONE: Counter[str] = Counter()


@pytest.fixture(scope="module")
def answers() -> Answers:
    """Return the counts of this module's answers."""
    return Answers()


@pytest.fixture(scope="module")
def above(django_db_setup: None, django_db_blocker: Any) -> Iterator[Supervised]:
    """Load the people once; they are taken back at the end."""
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), transaction.atomic():
        yield Supervised.case_of(cast())
        transaction.set_rollback(True)


def test_every_verb_is_made_ready() -> None:
    assert covered() == set(verbs())


@pytest.mark.parametrize("name", verbs())
def test_the_form_of_a_verb_takes_whatever_is_sent(
    name: str, above: Supervised, answers: Answers
) -> None:
    target, by = ready(name, above)
    asker, path, case = Asker(answers), act_url(target, name), case_of(target).pk
    session = asker.cookie(by)
    page = asker.ask(path, session)
    assert page.status_code == 200, (name, page.status_code)
    (form,) = [f for f in forms_of(page.content.decode()) if "version" in f.names]
    shown = {control.name: control.kind for control in form.controls}

    well = filled(form)
    answer = asker.ask(path, session, case=case, **sent_as(well))
    judge(answer, well, shown)
    DONE["done" if answer.status_code == 302 else "refused"] += 1

    @FEW
    @given(st.data())
    def takes(data: st.DataObject) -> None:
        sent = data.draw(spoiled(form))
        answer = asker.ask(path, session, case=case, **sent_as(sent))
        judge(answer, sent, shown)
        assert answer.status_code in {302, 400, 409, 412}, answer.status_code

    takes()


def test_forms_filled_in_well_reach_the_verbs() -> None:
    """The control: what is sent comes past the forms; refusals alone would show little."""
    if sum(DONE.values()) == len(verbs()):
        assert DONE["done"] >= 20, DONE
