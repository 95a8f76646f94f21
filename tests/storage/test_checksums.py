import hashlib

from gansearch.storage.checksums import crc32, sha256_12


def test_known_values() -> None:
    assert crc32(b"123456789") == 0xCBF43926
    assert sha256_12(b"abc") == "ba7816bf8f01"
    assert sha256_12(b"x") == hashlib.sha256(b"x").hexdigest()[:12]
