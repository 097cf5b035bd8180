# SPDX-License-Identifier: MIT
"""Certificates, good ones and every kind of bad one.

Two authorities: the one that everybody in the bed trusts, and one that nobody does.  A certificate
is asked for by kind (KINDS) and names; the files NAME.pem (chain and key), NAME.crt and NAME.key
are written once and reused.
"""
import datetime
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

SRV_NAME = ObjectIdentifier('1.3.6.1.5.5.7.8.7')    # RFC 4985, IA5String
XMPP_ADDR = ObjectIdentifier('1.3.6.1.5.5.7.8.5')   # RFC 6120 13.7.1.4, UTF8String
DIRECTORY = ObjectIdentifier('2.5.29.9')            # RFC 5280 4.2.1.8
BOTH = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
KINDS = {
    'good': {}, 'rsa': {'rsa': True}, 'no-purpose': {'purposes': ()},
    'server-only': {'purposes': BOTH[:1]}, 'client-only': {'purposes': BOTH[1:]},
    'expired': {'days': (-30, -1)}, 'not-yet': {'days': (10, 30)},
    'wrong-name': {'rename': 'elsewhere.example'}, 'wildcard': {'wildcard': True},
    'srv-name': {'dns': False, 'srv': True}, 'xmpp-addr': {'dns': False, 'xmpp': True},
    'addr-besides': {'xmpp': True},
    'common-name': {'dns': False}, 'revoked': {'revoke': True}, 'intermediate': {'deep': True},
    'unknown-ca': {'stranger': True}, 'self-signed': {'alone': True},
    'cleared-1': {'cleared': '0206 40'}, 'cleared-1-2': {'cleared': '0205 60'},
}


def ascii_name(domain):
    """The A-label form of a domain, as DNS and certificates carry it."""
    return '.'.join(label if label in ('*', '') else label.encode('idna').decode()
                    for label in domain.split('.'))


def _der(tag, text):
    data = text.encode()
    assert len(data) < 128
    return bytes([tag, len(data)]) + data


def _directory(bits):
    """subjectDirectoryAttributes with a clearance (RFC 5913) under the policy 2.25.1 for these
    classifications, as the content of a BIT STRING."""
    return bytes.fromhex('3013 3011 0603 550437 310a 3008 0602 6901 03' + bits)


def _write(path, data):
    with open(path, 'wb') as f:
        f.write(data)


def _pem(cert):
    return cert.public_bytes(serialization.Encoding.PEM)


class Cert:
    """Paths of one certificate: .crt (the chain), .key, .pem (both)."""

    def __init__(self, base, x509_cert, key, above):
        self.crt, self.key, self.pem = base + '.crt', base + '.key', base + '.pem'
        self.x509 = x509_cert
        chain = b''.join(_pem(c) for c in [x509_cert] + above)
        secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                   serialization.NoEncryption())
        _write(self.crt, chain)
        _write(self.key, secret)
        _write(self.pem, chain + secret)
        os.chmod(self.key, 0o600)

    def spki_sha256(self):
        """SHA-256 of the public key's DER, in hex: what a pin holds."""
        der = self.x509.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        digest = hashes.Hash(hashes.SHA256())
        digest.update(der)
        return digest.finalize().hex()


