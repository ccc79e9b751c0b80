"""A certificate authority for tests, and signing certificates it issues to a named authority."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NAME = "Consulate of Testland"


@dataclass(frozen=True)
class Files:
    """What the settings name: a certificate, its private key, and the roots it is verified against."""

    certificate: Path
    key: Path
    roots: Path


def create_certificate(folder: Path, name: str = NAME, days: tuple[int, int] = (-1, 30), trusted: bool = True) -> Files:
    """Writes the three files. `days` is the validity from today; untrusted, the roots are those of another CA."""
    folder.mkdir(parents=True, exist_ok=True)
    root_key, leaf_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("Test root", root_key, "Test root", root_key, (-10, 365), is_ca=True)
    leaf = _certificate(name, leaf_key, "Test root", root_key, days, is_ca=False)
    stranger = ec.generate_private_key(ec.SECP256R1())
    roots = root if trusted else _certificate("Test root", stranger, "Test root", stranger, (-10, 365), is_ca=True)
    files = Files(folder / "authority.pem", folder / "authority.key", folder / "roots.pem")
    files.certificate.write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    files.roots.write_bytes(roots.public_bytes(serialization.Encoding.PEM))
    files.key.write_bytes(_private(leaf_key))
    return files


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    signer: ec.EllipticCurvePrivateKey,
    days: tuple[int, int],
    is_ca: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
    )
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=is_ca, crl_sign=is_ca, decipher_only=False, **usage),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )


def _name(organisation: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)])
