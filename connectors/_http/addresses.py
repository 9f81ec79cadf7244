"""Where an address that a person typed may lead: to public servers, and to what the operator allows beside them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

from scheduler.core.suggest import quoted
from scheduler.errors import InputError

PORTS = {"http": 80, "https": 443}
MOST_PORT = 65535  # beyond, the system takes the rest of a division by 65536
LEAST_FREE_PORT = 1024  # below stand the servers of mail, files and names, which answer to more than they are asked
LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_][a-z0-9_-]{0,62})*", re.IGNORECASE | re.ASCII
)
NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)", re.IGNORECASE | re.ASCII | re.DOTALL)

# IANA's registries of special-purpose addresses, written out, since what Python calls global changes with its patches;
# and addresses of clouds that speak to their own machines alone
SPECIAL_4 = tuple(
    map(
        IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
            *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
        ),
    )
)
UNICAST_6 = IPv6Network("2000::/3")
SPECIAL_6 = tuple(map(IPv6Network, ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20")))
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052
ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: before an IPv4 address in the lower half

Address = IPv4Address | IPv6Address
Origin = tuple[str, str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What may be reached: public servers by https; `networks` and `hosts` by http too; and one `loopback` origin."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    hosts: frozenset[str] = frozenset()
    loopback: Origin | None = None

    def check(self, url: httpx.URL) -> None:
        """Raise InputError for a URL that is not called, whatever its name leads to."""
        scheme, host, port = origin_of(url)
        if scheme not in PORTS:
            raise InputError("An address of the web begins with https.")
        if url.userinfo:
            raise InputError("An address with a user or a password in it is not called.")
        literal = literal_of(host)
        if literal is None and (not NAME.fullmatch(_bare(host)) or NUMBER.fullmatch(_bare(host))):
            raise InputError(f"{quoted(host)} is no name of a server.")
        if not 0 < port <= MOST_PORT:
            raise InputError(f"There is no port {port}.")
        if (scheme, host, port) == self.loopback:
            return
        if scheme == "http" and not self._names(host, literal):
            raise InputError("Plain http can be read and changed on its way.", hint="Use the https address.")
        if port not in PORTS.values() and port < LEAST_FREE_PORT:
            raise InputError(f"Port {port} is none of calendars.")

    def reaches(self, host: str, port: int, address: Address) -> bool:
        """Whether a connection may be made to an address that a host was found to have."""
        if self.loopback and (host, port) == self.loopback[1:] and address.is_loopback:
            return True
        return is_public(address) or self._names(host, address)

    def _names(self, host: str, address: Address | None) -> bool:
        return _bare(host) in self.hosts or any(address in network for network in self.networks if address is not None)


def allowed(allow: Sequence[str], loopback: str) -> Allowed:
    """What the operator allows: hosts and networks; and, where it is one, the loopback origin of a URL.

    Raises InputError for what is neither a host nor a network.
    """
    networks, hosts = [], set()
    for entry in allow:
        try:
            networks.append(ip_network(entry))
        except ValueError:
            if not NAME.fullmatch(entry) or NUMBER.fullmatch(entry):
                hint = "Write it like 10.1.0.0/16 or calendar.example.org."
                raise InputError(
                    f"{quoted(entry)} is no network and no host.", where="outbound.allow", hint=hint
                ) from None
            hosts.add(entry.lower())
    return Allowed(networks=tuple(networks), hosts=frozenset(hosts), loopback=_loopback(loopback))


def is_public(address: Address) -> bool:
    """Whether an address is a public server's; where it leads to an IPv4 address, whether that is."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in SPECIAL_4)
    if address.scope_id is not None:
        return False
    last, low = IPv4Address(int(address) & 0xFFFFFFFF), int(address) >> 32 & 0xFFFFFFFF
    carried = address.ipv4_mapped or address.sixtofour or (last if address in NAT64 else None)
    if carried:
        return is_public(carried)
    if low in ISATAP and not is_public(last):
        return False
    return address in UNICAST_6 and address.is_global and not any(address in network for network in SPECIAL_6)


def origin_of(url: httpx.URL) -> Origin:
    """Scheme, host and port, as they are called."""
    return url.scheme, url.raw_host.decode("ascii"), PORTS.get(url.scheme, 0) if url.port is None else url.port


def literal_of(host: str) -> Address | None:
    """The address that a host is, in its one proper form; None: it is something else."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def _loopback(url: str) -> Origin | None:
    try:
        origin = origin_of(httpx.URL(url))
    except httpx.InvalidURL:
        return None
    return origin if origin[0] in PORTS and origin[1] in LOCAL_NAMES else None


def _bare(host: str) -> str:
    return host.lower().removesuffix(".")
