"""Sums over scopes and over years of governments' tables: what holds proves, what fails accuses no figure, and what is no sum is not asked."""

from __future__ import annotations

from typing import Any

from pipeline.figures.figure import Figure
from pipeline.figures.government import interpret_government
from pipeline.figures.government_columns import Publisher
from pipeline.forms.assembly import assemble
from pipeline.forms.government import Place, tell_forms
from pipeline.proofs.proving import Proofs, prove
from tests.unit.printed import document

PLACE = Place("370100", "济南市", frozenset({"历下区"}))
TABLE = "2022年{scope}一般公共预算收入决算表\n单位：万元\n项目 | 决算数\n增值税 | {first}\n契税 | {second}\n印花税 | {third}\n本年收入合计 | {total}\n"


def proved(*tables: str) -> tuple[list[Figure], Proofs]:
    forms, _ = assemble(document("\n".join(tables)), "0" * 16)
    tell_forms(forms)
    figures = [
        one for form in forms for one in interpret_government(form, Publisher("0" * 16, PLACE, "济南市")).figures
    ]
    return figures, prove(figures, forms, ())


def table(scope: str, first: int, second: int, third: int, total: int) -> str:
    return TABLE.format(scope=scope, first=first, second=second, third=third, total=total)


def checks(proofs: Proofs, identity: str) -> list[dict[str, Any]]:
    return [check for check in proofs.checks if check["identity"] == identity]


HEAD, ZONE = table("市本级", 10, 20, 30, 60), table("济南高新区", 1, 2, 3, 6)


def test_the_tier_is_its_head_and_its_zones() -> None:
    _, proofs = proved(table("市级", 11, 22, 33, 66), HEAD, ZONE)
    assert [check["verdict"] for check in checks(proofs, "scopes_add_up")] == ["exact"] * 4


def test_a_line_that_does_not_add_up_is_named_and_accuses_nothing() -> None:
    lines = "".join(
        f"{name} | {{}}\n"
        for name in ("房产税", "耕地占用税", "资源税", "环境保护税", "车船税", "罚没收入", "专项收入")
    )
    more = [text.replace("本年收入合计", lines.format(*[amount] * 7) + "本年收入合计") for text, amount in (
        (table("市级", 20, 22, 33, 143), 11), (table("市本级", 10, 20, 30, 130), 10), (table("济南高新区", 1, 2, 3, 13), 1)
    )]  # fmt: skip
    figures, proofs = proved(*more)
    assert figures
    failing = [check for check in checks(proofs, "scopes_add_up") if check["verdict"] == "error"]
    assert [(check["severity"], int(check["stated_yuan"])) for check in failing] == [("warning", 200000)]
    assert proofs.suspects == []


def test_tables_whose_totals_do_not_add_up_are_not_asked() -> None:
    _, proofs = proved(table("市级", 10, 20, 35, 65), HEAD, ZONE)
    assert checks(proofs, "scopes_add_up") == []


def test_a_tier_without_its_zones_is_not_asked() -> None:
    _, proofs = proved(table("市级", 11, 22, 33, 66), HEAD)
    assert checks(proofs, "scopes_add_up") == []


INSURANCE = "2022年全市社会保险基金{kind}决算表\n单位：万元\n项目 | 2021年决算数 | 2022年决算数\n失业保险基金{suffix} | {before} | {now}\n工伤保险基金{suffix} | 5 | {other}\n"


def test_a_funds_balance_is_carried_from_year_to_year() -> None:
    def verdicts(closing: int) -> list[str]:
        _, proofs = proved(
            INSURANCE.format(kind="收入", suffix="收入", before=30, now=40, other=6),
            INSURANCE.format(kind="支出", suffix="支出", before=20, now=25, other=4),
            INSURANCE.format(kind="年末结余", suffix="年末结余", before=100, now=closing, other=7),
        )
        assert proofs.suspects == []
        return [check["verdict"] for check in checks(proofs, "insurance_balance_is_carried")]

    assert verdicts(115) == ["exact", "exact"]
    assert verdicts(216) == ["error", "exact"]


def test_debt_is_carried_from_year_to_year() -> None:
    def verdicts(closing: int) -> list[str]:
        figures, proofs = proved(
            "2022年市级政府债务限额及余额决算表\n单位：万元\n项目 | 市级\n一、2021年末政府债务余额 | 20\n二、2022年政府债务举借额 | 9\n"
            f"三、2022年政府债务还本额 | 4\n四、2022年末政府债务余额 | {closing}\n五、2022年政府债务限额 | 99"
        )
        assert len(figures) == 5
        assert proofs.suspects == []
        return [check["verdict"] for check in checks(proofs, "debt_balance_is_carried")]

    assert verdicts(25) == ["exact"]
    assert verdicts(30) == ["error"]
