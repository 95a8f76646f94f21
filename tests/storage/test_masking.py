from __future__ import annotations

import pytest

from gansearch.storage.masking import host_alone, masked, shown, without_password


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("postgresql://user:secret@host:5432/name", "postgresql://user@host:5432/name"),
        ("postgresql://user@host/name?x=1", "postgresql://user@host/name?x=1"),
        ("mysql+pymysql://:secret@host/name", "mysql+pymysql://host/name"),
        # SQLAlchemy takes these characters for the password's own.
        ("postgresql://user:sec/ret@host/name", "postgresql://user@host/name"),
        ("postgresql://user:sec?ret#x@host/name", "postgresql://user@host/name"),
        ("postgresql://user:sec:ret@host/name", "postgresql://user@host/name"),
        # One that was not quoted cannot be connected to, and must not be kept all the same.
        ("postgresql://user:sec@ret@host/name?options=a@b", "postgresql://user@host/name?options=a@b"),
        ("postgresql://host/name?user=me&password=secret", "postgresql://host/name?user=me"),
        ("postgresql://host/name?sslpassword=secret&user=me", "postgresql://host/name?user=me"),
        ("mysql://host/name?passwd=secret", "mysql://host/name"),
        ("mssql+pyodbc:///?odbc_connect=UID%3Dme%3BPWD%3Dsecret", "mssql+pyodbc:///"),
        ("sqlite:////tmp/u:x@y.db", "sqlite:////tmp/u:x@y.db"),
        ("sqlite:////tmp/x.db", "sqlite:////tmp/x.db"),
        ("http://host:5000/team@site", "http://host:5000/team@site"),
        ("no address", "no address"),
    ],
)
def test_passwords_are_left_out(given: str, kept: str) -> None:
    assert without_password(given) == kept


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("https://me:secret@mlflow.example/path", "https://mlflow.example/path"),
        ("https://token@mlflow.example:8080", "https://mlflow.example:8080"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("postgresql://me:secret@host/name", "postgresql://me@host/name"),
    ],
)
def test_of_a_web_address_not_even_the_user_is_shown(given: str, seen: str) -> None:
    assert shown(given) == seen


@pytest.mark.parametrize(
    ("text", "url", "seen"),
    [
        ("API request to http://me:s3c@h/api failed", "http://me:s3c@h", "API request to http://h/api failed"),
        ("no route to s3%2Fc, s3/c", "http://me:s3%2Fc@h", "no route to ***, ***"),
        ("bad token t0k", "https://t0k@h", "bad token ***"),
        ("password t0k", "postgresql://h/n?password=t0k", "password ***"),
        ("refused", "http://me:s3c@h", "refused"),
        ("connection to h refused", "http://h", "connection to h refused"),
    ],
)
def test_secrets_are_hidden_in_the_messages_of_others(text: str, url: str, seen: str) -> None:
    assert masked(text, url) == seen


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("https://hooks.example/services/T0/B0/secret", "https://hooks.example/…"),
        ("https://me:secret@hooks.example:8443/a?token=secret", "https://hooks.example:8443/…"),
        ("http://[::1]:80/secret", "http://[::1]:80/…"),
        ("ftp://me:secret@host/x", "ftp://host/…"),
        ("https:///secret", "https:…"),
        ("secret:secret", "…"),
        ("http://host:secret/", "…"),
        ("http://[secret", "…"),
        ("secret", "…"),
    ],
)
def test_of_a_secret_address_the_host_alone_is_shown(given: str, seen: str) -> None:
    assert host_alone(given) == seen
