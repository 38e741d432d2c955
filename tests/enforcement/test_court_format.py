"""Figures, days and names are written once, the same everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Template
from django.test import RequestFactory

from enforcement import zh_format as zh
from enforcement.templatetags.court_format import control

TODAY = date(2026, 11, 22)


def render(source: str, **context: object) -> str:
    """Render a template source with the tag library loaded."""
    return Template("{% load court_format %}" + source).render(Context(context))


class TestMoney:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (Decimal("1234567.89"), "1,234,567.89 元"),
            ("3200", "3,200.00 元"),
            ("1,234.5", "1,234.50 元"),
            (0, "0.00 元"),
            (Decimal("-1"), "-1.00 元"),
            (Decimal("0.005"), "0.01 元"),
            (Decimal("-0.001"), "0.00 元"),
        ],
    )
    def test_is_grouped_with_two_decimals_and_its_unit(self, value: object, text: str) -> None:
        assert zh.money(value) == text

    @pytest.mark.parametrize("value", [None, "", "待核", True, Decimal("NaN"), "Infinity"])
    def test_is_a_dash_when_it_is_not_a_number(self, value: object) -> None:
        assert zh.money(value) == zh.wan(value) == zh.yuan(value) == zh.money_short(value) == "—"

    def test_in_lists_is_written_in_wan(self) -> None:
        assert zh.wan(Decimal("1234567.89")) == "123.46 万元"
        assert zh.wan(3200) == "0.32 万元"
        assert zh.wan(Decimal("123456789000")) == "12,345,678.90 万元"

    def test_in_a_figure_takes_the_unit_that_suits_it(self) -> None:
        assert zh.money_short(9999) == "9,999.00 元"
        assert zh.money_short(10_000) == "1.00 万元"
        assert zh.money_short(16_000_000_000) == "160.00 亿元"

    def test_in_a_column_leaves_the_unit_to_the_head(self) -> None:
        assert zh.yuan("150000") == "150,000.00"


class TestCountsAndShares:
    def test_beyond_the_cap_is_only_said_to_be_more(self) -> None:
        assert zh.count(1000, 1000) == "1,000"
        assert zh.count(1001, 1000) == "1,000+"
        assert zh.count(12345) == "12,345"
        assert zh.count(None) == "—"

    def test_a_share_without_a_base_is_a_dash_not_a_zero(self) -> None:
        assert zh.percent(0, 0) == "—"
        assert zh.percent(None) == "—"
        assert zh.percent(0, 40) == "0.0%"
        assert zh.percent(37, 40) == "92.5%"
        assert zh.percent(0.925) == "92.5%"


class TestDays:
    def test_tables_papers_and_sentences_each_have_their_form(self) -> None:
        assert zh.day(date(2026, 1, 2)) == "2026-01-02"
        assert zh.day_paper(date(2026, 1, 2)) == "2026年1月2日"
        assert zh.day_zh(date(2026, 11, 24), TODAY) == "11月24日（周二）"

    def test_another_year_is_named(self) -> None:
        assert zh.day_zh(date(2027, 1, 4), TODAY) == "2027年1月4日（周一）"
        assert zh.day_zh(date(2026, 11, 29)) == "2026年11月29日（周日）"

    def test_nothing_is_a_dash(self) -> None:
        assert zh.day(None) == zh.day_zh(None) == zh.day_paper(None) == zh.moment(None) == "—"

    def test_a_moment_belongs_to_the_day_in_beijing(self) -> None:
        late = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
        assert zh.day(late) == "2026-11-22"
        assert zh.legal_day(late) == TODAY
        assert zh.moment(late) == "2026-11-22 00:30"
        assert zh.moment(late, seconds=True) == "2026-11-22 00:30:00"

    def test_a_moment_without_a_zone_is_refused(self) -> None:
        naive = datetime(2026, 11, 22, 9, 0)
        with pytest.raises(ValueError, match="zone"):
            zh.moment(naive)
        with pytest.raises(ValueError, match="zone"):
            zh.day(naive)


class TestDaysLeft:
    @pytest.mark.parametrize(
        ("due", "kind", "sign", "text"),
        [
            (date(2026, 11, 19), "late", "●", "逾期 3 天"),
            (date(2026, 11, 21), "late", "●", "逾期 1 天"),
            (TODAY, "soon", "▲", "今天到期"),
            (date(2026, 11, 24), "soon", "▲", "还剩 2 天"),
            (date(2026, 11, 25), "soon", "▲", "还剩 3 天"),
            (date(2026, 11, 26), "ok", "✓", "还剩 4 天"),
            (None, "none", "—", "无期限"),
        ],
    )
    def test_counts_from_today_and_today_is_not_late(
        self, due: date | None, kind: str, sign: str, text: str
    ) -> None:
        u = zh.days_left(due, TODAY)
        assert (u.kind, u.sign, u.text) == (kind, sign, text)

    def test_a_done_or_suspended_clock_is_never_late(self) -> None:
        past = date(2020, 1, 1)
        assert zh.days_left(past, TODAY, "done").text == "已完成"
        assert zh.days_left(past, TODAY, "suspended").sign == "‖"
        assert zh.days_left(past, TODAY, "suspended").css == "u-paused"

    def test_amber_can_begin_earlier(self) -> None:
        due = TODAY + timedelta(days=10)
        assert zh.days_left(due, TODAY).kind == "ok"
        assert zh.days_left(due, TODAY, amber=15).kind == "soon"


class TestNames:
    @pytest.mark.parametrize(
        ("name", "masked"),
        [
            ("张三", "张某"),
            ("张三丰", "张某某"),
            ("欧阳修", "欧阳某"),
            ("欧阳", "欧某"),
            ("鄠埇硚", "鄠某某"),
            ("阿不都热合曼·买买提", "阿某某"),
            ("李", "李某"),
            ("  ", "—"),
        ],
    )
    def test_of_a_person_keep_the_surname_only(self, name: str, masked: str) -> None:
        assert zh.mask_name(name) == masked

    def test_of_a_body_stay_whole(self) -> None:
        long = "新疆生产建设兵团第八师石河子市天山某商贸有限责任公司"
        assert zh.mask_name(long, "legal") == long

    def test_of_an_unknown_kind_are_hidden(self) -> None:
        assert zh.mask_name("张三", "") == "张某"

    def test_identity_numbers_show_three_and_four_characters(self) -> None:
        assert zh.mask_id("610102199001011234") == "610***********1234"
        assert zh.mask_id("12345678") == "1*******"
        assert zh.mask_id(None) == "—"


class TestDurations:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (timedelta(days=3, hours=4, minutes=5), "3天4小时"),
            (timedelta(days=2), "2天"),
            (125, "2分5秒"),
            (3600, "1小时"),
            (0, "0秒"),
            (0.2, "不到1秒"),
            (None, "—"),
        ],
    )
    def test_name_their_two_largest_units(self, value: timedelta | float | None, text: str) -> None:
        assert zh.duration_zh(value) == text


class TestBars:
    def test_parts_lie_end_to_end_and_fill_the_bar(self) -> None:
        a, b = zh.stack(
            [{"label": "正常", "value": 3, "tone": "ok"}, {"label": "逾期", "value": 1}]
        )
        assert (a.x, a.width, b.x, b.width) == (0.0, 75.0, 75.0, 25.0)

    def test_nothing_at_all_is_an_empty_bar_not_a_crash(self) -> None:
        assert [s.width for s in zh.stack([{"label": "正常", "value": 0}])] == [0.0]
        assert zh.stack([]) == []

    def test_a_part_of_a_larger_whole_leaves_room(self) -> None:
        assert zh.stack([{"label": "逾期", "value": 5}], total=20)[0].width == 25.0

    def test_a_running_clock_ends_at_its_due_day(self) -> None:
        bar = zh.clock_bar(date(2026, 11, 12), TODAY + timedelta(days=10), TODAY)
        assert (bar.run, bar.over, bar.due, bar.today) == ((0.0, 50.0), None, 100.0, 50.0)

    def test_a_late_clock_shows_how_far_past(self) -> None:
        bar = zh.clock_bar(date(2026, 11, 2), date(2026, 11, 12), TODAY)
        assert (bar.run, bar.over, bar.today) == ((0.0, 50.0), (50.0, 50.0), 100.0)

    def test_a_suspended_clock_has_no_due_day_and_an_open_gap(self) -> None:
        bar = zh.clock_bar(date(2026, 11, 12), None, TODAY, excluded=((date(2026, 11, 17), None),))
        assert bar.due is None
        assert bar.excluded == ((50.0, 50.0),)
        assert "扣除 2026-11-17 至 今" in bar.text

    def test_a_clock_that_starts_today_is_drawn(self) -> None:
        assert zh.clock_bar(TODAY, TODAY, TODAY).run == (0.0, 0.0)


class TestTags:
    def test_urgency_says_it_in_words_and_sign(self) -> None:
        html = render("{% urgency due today %}", due=date(2026, 11, 19), today=TODAY)
        assert "u-late" in html
        assert "●" in html
        assert "逾期 3 天" in html
        assert "<a" not in html

    def test_urgency_leads_to_why_this_date(self) -> None:
        html = render("{% urgency due today why='/why/7/' %}", due=TODAY, today=TODAY)
        assert 'href="/why/7/"' in html

    def test_markup_in_values_is_escaped(self) -> None:
        assert "<b>" not in render("{{ n|case_no }}{{ n|nowrap }}", n="<b>x</b>")

    def test_a_case_number_never_wraps(self) -> None:
        html = render("{{ n|case_no }}", n="（2026）陕1002执123号")
        assert html == '<span class="case-no">（2026）陕1002执123号</span>'

    def test_an_icon_is_silent_unless_labelled(self) -> None:
        assert 'aria-hidden="true"' in render("{% icon 'gavel' %}")
        assert 'aria-label="案件"' in render("{% icon 'gavel' label='案件' %}")

    def test_a_moment_carries_its_machine_form(self) -> None:
        at = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
        html = render("{{ at|moment }}", at=at)
        assert html == '<time datetime="2026-11-22T01:02:03+00:00">2026-11-22 09:02</time>'

    def test_query_changes_one_key_and_keeps_the_rest(self) -> None:
        request = RequestFactory().get("/x/", QueryDict("a=1&after=9", mutable=False).dict())
        html = render("{% query sort='due' after='' %}", request=request)
        assert html == "?a=1&amp;sort=due"

    def test_the_secret_key_is_not_a_setting_a_page_may_show(self) -> None:
        assert render("{% setting 'SECRET_KEY' %}") == ""


class TestControl:
    class Form(forms.Form):
        amount = forms.DecimalField(
            label="金额", help_text="以元计", widget=forms.NumberInput(attrs={"data-unit": "元"})
        )

    def test_a_wrong_field_says_so_to_a_screen_reader(self) -> None:
        html = control(self.Form({"amount": "x"})["amount"], unit="元")
        assert "is-invalid" in html
        assert 'aria-invalid="true"' in html
        assert "id_amount_error" in html
        assert "id_amount_helptext" in html

    def test_a_right_field_does_not(self) -> None:
        html = control(self.Form({"amount": "1"})["amount"])
        assert "is-invalid" not in html
        assert "id_amount_helptext" in html
