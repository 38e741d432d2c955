"""Money calculators: worked examples with their arithmetic, laws, limits, refusals."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from cases.calculators.delay import delay_money, double_interest
from cases.calculators.fee import enforcement_fee
from cases.calculators.interest import lpr_interest
from cases.calculators.rates import load_rates
from cases.calculators.working import Mistake, Result

D, DAY = Decimal, date.fromisoformat
ONE_YEAR = load_rates()["1y"]


class TestFee:
    @pytest.mark.parametrize(
        ("amount", "fee"),
        [
            ("0.01", "50.00"),
            ("9999.99", "50.00"),
            ("10000", "50.00"),
            ("10000.01", "50.00"),  # 50 + 0.01 × 1.5% = 50.00015
            ("10000.34", "50.01"),  # 50 + 0.34 × 1.5% = 50.0051
            ("499999.99", "7400.00"),  # 50 + 489 999.99 × 1.5% = 7 399.99985
            ("500000", "7400.00"),  # 50 + 490 000 × 1.5% = 50 + 7 350
            ("500000.01", "7400.00"),  # 7 400 + 0.01 × 1%
            ("500001", "7400.01"),  # 7 400 + 1 × 1%
            ("4999999.99", "52400.00"),  # 7 400 + 4 499 999.99 × 1% = 52 399.9999
            ("5000000", "52400.00"),  # 7 400 + 4 500 000 × 1%
            ("5000000.01", "52400.00"),
            ("5000002", "52400.01"),  # 52 400 + 2 × 0.5%
            ("9999999.99", "77400.00"),
            ("10000000", "77400.00"),  # 52 400 + 5 000 000 × 0.5%
            ("10000000.01", "77400.00"),
            ("20000000", "87400.00"),  # 77 400 + 10 000 000 × 0.1%
        ],
    )
    def test_is_counted_part_by_part(self, amount: str, fee: str) -> None:
        assert enforcement_fee(D(amount)).total == D(fee)

    def test_without_an_amount_is_the_range_of_the_law(self) -> None:
        result = enforcement_fee(None)
        assert (result.total, result.highest) == (D(50), D(500))

    @pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "1.001", "1e17"])
    def test_of_an_impossible_amount_is_refused(self, amount: str) -> None:
        with pytest.raises(Mistake):
            enforcement_fee(D(amount))

    @given(a=st.decimals("0.01", "3e7", places=2), more=st.decimals("0", "3e7", places=2))
    def test_never_falls_as_the_amount_grows(self, a: Decimal, more: Decimal) -> None:
        low, high = enforcement_fee(a).total, enforcement_fee(a + more).total
        assert low is not None
        assert high is not None
        assert 50 <= low <= high


def delay(start: str, end: str, debt: str = "100000", **more: object) -> Result:
    return double_interest(D(debt), DAY(start), DAY(end), ONE_YEAR, **more)  # type: ignore[arg-type]


PAID = [(DAY("2024-04-10"), D(40000))]


class TestDoubledInterest:
    def test_is_17_point_5_a_day_on_a_hundred_thousand(self) -> None:
        # 100 000 × 0.000175 = 17.50 a day; 2024-01-02 … 2024-12-31 are 365 days: 6 387.50
        result = delay("2024-01-01", "2024-12-31")
        assert (result.total, result.lines[0].days) == (D("6387.50"), 365)

    def test_a_part_payment_goes_to_the_debt_first(self) -> None:
        # 100 days × 17.50 = 1 750; then 60 000 × 0.000175 = 10.50 × 265 days = 2 782.50
        result = delay("2024-01-01", "2024-12-31", payments=PAID)
        assert result.total == D("4532.50")
        assert dict(result.still_owed)["尚欠债务"] == D(60000)

    def test_a_part_payment_goes_to_interest_first_where_so_agreed(self) -> None:
        # of 40 000, 1 750 to interest, 38 250 to the debt; 61 750 × 0.000175 × 265 = 2 863.65625
        result = delay("2024-01-01", "2024-12-31", payments=PAID, order="interest")
        assert result.total == D("4613.66")
        assert dict(result.still_owed)["尚欠加倍部分债务利息"] == D("2863.66")

    def test_does_not_count_the_days_of_a_pause(self) -> None:
        # February 2024 has 29 days: (365 - 29) × 17.50 = 5 880
        pauses = [(DAY("2024-02-01"), DAY("2024-02-20")), (DAY("2024-02-10"), DAY("2024-02-29"))]
        assert delay("2024-01-01", "2024-12-31", pauses=pauses).total == D("5880.00")

    def test_before_august_2014_is_twice_the_benchmark_rate(self) -> None:
        # 2 … 31 July: 30 days × 100 000 × 6% × 2 ÷ 360 = 1 000; August: 31 × 17.50 = 542.50
        result = delay("2014-07-01", "2014-08-31")
        assert result.total == D("1542.50")
        assert any("MEM" in warning for warning in result.warnings)
        assert not delay("2014-07-31", "2014-08-31").warnings

    def test_before_august_2014_a_payment_is_divided_in_proportion(self) -> None:
        # 30 days: 1 000 interest. 50 500 × 100 000 ÷ 101 000 = 50 000 to the debt, 500 to interest.
        # then 30 days on 50 000: 500. In all 1 500, of which 500 were paid.
        paid = [(DAY("2014-06-01"), D(50500))]
        result = delay("2014-05-02", "2014-07-01", payments=paid)
        assert result.total == D("1500.00")
        assert [amount for _, amount in result.still_owed] == [D(50000), D(1000)]

    def test_in_foreign_money_stays_in_it_or_is_converted_first(self) -> None:
        # 10 000 × 0.000175 × 100 days = 175 USD; 71 000 yuan × 0.000175 × 100 = 1 242.50
        abroad = delay("2024-01-01", "2024-04-10", "10000", currency="USD")
        assert (abroad.total, abroad.currency) == (D("175.00"), "USD")
        home = delay("2024-01-01", "2024-04-10", "10000", currency="USD", exchange=D("7.1"))
        assert (home.total, home.currency) == (D("1242.50"), "CNY")
        assert any("第五条" in source for source in home.sources)

    @pytest.mark.parametrize(
        ("code", "more"),
        [
            ("payment.over", {"payments": [(DAY("2024-02-01"), D(200000))]}),
            ("payment.day", {"payments": [(DAY("2024-01-01"), D(1))]}),
            ("amount.sign", {"payments": [(DAY("2024-02-01"), D(-1))]}),
            ("pause.reversed", {"pauses": [(DAY("2024-02-02"), DAY("2024-02-01"))]}),
            ("order.unknown", {"order": "x"}),
            ("exchange.currency", {"exchange": D(7)}),
            ("exchange.range", {"currency": "USD", "exchange": D(0)}),
        ],
    )
    def test_refuses_what_cannot_be(self, code: str, more: dict[str, object]) -> None:
        with pytest.raises(Mistake) as refused:
            delay("2024-01-01", "2024-12-31", **more)
        assert refused.value.code == code

    def test_refuses_an_end_before_the_start_and_counts_nothing_on_the_same_day(self) -> None:
        with pytest.raises(Mistake):
            delay("2024-01-02", "2024-01-01")
        assert delay("2024-01-01", "2024-01-01").total == 0

    @given(
        start=st.dates(date(2010, 1, 1), date(2020, 1, 1)),
        first=st.integers(0, 2000),
        second=st.integers(0, 2000),
        debt=st.decimals("0.01", "1e8", places=2),
    )
    def test_adds_up_over_adjacent_periods(
        self, start: date, first: int, second: int, debt: Decimal
    ) -> None:
        between = start + timedelta(first)
        end = between + timedelta(second)
        spans = ((start, between), (between, end), (start, end))
        exact = [
            sum(line.amount or 0 for line in double_interest(debt, a, b, ONE_YEAR).lines)
            for a, b in spans
        ]
        assert abs(exact[0] + exact[1] - exact[2]) < D("1e-9")
        assert 0 <= exact[0] <= exact[2]

    @given(
        day=st.integers(1, 700),
        part=st.decimals("0.01", "100000", places=2),
        order=st.sampled_from(["debt", "interest"]),
        start=st.sampled_from([DAY("2014-01-01"), DAY("2024-01-01")]),
    )
    def test_never_grows_by_a_payment(
        self, day: int, part: Decimal, order: str, start: date
    ) -> None:
        end, paid = start + timedelta(700), [(start + timedelta(day), part)]
        without = double_interest(D(100000), start, end, ONE_YEAR, order=order)
        with_it = double_interest(D(100000), start, end, ONE_YEAR, order=order, payments=paid)
        assert without.total is not None
        assert with_it.total is not None
        assert 0 <= with_it.total <= without.total


class TestDelayMoney:
    def test_is_twice_the_loss_or_left_to_the_court(self) -> None:
        assert delay_money(D("1234.56")).total == D("2469.12")
        assert delay_money(None).total is None
        with pytest.raises(Mistake):
            delay_money(D(0))


def lpr(start: str, end: str, **more: object) -> Result:
    return lpr_interest(D(100000), DAY(start), DAY(end), ONE_YEAR, **more)  # type: ignore[arg-type]


class TestLpr:
    def test_one_rate(self) -> None:
        # 100 000 × 4.25% × 31 days ÷ 365 = 360.958…
        assert lpr("2019-08-19", "2019-09-19").total == D("360.96")

    def test_changes_from_the_benchmark_rate_on_20_august_2019(self) -> None:
        # 10 … 19 August at 4.35%: 120.8333; 20 … 29 August at 4.25%: 118.0556; ÷ 360
        result = lpr("2019-08-09", "2019-08-29", year_days=360)
        assert result.total == D("238.89")
        assert [(line.days, line.last) for line in result.lines] == [
            (10, DAY("2019-08-19")),
            (10, DAY("2019-08-29")),
        ]
        assert any("MEM" in warning for warning in result.warnings)

    def test_four_times_the_rate_of_one_day_is_kept_throughout(self) -> None:
        # 100 000 × 4.25% × 4 × 365 ÷ 365 = 17 000
        result = lpr("2020-12-31", "2021-12-31", times=D(4), fixed_on=DAY("2019-08-20"))
        assert result.total == D("17000.00")
        assert len(result.lines) == 1

    def test_warns_loudly_beyond_the_last_published_rate(self) -> None:
        assert ONE_YEAR.valid_through == DAY("2026-07-19")
        assert not lpr("2026-06-01", "2026-07-19").warnings
        assert "2026-06-22" in lpr("2026-06-01", "2026-07-20").warnings[0]

    @pytest.mark.parametrize(
        ("code", "start", "more"),
        [
            ("span.early", "2007-03-16", {}),
            ("times.range", "2024-01-01", {"times": D(0)}),
            ("times.range", "2024-01-01", {"times": D("10.1")}),
            ("year.days", "2024-01-01", {"year_days": 366}),
            ("rate.unknown", "2024-01-01", {"fixed_on": DAY("2000-01-01")}),
        ],
    )
    def test_refuses_what_cannot_be(self, code: str, start: str, more: dict[str, object]) -> None:
        with pytest.raises(Mistake) as refused:
            lpr(start, "2024-12-31", **more)
        assert refused.value.code == code


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


class TestCommands:
    def test_say_the_sum_and_the_working(self) -> None:
        assert "执行申请费：7400.00 CNY" in run("fee", "500,000")
        assert "50.00 至 500.00" in run("fee", "--none")
        words = ("delay", "100000", "2024-01-01", "2024-12-31", "--payments=2024-04-10 40000")
        assert "4532.50 CNY" in run("interest", *words)
        # 100 000 × 3.85% × 4 × 16 days ÷ 365 = 675.068…
        words = ("lpr", "100000", "2020-08-20", "2020-09-05", "--times=4")
        assert "675.07 CNY" in run("interest", *words)

    @pytest.mark.parametrize(
        "words",
        [
            ("fee",),
            ("fee", "x"),
            ("fee", "1", "--none"),
            ("interest", "lpr", "1", "2024-01-01"),
            ("interest", "lpr", "1", "2024-01-01", "2024-13-01"),
            ("interest", "lpr", "1", "2024-01-01", "2024-02-01", "--order=debt"),
            ("interest", "delay", "1", "2024-01-01", "2024-02-01", "--payments=2024-01-05"),
            ("interest", "delay", "1", "2024-01-01", "2024-02-01", "--pauses=2024-01-05"),
            ("interest", "delay", "--batch", "nowhere.csv"),
        ],
    )
    def test_refuse_in_chinese(self, words: tuple[str, ...]) -> None:
        with pytest.raises(CommandError, match=r"[\u4e00-\u9fff]"):
            run(*words)

    def test_answer_a_table_and_keep_the_good_rows(self, tmp_path: Path) -> None:
        path = tmp_path / "in.csv"
        path.write_text("amount,start,end\n100000,2024-01-01,2024-12-31\nx,2024-01-01,2024-02-01\n")
        good, bad = run("interest", "delay", "--batch", str(path)).splitlines()[1:]
        assert "6387.50" in good
        assert bad.endswith("金钱债务不是数字，请填写例如 12345.67。")
        path.write_text("start\n2024-01-01\n")
        with pytest.raises(CommandError, match="amount"):
            run("fee", "--batch", str(path))
