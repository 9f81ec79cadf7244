"""An internet in a box: names, addresses, and a record of every connection that a test tries to make."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.doubles.server import Double

PUBLIC = "93.184.216.34"


@dataclass
class Internet:
    """`names` to their addresses, one list a look-up and the last for all others; `routes` to ports of loopback.

    `asked` are the names that were looked up. What has no route is refused, as by a machine that is off. Other hosts
    mean what the system takes them for, without asking anybody.
    """

    names: dict[str, list[list[str]]] = field(default_factory=dict)
    routes: dict[tuple[str, int], int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)

    def install(self, patch: pytest.MonkeyPatch) -> None:
        """Put it in the place of the real one."""
        look_up, connect = socket.getaddrinfo, socket.socket.connect

        def getaddrinfo(
            host: str,
            port: int,
            family: int = 0,
            type: int = 0,  # noqa: A002  # the name is socket's
            *_: Any,
            **__: Any,
        ) -> list[Any]:
            left = self.names.get(host.lower().removesuffix("."))
            if left is None:
                return look_up(host, port, family, type, flags=socket.AI_NUMERICHOST)
            self.asked.append(host)
            addresses = left.pop(0) if len(left) > 1 else left[0]
            return [entry for each in addresses for entry in look_up(each, port, family, type)]

        def connected(sock: socket.socket, address: tuple[Any, ...]) -> None:
            self.connected.append((address[0], address[1]))
            port = self.routes.get((address[0], address[1]))
            if port is None:
                raise ConnectionRefusedError("nobody is there")
            connect(sock, ("127.0.0.1", port))

        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        patch.setattr(socket.socket, "connect", connected)


@dataclass(frozen=True)
class Authority:
    """Signs certificates that the client of a test believes."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def client(self) -> ssl.SSLContext:
        """A context that believes in this authority alone."""
        pem = self.certificate.public_bytes(serialization.Encoding.PEM)
        return ssl.create_default_context(cadata=pem.decode())

    def server(self, folder: Path, *names: str) -> ssl.SSLContext:
        """A context of a server with these names."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _signed(names[0], key, self.key, names=names)
        file = folder / f"{names[0]}.pem"
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + _pem(key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def authority() -> Authority:
    """A new one."""
    key = ec.generate_private_key(ec.SECP256R1())
    return Authority(key, _signed("authority", key, key, names=()))


@contextmanager
def serving_tls(double: Double, context: ssl.SSLContext) -> Iterator[int]:
    """A double behind TLS; its port."""
    server = make_server("127.0.0.1", 0, double, threaded=True, ssl_context=context, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield int(server.server_port)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  # the name is werkzeug's
        """Nothing: the test reads `calls`."""


def _signed(
    name: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, *, names: tuple[str, ...]
) -> x509.Certificate:
    now, is_authority = datetime.now(UTC), not names
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(each) for each in names])
        builder = builder.add_extension(alternatives, critical=False)
    else:
        usage = dict.fromkeys(
            (
                *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
                *("key_agreement", "encipher_only", "decipher_only", "crl_sign"),
            ),
            False,
        )
        builder = builder.add_extension(x509.KeyUsage(key_cert_sign=True, **usage), critical=True)
    return builder.sign(by, hashes.SHA256())


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
