"""A start outside demo mode: every secret set and none a default, or one sentence that says what to set."""

from pathlib import Path

import pytest

from shared.documents.authority import verified_name
from shared.production import StartRefused, check_secrets, is_demo, is_strong
from shared.settings import AuthorityFiles, Settings
from tests.factories.documents.authority import NAME, create_certificate

STRONG = "q7Xw-2mPz-9dLk-4rTn"
ENVIRONMENT = {
    "MAHJAR_SPECIMEN": "0",
    "MAHJAR_SECRET": "0123456789abcdef" * 4,
    "MAHJAR_PUBLIC_URL": "https://consulate.test",
    "MAHJAR_DATABASE_URL": f"postgresql+psycopg://consular:{STRONG}@postgres/mahjar",
    "MAHJAR_BUS_URL": f"amqp://mahjar:{STRONG}@rabbitmq//",
    "MAHJAR_PROVIDER_URL": "https://cards.test",
    "MAHJAR_PROVIDER_SECRET": STRONG,
    "MAHJAR_WEBHOOK_SECRET": f"{STRONG}-new,{STRONG}-old",
    "MAHJAR_KEYS": "/keys",
    "MAHJAR_SMTP_URL": f"smtps://mahjar:{STRONG}@mail.test",
    "MAHJAR_MAIL_FROM": "mahjar@consulate.test",
}
WRONG = {
    "MAHJAR_SECRET": ("", "5e" * 32, "specimen", "0123456789abcdef"),
    "MAHJAR_PUBLIC_URL": ("", "http://consulate.test", "https://"),
    "MAHJAR_DATABASE_URL": ("postgresql://consular@postgres/mahjar", "postgresql://consular:specimen@postgres/mahjar"),
    "MAHJAR_BUS_URL": ("amqp://guest:guest@rabbitmq//", "amqp://rabbitmq//"),
    "MAHJAR_PROVIDER_SECRET": ("", "specimen-secret-of-the-demo"),
    "MAHJAR_WEBHOOK_SECRET": ("", "specimen-secret-of-the-demo", f"{STRONG},", f"{STRONG},short"),
}


def test_a_start_with_every_secret_is_let_through() -> None:
    settings = Settings.load("consular", ENVIRONMENT)
    assert not settings.specimen and settings.secure


