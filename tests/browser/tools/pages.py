"""Addresses of the public pages that several tests look at, by a short name."""

PAGES = {
    "home": "/",
    "service": "/services/passport-renewal",
    "allowance": "/services/cash-allowance",
    "rules": "/services/passport-renewal/rules",
    "rules-then": "/services/cash-allowance/rules?on=2022-01-01",
    "sign-in": "/sign-in",
    "sign-up": "/sign-up",
    "track": "/track",
    "verify": "/verify",
    "about": "/about",
    "privacy": "/privacy",
}
