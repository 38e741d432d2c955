"""Every verb over HTTP: what is offered, done, refused, and by whom."""

from __future__ import annotations

from typing import Any

import pytest

from cases.api.moves import form_class
from cases.models import Case
from cases.targets import kind_of
from cases.verb import VERBS
from tests.acts import ACTS, DAY, Act, case_of_act
from tests.api.answers import V1, body_of, fields_wrong, problem
from tests.api.conftest import Program
from tests.builders import a_case, enforcing
from tests.people import People
from tests.refusals import every_row

#: Verbs whose day may be given; of the others the day is that of their entry.
DATED = [name for name in ACTS if "on" in form_class(VERBS[name])().fields]
WORDS = {"case": "cases", "lead": "leads", "listing": "listings", "flag": "flags"}


def place(act: Act) -> str:
    """Return the address of what an act is done to."""
    return f"{V1}/{WORDS[kind_of(act.target)]}/{act.target.pk}/"


def address(act: Act, verb: str) -> str:
    """Return the address of a verb."""
    return f"{place(act)}moves/{verb}/"


def sent(act: Act, verb: str) -> dict[str, Any]:
    """Return the body of an act."""
    return body_of({**({"on": DAY} if verb in DATED else {}), **act.data})


def send(program: Program, act: Act, verb: str, **changes: Any) -> Any:
    """Do the act over HTTP, with some things changed."""
    version = changes.pop("version", case_of_act(act).version)
    by, key = changes.pop("by", act.by), changes.pop("key", None)
    headers = {"If-Match": f'"{version}"'} if version is not None else {}
    if key:
        headers["Idempotency-Key"] = key
    body = sent(act, verb) | changes
    return program(by).post(address(act, verb), body, headers=headers)


@pytest.mark.parametrize("verb", ACTS)
def test_a_verb_is_done_with_the_version_and_says_what_it_wrote(
    people: People, program: Program, verb: str
) -> None:
    act = ACTS[verb](people)
    before = case_of_act(act).version
    answer = send(program, act, verb)
    assert answer.status_code in {200, 201}, answer.content
    done, case = answer.json(), case_of_act(act)
    assert (done["verb"], done["version"], done["events"]) == (verb, before + 1, [before + 1])
    assert answer["ETag"] == f'"{case.version}"' == f'"{before + 1}"'
    assert done["case"] == {"kind": "case", "id": case.pk, "url": f"{V1}/cases/{case.pk}/"}
    assert done["target"]["url"] == place(act)
    assert (answer.status_code == 201) == (done["created"] is not None)
    if done["created"]:
        assert answer["Location"] == done["created"]["url"]
        assert program(act.by).get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("verb", ACTS)
def test_without_a_version_nothing_is_done(people: People, program: Program, verb: str) -> None:
    act = ACTS[verb](people)
    before = every_row()
    problem(send(program, act, verb, version=None), 428, "version.required")
    assert every_row() == before


@pytest.mark.parametrize("verb", ACTS)
def test_a_version_overtaken_is_refused(people: People, program: Program, verb: str) -> None:
    act = ACTS[verb](people)
    before = every_row()
    stale = case_of_act(act).version - 1
    problem(send(program, act, verb, version=stale), 412, "case.stale")
    assert every_row() == before


@pytest.mark.parametrize("verb", ACTS)
def test_another_court_finds_nothing_and_a_reader_may_not(
    people: People, program: Program, verb: str
) -> None:
    act = ACTS[verb](people)
    before = every_row()
    for stranger in (people.sun, people.luo, people.far_supervisor, people.chen):
        answer = send(program, act, verb, by=stranger)
        assert answer.status_code == 404
        nowhere = program(stranger).post(f"{V1}/cases/999999999/moves/suspend/", {})
        assert answer.json()["title"] == nowhere.json()["title"]
    problem(send(program, act, verb, by=people.bai), 403, "access.role")
    assert every_row() == before


@pytest.mark.parametrize("verb", DATED)
def test_a_day_to_come_is_wrong_at_its_field(people: People, program: Program, verb: str) -> None:
    act = ACTS[verb](people)
    before = every_row()
    answer = send(program, act, verb, on="2026-11-25")
    problem(answer, 400, "date.future")
    assert fields_wrong(answer) == {"on": "date.future"}
    assert every_row() == before


@pytest.mark.parametrize("verb", DATED)
def test_a_field_nobody_knows_and_a_wrong_type_are_both_named(
    people: People, program: Program, verb: str
) -> None:
    act = ACTS[verb](people)
    before = every_row()
    answer = send(program, act, verb, on=20261124, colour="red")
    problem(answer, 400, "input.invalid")
    wrong = {"on": "input.date", "colour": "input.unknown"}
    assert fields_wrong(answer).items() >= wrong.items()
    assert every_row() == before


