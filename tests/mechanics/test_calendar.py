"""The calendar: make-up working days, reasons for rest, trust in a year, the shipped files."""

from __future__ import annotations

import importlib.util
from datetime import date, timedelta
from pathlib import Path

import pytest

from deadlines import calendar as calendar_module
from deadlines.calendar import Calendar, CalendarError, Mark, Year, load_calendar

SATURDAY, MONDAY = date(2026, 3, 7), date(2026, 3, 9)
OWN = Calendar(
    {SATURDAY: Mark("work", "试验节"), MONDAY: Mark("off", "试验节")},
    {2026: Year("published", "test"), 2027: Year("provisional", "test")},
)


@pytest.fixture(scope="module")
def shipped() -> Calendar:
    return load_calendar()


class TestOneDay:
    def test_a_make_up_saturday_works_and_the_listed_monday_rests(self) -> None:
        assert OWN.is_working(SATURDAY)
        assert not OWN.is_working(MONDAY)

    def test_an_unlisted_weekend_rests_and_an_unlisted_weekday_works(self) -> None:
        assert not OWN.is_working(date(2026, 3, 8))
        assert OWN.is_working(date(2026, 3, 10))

    def test_a_rest_day_says_why_and_a_working_day_has_no_reason(self) -> None:
        assert OWN.why_rest(MONDAY) == "试验节"
        assert OWN.why_rest(date(2026, 3, 8)) == "周日"
        assert OWN.why_rest(SATURDAY) is None
        assert OWN.why_work(SATURDAY) == "试验节"
        assert OWN.why_work(date(2026, 3, 10)) is None

    def test_next_working_stays_on_a_working_day_and_leaves_a_rest_day(self) -> None:
        assert OWN.next_working(SATURDAY) == SATURDAY
        assert OWN.next_working(date(2026, 3, 8)) == date(2026, 3, 10)

    def test_working_days_are_added_after_the_start_day(self) -> None:
        assert OWN.add_working_days(date(2026, 3, 6), 0) == date(2026, 3, 6)
        assert OWN.add_working_days(date(2026, 3, 6), 1) == SATURDAY
        assert OWN.add_working_days(date(2026, 3, 6), 2) == date(2026, 3, 10)

    def test_rest_days_are_listed_with_both_ends(self) -> None:
        assert [d.day.day for d in OWN.rest_days(SATURDAY, MONDAY)] == [8, 9]
        assert [d.day for d in OWN.made_up_days(SATURDAY, MONDAY)] == [SATURDAY]
        assert OWN.rest_days(MONDAY, SATURDAY) == ()


class TestTrust:
    def test_a_year_without_a_file_is_unknown(self) -> None:
        assert [OWN.status(year) for year in (2026, 2027, 2031)] == [
            "published",
            "provisional",
            "unknown",
        ]

    def test_a_day_in_a_year_not_published_carries_a_warning_naming_the_year(self) -> None:
        assert OWN.warnings(date(2026, 1, 1), date(2026, 12, 31)) == ()
        (soft,) = OWN.warnings(date(2026, 12, 31), date(2027, 1, 4))
        assert soft.startswith("注意：2027年")
        loud = OWN.warnings(date(2028, 1, 1), date(2029, 1, 1))
        assert [text[:8] for text in loud] == ["警告：系统没有2", "警告：系统没有2"]

    def test_dates_are_firm_through_the_last_year_of_an_unbroken_run(self) -> None:
        assert OWN.published_through == 2026
        assert Calendar({}).published_through is None
        broken = OWN.overlay({}, {2029: Year("published", "test")})
        assert broken.published_through == 2026

    def test_the_token_follows_every_mark_and_status_but_not_the_order(self) -> None:
        turned = Calendar(dict(reversed(list(OWN.marks.items()))), OWN.years)
        assert turned.token == OWN.token
        assert OWN.overlay({date(2026, 3, 11): Mark("off", "x")}).token != OWN.token
        assert OWN.overlay({}, {2027: Year("published", "x")}).token != OWN.token

    def test_an_overlay_leaves_the_calendar_itself_alone(self) -> None:
        changed = OWN.overlay({date(2026, 3, 11): Mark("off", "x")})
        assert not changed.is_working(date(2026, 3, 11))
        assert OWN.is_working(date(2026, 3, 11))


