"""Each column that a newcomer fills in has a meaning, and no meaning is of a column that is gone."""

import pytest

from deploy.dev.explanations import data_columns
from services.consular.payments.tariffs import rulebook


@pytest.mark.parametrize("file", data_columns.FILES)
def test_every_column_is_explained(file: str) -> None:
    columns = data_columns.columns_of(file)
    assert [row[0] for row in data_columns.rows(file)] == [f"`{column}`" for column in columns]
    assert set(data_columns.FILES[file][1]) <= set(columns)


def test_the_aspects_and_statuses_named_are_those_of_the_rows() -> None:
    aspects = {one.aspect for one in rulebook.provisions()}
    meaning = data_columns.FILES["services/consular/data/transactions/provisions.csv"][1]["aspect"]
    assert all(f"`{aspect}`" in meaning for aspect in aspects)
