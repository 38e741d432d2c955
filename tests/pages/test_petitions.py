"""The list of petitions and the page of one: who must do what next, and who may read at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from cases.models import Attachment
from deadlines.sheets import rebuild
from enforcement import paging
from enforcement.models import User
from enforcement.roles import Role
from petitions.models import Petition, PetitionAttachment
from tests.builders import a_case, at, enforcing
from tests.pages.reading import Page
from tests.people import People, post
from tests.petitions.steps import TEXT, Supervised

Browser = Callable[[User | None], Client]
LIST = "/petitions/"


@pytest.fixture
def under(people: People) -> Supervised:
    """Return a late case and the people of the court above it."""
    return Supervised.case_of(people)


def opened(client: Client, path: str) -> Page:
    """Open a page that must be there."""
    answer = client.get(path, follow=True)
    assert answer.status_code == 200, (path, answer.status_code)
    return Page(answer)


def act(client: Client, petition: Petition, verb: str, **data: str) -> Page:
    """Fill in the form of a verb and send it, as a person would."""
    path = f"/act/petition/{petition.pk}/{verb}/"
    version = opened(client, path).field("version")
    return Page(client.post(path, {"version": version, **data}, follow=True))


class TestTheList:
    def test_says_who_must_do_what_next_and_by_when(
        self, under: Supervised, browser: Browser
    ) -> None:
        petition = under.filed()
        rebuild([under.case.pk], now=at("11-23"))
        shown = opened(browser(under.people.xu), LIST)
        assert petition.number in shown.text
        assert "逾期 3 天" in shown.text  # five working days from Friday the 13th: the 20th
        assert "商洛市商州区人民法院信访专员登记" in shown.text
        assert shown.leads_to(f"/act/petition/{petition.pk}/register_petition/")

    def test_begins_with_what_waits_for_the_person(
        self, under: Supervised, browser: Browser
    ) -> None:
        under.filed()
        shown = opened(browser(under.people.xu), LIST)
        assert "待我办理 1" in shown.text
        assert 'aria-current="true"' in shown.html

    def test_stages_hold_what_they_say(self, under: Supervised, browser: Browser) -> None:
        petition = under.answered()
        client = browser(under.people.xu)
        assert petition.number in opened(client, f"{LIST}?stage=answered").text
        assert petition.number in opened(client, f"{LIST}?stage=open").text
        for empty in ("filed", "registered", "closed"):
            assert petition.number not in opened(client, f"{LIST}?stage={empty}").text

    def test_filters_by_kind_and_number(self, under: Supervised, browser: Browser) -> None:
        petition = under.filed()
        client = browser(under.people.xu)
        assert petition.number in opened(client, f"{LIST}?stage=all&kind=passive").text
        assert petition.number not in opened(client, f"{LIST}?stage=all&kind=attitude").text
        assert petition.number in opened(client, f"{LIST}?stage=all&q={petition.number[-4:]}").text
        assert petition.number not in opened(client, f"{LIST}?stage=all&q=没有这个号").text

    def test_goes_down_the_tree_for_a_court_above(
        self, under: Supervised, browser: Browser
    ) -> None:
        petition = under.filed()
        he = browser(under.people.he)
        here, elsewhere = under.people.court.key, under.people.courts["陕1021"].key
        assert petition.number in opened(he, f"{LIST}?stage=all&court={here}").text
        assert petition.number not in opened(he, f"{LIST}?stage=all&court={elsewhere}").text
        assert he.get(f"{LIST}?court=R999").status_code == 404

    def test_pages_by_key(
        self, under: Supervised, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        numbers = [under.filed(text=f"第{n}件，没有消息。").number for n in range(5)]
        few = {**(paging.page_of.__kwdefaults__ or {}), "size": 2}
        monkeypatch.setattr(paging.page_of, "__kwdefaults__", few)
        client, seen, path = browser(under.people.xu), [], f"{LIST}?stage=all"
        for _ in range(3):
            shown = opened(client, path)
            seen += [n for n in numbers if n in shown.text]
            path = LIST + next((link for link in shown.links if "after=" in link), "")
        assert sorted(seen) == sorted(numbers)

    @pytest.mark.parametrize("who", ["lin", "zhou", "gu", "sun", "far_supervisor"])
    def test_holds_nothing_for_who_may_not_read(
        self, under: Supervised, browser: Browser, who: str
    ) -> None:
        petition = under.filed()
        answer = browser(getattr(under.people, who)).get(f"{LIST}?stage=all")
        assert answer.status_code == 200
        assert petition.number not in answer.content.decode()

    def test_an_empty_list_says_what_would_be_here(
        self, under: Supervised, browser: Browser
    ) -> None:
        assert "这一阶段没有信访" in opened(browser(under.people.xu), f"{LIST}?stage=all").text

    def test_a_stranger_signs_in_first(self, db: None) -> None:
        assert Client().get(LIST).status_code == 302


class TestThePage:
    def test_shows_text_course_and_what_may_be_done(
        self, under: Supervised, browser: Browser
    ) -> None:
        petition = under.registered()
        rebuild([under.case.pk], now=at("11-23"))
        shown = opened(browser(under.people.xu), f"/petitions/{petition.pk}/")
        assert TEXT in shown.text
        assert "答复信访" in shown.text
        assert "信访登记并确定办理人" in shown.text
        assert "本院信访办结" in shown.text
        assert "没有答复不能办结" in shown.text
        assert shown.leads_to(f"/cases/{under.case.pk}/")

    @pytest.mark.parametrize("who", ["lin", "gu", "tang", "luo", "sun"])
    def test_is_not_there_for_who_may_not_read(
        self, under: Supervised, browser: Browser, who: str
    ) -> None:
        petition = under.filed()
        assert (
            browser(getattr(under.people, who)).get(f"/petitions/{petition.pk}/").status_code == 404
        )

    def test_contact_is_in_full_for_the_handler_alone(
        self, under: Supervised, browser: Browser
    ) -> None:
        petition = under.filed(
            by=under.people.xu,
            party=None,
            petitioner="王某某",
            channel="letter",
            contact="13900001234",
        )
        under.do("register_petition", petition, "11-16", under.people.xu)
        path = f"/petitions/{petition.pk}/"
        assert "13900001234" in opened(browser(under.people.xu), path).text
        others = opened(browser(under.people.he), path).text
        assert "139****1234" in others
        assert "13900001234" not in others

    def test_a_head_above_sees_the_number_of_a_case_they_cannot_open_without_a_link(
        self, under: Supervised, browser: Browser
    ) -> None:
        petition = under.do(
            "file_petition",
            under.case,
            "11-13",
            under.clerk,
            kind="wrong",
            text="错封了房子。",
            petitioner="王某某",
            channel="visit",
            court=under.above,
        )
        shown = opened(browser(under.clerk), f"/petitions/{petition.pk}/")
        assert under.case.number in shown.text
        assert f"/cases/{under.case.pk}/" not in shown.links

    def test_files_of_a_petition_open_to_its_readers_only(
        self, under: Supervised, browser: Browser
    ) -> None:
        petition = under.filed()
        file = Attachment.objects.create(
            case=under.case,
            name="录音.pdf",
            content_type="application/pdf",
            size=1,
            sha256="0" * 64,
            file="none.pdf",
            party=under.applicant,
            at=at("11-13"),
        )
        PetitionAttachment.objects.create(petition=petition, attachment=file)
        assert "录音.pdf" in opened(browser(under.people.xu), f"/petitions/{petition.pk}/").text
        tab = f"/cases/{under.case.pk}/?tab=attachments"
        assert "录音.pdf" in opened(browser(under.people.xu), tab).text
        assert "录音.pdf" not in opened(browser(under.people.lin), tab).text
        refused = Page(browser(under.people.lin).get(f"/attachments/{file.pk}/"))
        assert refused.status == 404
        assert "不在存储中" not in refused.text


class TestActs:
    def test_from_registration_to_the_end(self, under: Supervised, browser: Browser) -> None:
        petition = under.filed()
        client = browser(under.people.xu)
        assert "已登记信访" in act(client, petition, "register_petition").text
        sent = {"outcome": "founded", "answer": "已经发出执行通知书。", "delivery": "portal"}
        assert "已答复信访" in act(client, petition, "answer_petition", **sent).text
        done = act(client, petition, "close_petition")
        assert done.status == 200
        petition.refresh_from_db()
        assert (petition.state, str(petition.closed_on)) == ("closed", "2026-11-23")
        assert "已办结" in done.text

    def test_without_an_answer_it_cannot_be_closed(
        self, under: Supervised, browser: Browser
    ) -> None:
        petition = under.registered()
        client = browser(under.people.xu)
        shown = Page(client.get(f"/act/petition/{petition.pk}/close_petition/"))
        assert shown.status == 409
        assert "有信必复" in shown.text
        version = under.case.version
        answer = client.post(f"/act/petition/{petition.pk}/close_petition/", {"version": version})
        assert answer.status_code == 409
        petition.refresh_from_db()
        assert petition.state == "registered"

    def test_what_was_typed_stays_when_the_answer_is_refused(
        self, under: Supervised, browser: Browser
    ) -> None:
        petition = under.registered()
        sent = {"outcome": "", "answer": "写了很长的答复。", "delivery": "portal"}
        shown = act(browser(under.people.xu), petition, "answer_petition", **sent)
        assert shown.status == 400
        assert shown.field("answer") == "写了很长的答复。"

    def test_the_petition_is_read_beside_the_form_of_its_answer(
        self, under: Supervised, browser: Browser
    ) -> None:
        petition = under.registered()
        shown = opened(browser(under.people.xu), f"/act/petition/{petition.pk}/answer_petition/")
        assert TEXT in shown.text

    def test_the_judge_complained_about_reaches_no_form(
        self, under: Supervised, browser: Browser
    ) -> None:
        petition = under.registered()
        path = f"/act/petition/{petition.pk}/answer_petition/"
        assert browser(under.people.lin).get(path).status_code == 404
        assert browser(under.people.xu).get(path).status_code == 200

    def test_a_review_is_opened_from_the_petition(
        self, under: Supervised, browser: Browser
    ) -> None:
        petition = under.filed()
        he = browser(under.people.he)
        page = opened(he, f"/petitions/{petition.pk}/")
        path = next(link for link in page.links if "open_review" in link)
        form = opened(he, path)
        assert form.field("petition") == str(petition.pk)
        sent = {
            "version": form.field("version"),
            "petition": str(petition.pk),
            "source": "petition",
            "case_reviewer": str(under.people.he.pk),
            "conduct_reviewer": str(under.people.song.pk),
            "clues": "执行通知书迟延\n承办人不接电话",
            "next": form.field("next"),
        }
        done = Page(he.post(path, sent, follow=True))
        assert "已启动一案双查" in done.text
        review = under.case.reviews.get()
        assert review.clues.count() == 2
        assert done.leads_to(f"/reviews/{review.pk}/")


class TestLetters:
    """来信来访: written down by the clerks of the court, and of the courts above it."""

    @pytest.fixture
    def clerk_above(self, people: People) -> User:
        """Return the petition clerk of the intermediate court."""
        person = User.objects.create(username="above-clerk", name="尚信访")
        return post(person, people.courts["陕10"], Role.PETITION_CLERK)

    def test_a_clerk_of_the_court_above_files_what_was_written_to_them(
        self, people: People, browser: Browser, clerk_above: User
    ) -> None:
        case, client = enforcing(people).case, browser(clerk_above)
        assert "登记来信来访" in opened(client, LIST).text
        led = client.post("/petitions/new/", {"number": case.number.replace("（", "(")})
        assert led["Location"] == f"/cases/{case.pk}/file_petition/"
        form = Page(client.get(led["Location"]))
        assert form.status == 200
        assert not form.leads_to(f"/cases/{case.pk}/")  # its page is not open to them
        letter = {"channel": "letter", "petitioner": "甲", "kind": "passive", "text": "两月未执行"}
        done = client.post(led["Location"], {"version": case.version, **letter})
        petition = Petition.objects.get()
        assert done["Location"] == f"/petitions/{petition.pk}/"
        assert "两月未执行" in opened(client, done["Location"]).text

    def test_a_filing_clerk_reads_what_they_wrote_down_and_nothing_else(
        self, people: People, browser: Browser, under: Supervised
    ) -> None:
        clerk, theirs = people.tang, under.filed()
        client = browser(clerk)
        assert client.get(f"/petitions/{theirs.pk}/").status_code == 404
        letter = {"channel": "visit", "petitioner": "乙", "kind": "other", "text": "来访反映"}
        version = {"version": type(under.case).objects.get(pk=under.case.pk).version}
        done = client.post(f"/cases/{under.case.pk}/file_petition/", version | letter)
        assert "来访反映" in opened(client, done["Location"]).text

    @pytest.mark.parametrize("number", ["(2026)陕1002执99999号", "(2026)湘0104执1号"])
    def test_a_case_that_is_not_there_and_one_of_another_court_look_the_same(
        self, people: People, browser: Browser, clerk_above: User, number: str
    ) -> None:
        far = post(people.sun, people.courts["湘0104"], Role.FILING_CLERK)
        other = a_case(people, people.courts["湘0104"]).filed("11-02", by=far)
        number = other.case.number if "湘" in number else number
        page = Page(browser(clerk_above).post("/petitions/new/", {"number": number}))
        assert page.status == 404
        assert "没有找到该案件，或者它不属于本院和下级法院。" in page.text
        assert page.field("number") == number

    def test_what_is_no_case_number_is_told_and_kept(
        self, people: People, browser: Browser, clerk_above: User
    ) -> None:
        page = Page(browser(clerk_above).post("/petitions/new/", {"number": "张三"}))
        assert page.status == 400
        assert page.field("number") == "张三"

    def test_others_do_not_take_in_letters(self, people: People, browser: Browser) -> None:
        assert browser(people.lin).get("/petitions/new/").status_code == 403
        assert "登记来信来访" not in opened(browser(people.lin), LIST).text
