"""The prices of the three allowances in round figures."""

from collections.abc import Callable

from services.conscription.rules.working import Price


def prices(law_of: Callable[[str], str]) -> dict[str, Price]:
    """By tier, in dollars; `law_of` names the law of each."""
    return {
        tier: Price(tier, dollars * 100, "USD", law_of(tier), age)
        for tier, dollars, age in (
            ("four_years", 7_000, None),
            ("three_years", 8_000, None),
            ("two_years", 9_000, None),
            ("one_year", 10_000, None),
            ("born_abroad", 3_000, None),
            ("born_abroad_ten_years", 6_500, None),
            ("stay_extension", 200, None),
            ("missed_service", 8_000, None),
            ("missed_service_year_late", 200, None),
            ("missed_service_cap", 2_000, None),
            ("reserve_abroad", 5_000, None),
            ("reserve_age", 4_800, 38),
            ("reserve_month_served", 200, None),
            ("reserve_disability", 3_000, None),
        )
    }
