"""The settings of uploads: what is meant is taken, anything else refuses the start with one sentence."""

import pytest

from shared.production import StartRefused
from shared.settings import Settings
from shared.settings.uploads import S3Settings, ScannerSettings, UploadSettings

SECRET, KEY = "5e7a" * 16, "a1b2c3d4" * 8
BUCKET = {"MAHJAR_S3_URL": "https://s3.example.org/mahjar", "MAHJAR_S3_ACCESS_KEY": "a", "MAHJAR_S3_SECRET_KEY": "b"}


def load(**env: str) -> UploadSettings:
    return UploadSettings.load({"MAHJAR_SECRET": SECRET, **env}, specimen=False)


def test_by_default_uploads_lie_in_the_data_folder_sealed_with_the_services_secret() -> None:
    settings = load()
    assert (str(settings.folder), settings.s3, settings.keys, settings.scanner) == (
        ".data/uploads",
        None,
        (SECRET,),
        None,
    )


def test_keys_are_listed_newest_first() -> None:
    assert load(MAHJAR_UPLOADS_KEY=f"{KEY}, {SECRET}").keys == (KEY, SECRET)


@pytest.mark.parametrize(
    ("url", "endpoint", "secure"),
    [
        ("https://s3.example.org/mahjar", "s3.example.org", True),
        ("https://s3.example.org:9443/mahjar/", "s3.example.org:9443", True),
        ("http://127.0.0.1:8333/mahjar", "127.0.0.1:8333", False),
        ("http://[::1]:8333/mahjar", "[::1]:8333", False),
    ],
)
def test_a_bucket_is_named_by_its_address(url: str, endpoint: str, secure: bool) -> None:
    expected = S3Settings(endpoint, "mahjar", "a", "b", "us-east-1", secure)
    assert load(**{**BUCKET, "MAHJAR_S3_URL": url}).s3 == expected


@pytest.mark.parametrize(
    ("address", "scanner"),
    [
        ("unix:/run/clamav/clamd.ctl", ScannerSettings("/run/clamav/clamd.ctl", "", 0, "refuse")),
        ("tcp://clamav:3310", ScannerSettings("", "clamav", 3310, "refuse")),
    ],
)
def test_a_scanner_is_named_by_its_socket_or_its_port(address: str, scanner: ScannerSettings) -> None:
    assert load(MAHJAR_CLAMD=address).scanner == scanner


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"MAHJAR_S3_URL": "s3.example.org/mahjar"}, "https://HOST/BUCKET"),
        ({"MAHJAR_S3_URL": "https://s3.example.org"}, "https://HOST/BUCKET"),
        ({"MAHJAR_S3_URL": "https://s3.example.org/a/b"}, "https://HOST/BUCKET"),
        ({"MAHJAR_S3_URL": "https://s3.example.org:x/a"}, "https://HOST/BUCKET"),
        ({"MAHJAR_S3_URL": "ftp://s3.example.org/a"}, "https://HOST/BUCKET"),
        ({"MAHJAR_S3_URL": "https://me:it@s3.example.org/a"}, "https://HOST/BUCKET"),
        ({"MAHJAR_S3_URL": "http://s3.example.org/mahjar"}, "must start with https"),
        ({"MAHJAR_S3_ACCESS_KEY": ""}, "MAHJAR_S3_ACCESS_KEY and MAHJAR_S3_SECRET_KEY"),
        ({"MAHJAR_S3_SECRET_KEY": ""}, "MAHJAR_S3_ACCESS_KEY and MAHJAR_S3_SECRET_KEY"),
        ({"MAHJAR_UPLOADS_KEY": "short"}, "MAHJAR_UPLOADS_KEY to 32 random bytes"),
        ({"MAHJAR_UPLOADS_KEY": f"{KEY},changeme"}, "MAHJAR_UPLOADS_KEY to 32 random bytes"),
        ({"MAHJAR_CLAMD": "clamav:3310"}, "unix:/PATH/OF/SOCKET or to tcp://HOST:PORT"),
        ({"MAHJAR_CLAMD": "tcp://clamav"}, "unix:/PATH/OF/SOCKET or to tcp://HOST:PORT"),
        ({"MAHJAR_CLAMD": "tcp://clamav:port"}, "unix:/PATH/OF/SOCKET or to tcp://HOST:PORT"),
        ({"MAHJAR_CLAMD": "unix:run/clamd.ctl"}, "unix:/PATH/OF/SOCKET or to tcp://HOST:PORT"),
        ({"MAHJAR_CLAMD_DOWN": "accept"}, "MAHJAR_CLAMD_DOWN to refuse or to wait"),
    ],
)
def test_what_cannot_be_meant_refuses_the_start_with_one_sentence(env: dict[str, str], sentence: str) -> None:
    with pytest.raises(StartRefused) as refused:
        load(**{**BUCKET, **env})
    assert sentence in str(refused.value)
    assert str(refused.value).count(".") == 1 + str(refused.value).count("..")


def test_a_services_settings_bring_them_along() -> None:
    env = {"MAHJAR_DATABASE_URL": "x", "MAHJAR_KEYS": "/k", "MAHJAR_SECRET": SECRET, "MAHJAR_CLAMD_DOWN": "wait"}
    settings = Settings.load("consular", {**env, "MAHJAR_CLAMD": "tcp://clamav:3310"})
    assert settings.uploads.scanner == ScannerSettings("", "clamav", 3310, "wait")
