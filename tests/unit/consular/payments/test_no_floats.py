"""Nothing in money code is ever a float."""

import ast
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import Float

from services.consular import payments
from services.consular.model import Base

PAYMENTS = Path(payments.__file__).parent


def _of_decimals(node: ast.expr) -> bool:
    """Whether a division begins with a Decimal, so that it ends in one."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Decimal"


@pytest.mark.parametrize("file", [*sorted(PAYMENTS.rglob("*.py")), PAYMENTS.parents[2] / "shared/values/money.py"])
def test_no_float_in_money_code(file: Path) -> None:
    """No float literal, no float(), no true division of integers into a float, no float type; seconds are not money."""
    allowed = {"CONNECT_SECONDS", "READ_SECONDS"}
    tree = ast.parse(file.read_text(encoding="utf-8"))
    exempt: set[int] = set()
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and {name.id for name in ast.walk(node) if isinstance(name, ast.Name)} <= allowed
        ):
            exempt |= {id(each) for each in ast.walk(node)}
        if isinstance(node, ast.arg) and node.arg == "read_seconds":
            exempt |= {id(each) for each in ast.walk(node)}
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "read_seconds":
            exempt |= {id(each) for each in ast.walk(node)}
    found = [
        node.lineno
        for node in ast.walk(tree)
        if id(node) not in exempt
        and (
            (isinstance(node, ast.Constant) and isinstance(node.value, float))
            or (isinstance(node, ast.Name) and node.id in ("float", "Float", "REAL"))
            or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and not _of_decimals(node.left))
        )
    ]
    assert found == []


def test_no_float_column_in_the_schema() -> None:
    for file in sorted(PAYMENTS.rglob("model.py")):
        import_module(".".join(file.relative_to(PAYMENTS.parents[2]).with_suffix("").parts))
    assert {"tariff", "rate", "quote_line", "attempt", "refund", "line"} <= Base.metadata.tables.keys()
    columns = [column for mapped in Base.metadata.tables.values() for column in mapped.columns]
    assert [column for column in columns if isinstance(column.type, Float)] == []
