"""Verifies the signing certificate of the authority in whose name documents are issued."""

from typing import TYPE_CHECKING

from shared.production import StartRefused
from shared.settings import AuthorityFiles

if TYPE_CHECKING:
    from cryptography import x509


def verified_name(files: AuthorityFiles) -> str:
    """The authority's name, from a certificate that verifies now and whose private key is present.

    Raises StartRefused when a file cannot be read, the chain or the validity does not verify, the certificate may not
    sign or names nobody, or the key is another one's.
    """
    try:
        return _verify(files)
    except (OSError, ValueError, TypeError) as error:
        reason = f"{error.strerror}: {error.filename}" if isinstance(error, OSError) else str(error)
        raise StartRefused(
            "The authority's certificate does not verify; set MAHJAR_AUTHORITY_CERTIFICATE, MAHJAR_AUTHORITY_KEY and "
            f"MAHJAR_AUTHORITY_ROOTS to files that match, or to nothing ({reason})."
        ) from error


def _verify(files: AuthorityFiles) -> str:
    # Imported late: most processes have no certificate.
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

    chain = x509.load_pem_x509_certificates(files.certificate.read_bytes())
    roots = x509.load_pem_x509_certificates(files.roots.read_bytes())
    policy = (
        PolicyBuilder()
        .store(Store(roots))
        .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=ExtensionPolicy.permit_all())
    )
    try:
        policy.build_client_verifier().verify(chain[0], chain[1:])
    except VerificationError as error:
        raise ValueError(str(error)) from error
    key = load_pem_private_key(files.key.read_bytes(), password=None)
    if key.public_key() != chain[0].public_key():
        raise ValueError("the private key belongs to another certificate")
    if not _may_sign(chain[0]):
        raise ValueError("the certificate may not sign")
    names = chain[0].subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    if not names:
        raise ValueError("the certificate names no organisation")
    return str(names[0].value)


def _may_sign(certificate: "x509.Certificate") -> bool:
    from cryptography import x509

    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.digital_signature or usage.content_commitment