@pytest.mark.parametrize(("variable", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_missing_or_default_secret_refuses_the_start_by_name(variable: str, value: str) -> None:
    with pytest.raises(StartRefused) as refused:
        Settings.load("consular", {**ENVIRONMENT, variable: value})
    sentence = str(refused.value)
    assert sentence.startswith(f"Outside demo mode set {variable} to ")
    assert sentence.count(".") == 1 and "\n" not in sentence


def test_one_sentence_names_everything_that_is_missing() -> None:
    with pytest.raises(StartRefused) as refused:
        Settings.load("consular", {"MAHJAR_SPECIMEN": "0"})
    assert all(name in str(refused.value) for name in ("MAHJAR_SECRET", "MAHJAR_PUBLIC_URL", "MAHJAR_DATABASE_URL"))


@pytest.mark.parametrize("url", ["", " , "])
def test_production_without_a_mail_server_refuses_to_start(url: str) -> None:
    with pytest.raises(StartRefused, match=r"go by e-mail\. Set MAHJAR_SMTP_URL"):
        Settings.load("gateway", {**ENVIRONMENT, "MAHJAR_SMTP_URL": url})


def test_with_a_mail_server_it_starts() -> None:
    assert Settings.load("gateway", ENVIRONMENT).mail.servers


def test_the_demo_needs_no_secret_of_its_own() -> None:
    assert Settings.load("gateway", {**ENVIRONMENT, "MAHJAR_SPECIMEN": "1", "MAHJAR_SECRET": "5e"}).specimen


@pytest.mark.parametrize("mode", ["", "no", "false", "2"])
def test_the_mode_is_one_of_two(mode: str) -> None:
    with pytest.raises(StartRefused, match="Set MAHJAR_SPECIMEN to 0 for production or to 1 for the demo"):
        is_demo({"MAHJAR_SPECIMEN": mode})


@pytest.mark.parametrize("secret", ["", "short", "specimen-pass-2026", "Password-of-the-house", "a" * 24])
def test_weak_secrets(secret: str) -> None:
    assert not is_strong(secret)


def test_a_password_in_an_address_may_be_quoted() -> None:
    check_secrets({"DATABASE_URL": "postgresql://admin:q7Xw%2F2mPz-9dLk-4rTn@postgres/postgres"}, ["DATABASE_URL"])


NAMED = {
    "MAHJAR_MERCHANT": "Consulate",
    "MAHJAR_PROVIDER_NAME": "Cards Ltd",
    "MAHJAR_TERMS_URL": "https://cards.test/terms",
}


@pytest.mark.parametrize(
    ("names", "takes"),
    [
        ({}, False),
        *(({name: value for name, value in NAMED.items() if name != left_out}, False) for left_out in NAMED),
        ({**NAMED, "MAHJAR_TERMS_URL": "http://cards.test/terms"}, False),
        (NAMED, True),
    ],
)
def test_cards_need_a_named_merchant_a_provider_and_terms(names: dict[str, str], takes: bool) -> None:
    loaded = Settings.load("gateway", ENVIRONMENT | names)
    assert (loaded.takes_cards, loaded.names_merchant) == (takes, takes)
    assert Settings.load("gateway", ENVIRONMENT | names | {"MAHJAR_PROVIDER_URL": ""}).takes_cards is False


@pytest.mark.parametrize(
    ("named", "page"),
    [
        ({"MAHJAR_PROVIDER_URL": "https://api.stripe.com/"}, "https://checkout.stripe.com"),
        (
            {"MAHJAR_PROVIDER_URL": "https://api.stripe.com", "MAHJAR_PROVIDER_PAGE": "https://pay.test"},
            "https://pay.test",
        ),
        ({"MAHJAR_PROVIDER_URL": "https://cards.test"}, "https://cards.test"),
        ({"MAHJAR_PROVIDER_URL": ""}, ""),
    ],
)
def test_the_pages_of_a_provider_are_its_own_unless_it_has_them_elsewhere(named: dict[str, str], page: str) -> None:
    assert Settings.load("gateway", ENVIRONMENT | named).provider_page == page


def test_a_provider_that_is_only_asked_needs_no_secret_of_notifications() -> None:
    polled = ENVIRONMENT | {"MAHJAR_PROVIDER_KIND": "polled", "MAHJAR_WEBHOOK_SECRET": ""}
    assert Settings.load("consular", polled).webhook_secrets == ()
    assert Settings.load("consular", ENVIRONMENT).webhook_secrets == (f"{STRONG}-new", f"{STRONG}-old")


def files(folder: Path, **options: object) -> AuthorityFiles:
    made = create_certificate(folder, **options)  # type: ignore[arg-type]
    return AuthorityFiles(made.certificate, made.key, made.roots)


def test_a_certificate_that_verifies_names_its_authority(tmp_path: Path) -> None:
    assert verified_name(files(tmp_path)) == NAME


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"trusted": False}, "signature"), ({"days": (-9, -1)}, "not valid"), ({"days": (2, 9)}, "not valid")],
)
def test_a_certificate_that_does_not_verify_refuses_the_start(
    tmp_path: Path, options: dict[str, object], reason: str
) -> None:
    with pytest.raises(StartRefused, match=f"does not verify; set MAHJAR_AUTHORITY_CERTIFICATE.*{reason}"):
        verified_name(files(tmp_path, **options))


def test_the_key_of_another_certificate_or_none_refuses_the_start(tmp_path: Path) -> None:
    own, other = files(tmp_path / "own"), files(tmp_path / "other")
    with pytest.raises(StartRefused, match="the private key belongs to another certificate"):
        verified_name(AuthorityFiles(own.certificate, other.key, own.roots))
    with pytest.raises(StartRefused, match="No such file"):
        verified_name(AuthorityFiles(own.certificate, tmp_path / "missing", own.roots))
    with pytest.raises(StartRefused, match="does not verify"):
        verified_name(AuthorityFiles(own.roots, own.key, own.roots))


@pytest.mark.parametrize(
    ("kind", "currency", "takes"),
    [("stripe", "SAR", True), ("stripe", "IQD", False), ("stripe", "SYP-NEW", False), ("polled", "IQD", True)],
)
def test_a_card_is_offered_where_its_provider_charges_the_currency(kind: str, currency: str, takes: bool) -> None:
    names = {"MAHJAR_SPECIMEN": "1", "MAHJAR_PROVIDER_KIND": kind, "MAHJAR_PROVIDER_URL": "http://127.0.0.1:9"}
    assert Settings.load("gateway", ENVIRONMENT | names).takes_cards_in(currency) is takes
    assert Settings.load("gateway", ENVIRONMENT | names | {"MAHJAR_PROVIDER_URL": ""}).takes_cards_in(currency) is False
