"""Addresses that lead where nobody may be led, in the many forms in which people have written them."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import quote

WANTED = ("127.0.0.1", "169.254.169.254", "10.0.0.1", "192.168.1.1")
"""What those who write such addresses are after; each in every form below."""

PRIVATE_4 = (
    *("0.0.0.0", "0.1.2.3", "10.255.255.255", "100.64.0.1", "100.100.100.200", "100.127.255.254", "127.1.2.3"),
    *("127.255.255.255", "168.63.129.16", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.8"),
    *("192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "233.252.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
)
PRIVATE_6 = (
    *("::", "::1", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001", "::0001", "::2", "::ffff:0:127.0.0.1"),
    *("fc00::1", "fd00::1", "fd00:ec2::254", "FD12:3456:789A::1", "fe80::1", "FE80::1", "febf::1", "fec0::1"),
    *("ff01::1", "ff02::1", "ff05::1:3", "ff0e::1", "100::1", "2001::1", "2001:2::1", "2001:10::1", "2001:20::1"),
    *(
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "4000::1",
        "64:ff9b:1::1",
        "64:ff9b:1::8.8.8.8",
        "::8.8.8.8",
        "fe80::5efe:8.8.8.8",
        "fc00::200:5efe:8.8.8.8",
    ),
)
ZONED = ("fe80::1%25lo", "fe80::1%25eth0", "fe80::1%lo", "::1%25lo", "2606:4700::1111%25eth0", "fe80::1%251")

NAMES = {
    "localhost": "127.0.0.1",
    "LOCALHOST": "127.0.0.1",
    "localhost.": "127.0.0.1",
    "LocalHost.LocalDomain": "127.0.0.1",
    "app.localhost": "127.0.0.1",
    "ip6-localhost": "::1",
    "ip6-loopback": "::1",
    "localtest.me": "127.0.0.1",
    "127.0.0.1.nip.io": "127.0.0.1",
    "0x7f000001.nip.io": "127.0.0.1",
    "169-254-169-254.sslip.io": "169.254.169.254",
    "metadata": "169.254.169.254",
    "metadata.google.internal": "169.254.169.254",
    "metadata.google.internal.": "169.254.169.254",
    "METADATA.GOOGLE.INTERNAL": "169.254.169.254",
    "instance-data": "169.254.169.254",
    "instance-data.ec2.internal": "fd00:ec2::254",
    "metadata.azure.internal": "168.63.129.16",
    "metadata.tencentyun.com": "169.254.0.23",
    "metadata.alibaba.example": "100.100.100.200",
    "kubernetes.default.svc": "10.96.0.1",
    "kubernetes.default.svc.cluster.local": "10.96.0.1",
    "host.docker.internal": "172.17.0.1",
    "gateway.docker.internal": "172.17.0.1",
    "router": "192.168.1.1",
    "fritz.box": "192.168.178.1",
    "printer.local": "169.254.7.7",
    "intranet": "10.1.1.1",
    "wiki.corp.example.org": "172.20.0.5",
    "unique.example.org": "fc00::5",
    "mapped.example.org": "::ffff:10.0.0.1",
    "translated.example.org": "64:ff9b::a00:1",
    "sixtofour.example.org": "2002:7f00:1::",
    "xn--bcher-kva.example": "10.0.0.7",
    "bücher.example": "10.0.0.7",
    "ｌｏｃａｌｈｏｓｔ": "127.0.0.1",
    "under_score.example.org": "10.0.0.8",
}
"""Names, and where they would lead."""

NAME_TABLE: dict[str, list[list[str]]] = {
    **{name.lower().removesuffix("."): [[address]] for name, address in NAMES.items()},
    "public.example.org": [["93.184.216.34"]],
    "both.example.org": [["93.184.216.34", "10.0.0.1"]],
    "both6.example.org": [["93.184.216.34", "::1"]],
    "none.example.org": [[]],
}

SCHEMES = (
    *("http", "HTTP", "ftp", "ftps", "sftp", "file", "gopher", "dict", "ldap", "ldaps", "tftp", "telnet", "ssh", "smb"),
    *("ws", "wss", "data", "javascript", "jar", "netdoc", "unix", "http+unix", "blob", "mailto", "view-source", "imap"),
)
WHOLE = (
    *(
        "",
        " ",
        "/",
        "//",
        "https",
        "https:",
        "https:/",
        "https://",
        "https:///",
        "https:///x",
        "https://:443/",
        "https://.",
    ),
    *(
        "//public.example.org/",
        "public.example.org",
        "public.example.org:443",
        "://public.example.org/",
        "https//x.org",
    ),
    *("data:text/calendar,BEGIN:VCALENDAR", "javascript:alert(1)", "file:///etc/passwd", "file://localhost/etc/passwd"),
    *("file:/etc/passwd", "/etc/passwd", "\\\\server\\share", "unix:/var/run/docker.sock", "mailto:ana@example.org"),
    *("https://public.example.org\\@127.0.0.1/", "https:\\\\127.0.0.1\\", "https:/\\127.0.0.1/", "https:127.0.0.1"),
    *("https://[::1", "https://::1]/", "https://[]/", "https://[127.0.0.1]/", "https://[::1]extra/", "https://[v1.x]/"),
    *(
        "https://127.0.0.1%00.example.org/",
        "https://127.0.0.1%2f.example.org/",
        "https://public.example.org%2f@127.0.0.1/",
    ),
    *(
        "https://loc%61lhost/",
        "https://%6c%6f%63%61%6c%68%6f%73%74/",
        "https://%31%32%37.0.0.1/",
        "https://127%2e0.0.1/",
    ),
    *(
        "https://both.example.org/",
        "https://both6.example.org/",
        "https://none.example.org/",
        "https://a..example.org/",
    ),
    *(
        "https://.localhost/",
        "https://-/",
        "https://*/",
        "https://a,b/",
        "https://a;b/",
        "https://a|b/",
        "https://$(id)/",
    ),
    *(
        "https://" + "a" * 64 + ".example.org/",
        "https://" + "a." * 130 + "org/",
        "https://①②⑦.⓪.⓪.①/",
        "https://ⓛocalhost/",
    ),
)
CREDENTIALS = (
    *(
        "user@public.example.org",
        "user:word@public.example.org",
        ":word@public.example.org",
        "user:@public.example.org",
    ),
    *(
        "public.example.org@127.0.0.1",
        "public.example.org:443@127.0.0.1",
        "a@b@127.0.0.1",
        "127.0.0.1@public.example.org",
    ),
    *("user%40x:y@public.example.org", "public.example.org%20@10.0.0.1", "@127.0.0.1", "%00@127.0.0.1"),
)
PORTS = (
    *(1, 7, 19, 20, 21, 22, 23, 25, 53, 69, 79, 110, 111, 119, 123, 135, 137, 139, 143, 161, 179, 389, 445, 465, 512),
    *(515, 548, 554, 587, 593, 631, 636, 873, 902, 990, 993, 995, 1023, 0, 65536, 65561, 99999, -1, 4294967739),
)
CONTROLS = ("\t", "\n", "\r\n", "\0", " ", "\x7f", "\u00ad", "\u200b", "\u202e", "\u3000", "\ud800")


def forms() -> Iterator[str]:
    """All of them, as URLs."""
    for wanted in WANTED:
        yield from (f"https://{form}/cal.ics" for form in _forms_of(IPv4Address(wanted)))
    yield from (f"https://{address}/" for address in PRIVATE_4)
    yield from (f"https://[{address}]/" for address in (*PRIVATE_6, *ZONED))
    yield from (f"https://[::ffff:{address}]:8443/" for address in PRIVATE_4)
    yield from (f"https://{name}/latest/meta-data/" for name in NAMES)
    yield from (f"{scheme}://public.example.org/cal.ics" for scheme in SCHEMES)
    yield from (f"https://{credentials}/cal.ics" for credentials in CREDENTIALS)
    yield from (f"https://public.example.org:{port}/cal.ics" for port in PORTS)
    yield from (f"https://127.0.0.1{sign}.example.org/" for sign in CONTROLS)
    yield from (f"https://local{sign}host/" for sign in CONTROLS)
    yield from ("webcal://127.0.0.1/", "webcals://[::1]/", "webcal:127.0.0.1", "webcal://user@public.example.org/")
    yield from WHOLE


def _forms_of(address: IPv4Address) -> Iterator[str]:
    number, (a, b, c, d) = int(address), address.packed
    client = IPv4Address(number ^ 0xFFFFFFFF)
    yield from (f"{address}", f"{address}.", f"{address}:443", f"{address}:8443")
    yield from (f"{number}", f"{number + 2**32}", f"0x{number:x}", f"0X{number:X}", f"0{number:o}", f"00{number:o}")
    yield from (f"0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{a:03}.{b:03}.{c:03}.{d:03}")
    yield from (f"{a}.{number & 0xFFFFFF}", f"{a}.{b}.{number & 0xFFFF}", f"0x{a:x}.{number & 0xFFFFFF}")
    yield from (f"0x{a:x}.{b}.0{c:o}.{d}", f"{a}.{b}.{c}.0x{d:x}", f"{a}.{b}.{c}.{d}.", f"{a + 256}.{b}.{c}.{d}")
    yield from (f"{a}。{b}。{c}。{d}", f"{a}．{b}．{c}．{d}", f"{a}｡{b}｡{c}｡{d}", _wide(f"{address}"))
    yield from (quote(f"{address}").replace(".", "%2E"), "".join(f"%{ord(sign):02x}" for sign in f"{address}"))
    for six in (
        *(
            f"::ffff:{address}",
            f"::FFFF:{number >> 16:X}:{number & 0xFFFF:X}",
            f"0:0:0:0:0:ffff:{address}",
            f"::{address}",
        ),
        *(f"64:ff9b::{address}", f"64:ff9b::{number >> 16:x}:{number & 0xFFFF:x}", f"64:ff9b:1::{address}"),
        *(f"{IPv6Address(0x2002 << 112 | number << 80)}", f"{IPv6Address(0x20010000 << 96 | 8 << 88 | int(client))}"),
        *(
            f"{IPv6Address(0x20010000 << 96 | number << 64 | 0xF7F7F7F7)}",
            f"2606:4700::5efe:{address}",
            f"fe80::5efe:{address}",
        ),
        *(f"2606:4700::200:5efe:{address}", f"::ffff:0:{address}"),
    ):
        yield f"[{six}]"


def _wide(text: str) -> str:
    """In full-width digits, which some libraries fold into plain ones."""
    return "".join(chr(ord(sign) + 0xFEE0) if sign.isdigit() else sign for sign in text)