@pytest.mark.parametrize("verb", ACTS)
def test_the_offer_says_what_doing_it_says(people: People, program: Program, verb: str) -> None:
    act = ACTS[verb](people)
    mine = program(act.by).get(f"{place(act)}moves/")
    assert mine["ETag"] == f'"{case_of_act(act).version}"'
    offered = {move["verb"]: move for move in mine.json()["moves"]}
    assert set(offered) == {n for n, v in VERBS.items() if isinstance(act.target, v.target)}
    assert offered[verb]["allowed"] is True
    assert offered[verb]["refusal"] is None
    others = program(people.bai).get(f"{place(act)}moves/").json()["moves"]
    refusal = next(m["refusal"] for m in others if m["verb"] == verb)
    answer = send(program, act, verb, by=people.bai).json()
    assert refusal == {"code": answer["code"], "detail": answer["detail"]}


@pytest.mark.parametrize("verb", ACTS)
def test_the_schema_of_a_verb_fits_its_target(people: People, program: Program, verb: str) -> None:
    act = ACTS[verb](people)
    shown = program(act.by).get(address(act, verb)).json()
    schema = shown["input"]
    body = sent(act, verb)
    assert set(schema.get("required", [])) <= set(body) <= set(schema["properties"])
    for name, value in body.items():
        if "enum" in schema["properties"][name]:
            assert value in schema["properties"][name]["enum"]


class TestOffers:
    def test_what_cannot_be_done_says_why(self, people: People, program: Program) -> None:
        case = a_case(people).filed("11-20").case
        moves = program(people.qin).get(f"{V1}/cases/{case.pk}/moves/").json()["moves"]
        allowed = [move["verb"] for move in moves if move["allowed"]]
        assert allowed == ["assign_handler", "correct_event"]
        assert [m["allowed"] for m in moves] == sorted([m["allowed"] for m in moves], reverse=True)
        reassign = next(m for m in moves if m["verb"] == "reassign_handler")
        assert reassign["refusal"]["code"] == "case.state"
        assert reassign["refusal"]["detail"].endswith("。")

    def test_the_judges_to_choose_from_stand_in_the_schema(
        self, people: People, program: Program
    ) -> None:
        case = a_case(people).filed("11-20").case
        address = f"{V1}/cases/{case.pk}/moves/assign_handler/"
        field = program(people.qin).get(address).json()["input"]["properties"]["user"]
        assert sorted(field["enum"]) == sorted([people.lin.pk, people.zhou.pk])
        assert "林法官" in field["description"]

    def test_a_verb_nobody_knows_is_not_there(self, people: People, program: Program) -> None:
        case = a_case(people).filed("11-20").case
        for name in ("explode", "__init__", "file_case", "verify_lead"):
            answer = program(people.qin).post(
                f"{V1}/cases/{case.pk}/moves/{name}/", {}, headers={"If-Match": '"1"'}
            )
            problem(answer, 404, "address.unknown")


class TestOrder:
    def test_who_may_not_learns_it_before_the_body_is_judged(
        self, people: People, program: Program
    ) -> None:
        case = enforcing(people).case
        headers = {"If-Match": f'"{case.version}"'}
        address = f"{V1}/cases/{case.pk}/moves/suspend/"
        problem(program(people.wu).post(address, {}, headers=headers), 403, "access.role")
        problem(program(people.zhou).post(address, {}, headers=headers), 403, "case.not_handler")
        problem(program(people.lin).post(address, {}, headers=headers), 400, "input.invalid")

    def test_a_second_close_is_refused_by_the_state(self, people: People, program: Program) -> None:
        act = ACTS["close_case"](people)
        assert send(program, act, "close_case").status_code == 200
        problem(send(program, act, "close_case"), 409, "case.closed")

    @pytest.mark.parametrize("tag", ["12", "*", 'W/"3"', '"3", "4"', '""', '"x"', '"-1"'])
    def test_only_one_version_in_quotes_is_read(
        self, people: People, program: Program, tag: str
    ) -> None:
        case = enforcing(people).case
        answer = program(people.lin).post(
            f"{V1}/cases/{case.pk}/moves/send_notice/", {}, headers={"If-Match": tag}
        )
        problem(answer, 400, "version.unreadable")
        assert Case.objects.get(pk=case.pk).version == case.version

    def test_an_empty_body_is_a_body_where_nothing_is_required(
        self, people: People, program: Program
    ) -> None:
        case = a_case(people).filed("11-20").assigned("11-23").case
        answer = program(people.lin).post(
            f"{V1}/cases/{case.pk}/moves/receive_file/", headers={"If-Match": f'"{case.version}"'}
        )
        assert answer.status_code == 200, answer.content
        assert Case.objects.get(pk=case.pk).received_on == DAY