class Authority:
    """A certificate authority, its issued certificates and its revocation list."""

    def __init__(self, folder, name, parent=None, permitted=()):
        self.folder, self.parent, self.revoked = folder, parent, []
        self.key = ec.generate_private_key(ec.SECP256R1())
        signer = parent or self
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(self.name, self.key.public_key(), signer.name, (-30, 365)) \
            .add_extension(x509.BasicConstraints(True, None), True) \
            .add_extension(_usage(ca=True), True) \
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), False)
        if permitted:
            names = [x509.DNSName(n) for n in permitted]
            builder = builder.add_extension(x509.NameConstraints(names, None), True)
        self.cert = builder.sign(signer.key, hashes.SHA256())
        self.path = os.path.join(folder, name.replace(' ', '-') + '.crt')
        self.crl_path = self.path[:-4] + '.crl'
        _write(self.path, _pem(self.cert))
        self.write_crl()

    @staticmethod
    def _builder(subject, public, issuer, days):
        now = datetime.datetime.utcnow()
        return x509.CertificateBuilder().subject_name(subject).issuer_name(issuer) \
            .public_key(public).serial_number(x509.random_serial_number()) \
            .not_valid_before(now + datetime.timedelta(days=days[0])) \
            .not_valid_after(now + datetime.timedelta(days=days[1]))

    def issue(self, base, names, options):
        """A leaf certificate for the domains `names`; options as in KINDS."""
        key = rsa.generate_private_key(65537, 2048) if options.get('rsa') \
            else ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ascii_name(names[0])[:64])])
        alone = options.get('alone')
        cert = self._builder(subject, key.public_key(), subject if alone else self.name,
                             options.get('days', (-2, 90))) \
            .add_extension(x509.BasicConstraints(False, None), True) \
            .add_extension(_usage(ca=False), True)
        purposes = options.get('purposes', BOTH)
        if purposes:
            cert = cert.add_extension(x509.ExtendedKeyUsage(purposes), False)
        alternative = _alternative_names(names, options)
        if alternative:
            cert = cert.add_extension(x509.SubjectAlternativeName(alternative), False)
        if options.get('cleared'):
            value = x509.UnrecognizedExtension(DIRECTORY, _directory(options['cleared']))
            cert = cert.add_extension(value, False)
        cert = cert.sign(key if alone else self.key, hashes.SHA256())
        if options.get('revoke'):
            self.revoked.append(cert.serial_number)
            self.write_crl()
        return Cert(os.path.join(self.folder, base), cert, key, [self.cert] if self.parent else [])

    def write_crl(self, days=30):
        """Write the list of what this authority has revoked; it is valid for `days` days."""
        now = datetime.datetime.utcnow()
        crl = x509.CertificateRevocationListBuilder().issuer_name(self.name) \
            .last_update(now - datetime.timedelta(days=31)) \
            .next_update(now + datetime.timedelta(days=days))
        for serial in self.revoked:
            crl = crl.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(serial)
                .revocation_date(now - datetime.timedelta(days=1)).build())
        _write(self.crl_path, crl.sign(self.key, hashes.SHA256())
               .public_bytes(serialization.Encoding.PEM))


def _usage(ca):
    return x509.KeyUsage(digital_signature=not ca, content_commitment=False, key_encipherment=False,
                         data_encipherment=False, key_agreement=False, key_cert_sign=ca,
                         crl_sign=ca, encipher_only=False, decipher_only=False)


def _alternative_names(names, options):
    found = []
    if options.get('rename'):
        names = [options['rename']]
    if options.get('wildcard'):
        names = sorted({'*.' + n.split('.', 1)[1] for n in names})
    for name in names:
        if options.get('dns', True):
            found.append(x509.DNSName(ascii_name(name)))
        if options.get('srv'):
            found.append(x509.OtherName(SRV_NAME, _der(0x16, '_xmpp-server.' + ascii_name(name))))
        if options.get('xmpp'):
            found.append(x509.OtherName(XMPP_ADDR, _der(0x0c, name)))
    return found


class Pki:
    """All certificates of one run."""

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.folder, self.cache, self.issuers = folder, {}, {}
        self.root = Authority(folder, 'bed root')
        self.middle = Authority(folder, 'bed middle', self.root)
        self.stranger = Authority(folder, 'bed stranger')

    def issuer(self, name, *permitted):
        """A CA below the root for trunkd to issue from, constrained to the names below `permitted`:
        its Cert."""
        if name not in self.issuers:
            made = Authority(self.folder, name, self.root, permitted)
            self.issuers[name] = Cert(made.path[:-4] + '-chain', made.cert, made.key,
                                      [self.root.cert])
        return self.issuers[name]

    def get(self, kind, *names):
        """The certificate of this kind for these domains."""
        wanted = (kind,) + names
        if wanted not in self.cache:
            options = KINDS[kind]
            authority = self.stranger if options.get('stranger') else \
                self.middle if options.get('deep') else self.root
            base = '%03d-%s-%s' % (len(self.cache), kind, ascii_name(names[0]).replace('*', '_'))
            self.cache[wanted] = authority.issue(base, list(names), options)
        return self.cache[wanted]