class TestShippedYears:
    def test_every_year_from_2004_to_2030_is_there_and_names_its_source(
        self, shipped: Calendar
    ) -> None:
        statuses = {year: shipped.status(year) for year in range(2003, 2032)}
        published = {year for year, status in statuses.items() if status == "published"}
        provisional = {year for year, status in statuses.items() if status == "provisional"}
        assert published == set(range(2004, 2027))
        assert provisional == set(range(2027, 2031))
        assert all(entry.source for entry in shipped.years.values())
        assert shipped.published_through == 2026

    @pytest.mark.parametrize("year", [2025, 2026])
    def test_the_notices_of_2025_and_2026_leave_248_working_days(
        self, shipped: Calendar, year: int
    ) -> None:
        first = date(year, 1, 1)
        assert sum(shipped.is_working(first + timedelta(days=k)) for k in range(365)) == 248

    @pytest.mark.parametrize(
        "worked",
        ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"],
    )
    def test_the_make_up_days_of_2026_work(self, shipped: Calendar, worked: str) -> None:
        assert shipped.is_working(date.fromisoformat(worked))

    def test_reasons_are_the_names_of_the_holidays(self, shipped: Calendar) -> None:
        assert shipped.why_rest(date(2026, 10, 1)) == "国庆节"
        assert shipped.why_rest(date(2026, 2, 16)) == "春节"
        assert shipped.why_rest(date(2026, 3, 7)) == "周六"
        assert shipped.why_rest(date(2020, 10, 1)) == "中秋节、国庆节"


class TestFiles:
    GOOD = 'year = 2026\nstatus = "published"\nsource = "通知"\n'

    def write(self, folder: Path, text: str, name: str = "2026.toml") -> Path:
        (folder / name).write_text(text, encoding="utf-8")
        return folder

    def test_a_year_file_is_read(self, tmp_path: Path) -> None:
        self.write(tmp_path, self.GOOD + '[off]\n"2026-03-09" = "试验节"\n')
        assert load_calendar(tmp_path).why_rest(MONDAY) == "试验节"

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ('year = 2025\nstatus = "published"\nsource = "x"\n', "'year' must be 2026"),
            ('year = 2026\nstatus = "maybe"\nsource = "x"\n', "'status'"),
            ('year = 2026\nstatus = "published"\n', "'source' is missing"),
            (GOOD + '[off]\n"2026-02-30" = "x"\n', "is not a day"),
            (GOOD + '[off]\n"2024-02-01" = "x"\n', "does not belong to 2026"),
            (GOOD + '[off]\n"2026-02-02" = "x"\n[work]\n"2026-02-02" = "x"\n', "both off and work"),
            (GOOD + "off = 3\n", "must be a table"),
            ("year = \n", "2026.toml"),
        ],
    )
    def test_a_bad_file_is_refused_with_the_reason(
        self, tmp_path: Path, text: str, fault: str
    ) -> None:
        with pytest.raises(CalendarError, match=fault):
            load_calendar(self.write(tmp_path, text))

    def test_an_empty_folder_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(CalendarError, match="no holiday file"):
            load_calendar(tmp_path)

    def test_a_later_folder_replaces_a_year(self, tmp_path: Path) -> None:
        self.write(tmp_path, self.GOOD.replace("2026", "2027"), "2027.toml")
        both = load_calendar(calendar_module.HOLIDAYS, tmp_path)
        assert (both.status(2027), both.status(2028)) == ("published", "provisional")
        assert both.is_working(date(2027, 10, 1))


class TestGenerator:
    @pytest.fixture
    def build(self):  # type: ignore[no-untyped-def]
        path = calendar_module.HOLIDAYS / "build.py"
        spec = importlib.util.spec_from_file_location("holidays_build", path)
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.build

    def test_a_day_goes_into_the_file_of_its_notice(self, tmp_path: Path, build) -> None:  # type: ignore[no-untyped-def]
        firm, guess = tmp_path / "a.csv", tmp_path / "b.csv"
        firm.write_text(
            "\ufeffdate,kind,name,notice_year,notice_url,source\n"
            "2022-12-31,off,元旦,2023,https://example.org/n,holiday-cn\n"
            "2023-10-07,work,国庆,2023,https://example.org/n,holiday-cn\n",
            encoding="utf-8",
        )
        guess.write_text(
            "date,kind,name,status\n2024-10-01,off,国庆节,statutory-only\n", encoding="utf-8"
        )
        out = tmp_path / "out"
        out.mkdir()
        assert [path.name for path in build(firm, guess, out)] == ["2023.toml", "2024.toml"]
        made = load_calendar(out)
        assert made.why_rest(date(2022, 12, 31)) == "元旦"
        assert made.why_work(date(2023, 10, 7)) == "国庆节"
        assert (made.status(2023), made.status(2024)) == ("published", "provisional")
        assert made.years[2023].url == "https://example.org/n"

    def test_a_year_cannot_be_both_published_and_provisional(self, tmp_path: Path, build) -> None:  # type: ignore[no-untyped-def]
        firm, guess = tmp_path / "a.csv", tmp_path / "b.csv"
        firm.write_text(
            "date,kind,name,notice_year,notice_url,source\n2024-10-01,off,x,2024,,y\n",
            encoding="utf-8",
        )
        guess.write_text("date,kind,name,status\n2024-10-01,off,x,y\n", encoding="utf-8")
        with pytest.raises(ValueError, match="2024"):
            build(firm, guess, tmp_path)
