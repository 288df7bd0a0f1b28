"""Keys that are encoded, packed or in a file that is not text."""

import base64
import csv
import gzip
import importlib.util
import io
import json
import marshal
import quopri
import sqlite3
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from xml.sax.saxutils import escape

from labelled_shape_world import Row

_PROFILE = "[default]\naws_access_key_id = <A>\naws_secret_access_key = <a>\nregion = us-east-1\n"
_DOTENV = "APP_ENV=production\nAWS_ACCESS_KEY_ID=<A>\nAWS_SECRET_ACCESS_KEY=<a>\n"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_X = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

Wrap = Callable[[bytes], bytes]


def _crlf(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def _cr(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r")


def _as(encoding: str) -> Wrap:
    return lambda data: data.decode().encode(encoding)


def _gzipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def _mail(encoding: str) -> Wrap:
    """What stands behind the blank line, as a mail program encodes it."""

    def wrap(data: bytes) -> bytes:
        head, body = data.split(b"\n\n", 1)
        encoded = quopri.encodestring(body) if encoding == "quoted-printable" else base64.encodebytes(body)
        return _crlf(head + b"\nContent-Transfer-Encoding: " + encoding.encode() + b"\n\n" + encoded)

    return wrap


def _within(before: str, encode: Wrap, after: str = "\n") -> Wrap:
    return lambda data: before.encode() + encode(data) + after.encode()


def _powershell(data: bytes) -> bytes:
    return base64.b64encode(data.decode().encode("utf-16-le"))


def _hex_lines(data: bytes) -> bytes:
    return b"".join(data[n : n + 30].hex().encode() + b"\n" for n in range(0, len(data), 30))


def _zipped(*names: str) -> Wrap:
    """Every name has the same bytes, but for those that end in a slash: they are folders."""
    return lambda data: _zip((name, data) for name in names)


def _zip(files: Iterable[tuple[str, bytes]]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _tarred(*names: str) -> Wrap:
    return lambda data: _tar((name, data) for name in names)


def _tar(files: Iterable[tuple[str, bytes]]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, data in files:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def _zip_in_tar_gz(data: bytes) -> bytes:
    return _gzipped(_tar([("release/README", b"release 14\n"), ("release/app.zip", _zip([("app/.env", data)]))]))


def _image(data: bytes) -> bytes:
    """A container image as `docker save` writes it: a layer in an archive, and the environment in a configuration."""
    layer = _tar([("app/", b""), ("app/.aws/credentials", data)])
    config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}})
    return _tar([("config.json", config.encode()), ("layer/layer.tar", layer), ("manifest.json", b"[]")])


def _docx(data: bytes) -> bytes:
    """Each line a paragraph; a line's words up to the last in a run of their own, as a word processor splits them."""
    paragraphs = []
    for line in data.decode().splitlines():
        head, _, last = line.rpartition(" ")
        runs = [f'<w:r><w:t xml:space="preserve">{escape(t)}</w:t></w:r>' for t in (f"{head} ", last) if t.strip()]
        paragraphs.append("<w:p>" + '<w:proofErr w:type="spellStart"/>'.join(runs) + "</w:p>")
    document = f'<?xml version="1.0"?><w:document xmlns:w="{_W}"><w:body>{"".join(paragraphs)}</w:body></w:document>'
    return _zip([("[Content_Types].xml", b"<Types/>"), ("word/document.xml", document.encode())])


def _xlsx(data: bytes) -> bytes:
    """Each line a row, each of its words a cell; the words stand in a table of their own."""
    words = list(dict.fromkeys(data.decode().split()))
    table = "".join(f"<si><t>{escape(word)}</t></si>" for word in words)
    rows = "".join(
        "<row>" + "".join(f'<c t="s"><v>{words.index(w)}</v></c>' for w in line.split()) + "</row>"
        for line in data.decode().splitlines()
    )
    return _zip(
        [
            ("[Content_Types].xml", b"<Types/>"),
            ("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{_X}"><sheetData>{rows}</sheetData></worksheet>'.encode()),
            ("xl/sharedStrings.xml", f'<sst xmlns="{_X}">{table}</sst>'.encode()),
        ]
    )


def _sqlite(data: bytes) -> bytes:
    """A table of a CSV's lines; the first names the columns."""
    head, *rows = csv.reader(io.StringIO(data.decode()))
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE settings ({', '.join(f'{name} TEXT' for name in head)})")
    connection.executemany(f"INSERT INTO settings VALUES ({', '.join('?' for _ in head)})", rows)  # noqa: S608  ours
    connection.commit()
    return bytes(connection.serialize())


def _pyc(data: bytes) -> bytes:
    """What Python leaves beside a module; the magic number is this interpreter's."""
    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(compile(data, "settings.py", "exec"))


WRAPPED = {
    "CRLF": Row("win.ini", _PROFILE + "[b]\naws_secret_access_key = <b>\naws_access_key_id = <B>\n", "Aa Bb", _crlf),
    "CR": Row("mac.ini", _PROFILE + "[b]\naws_access_key_id = <B>\naws_secret_access_key = <b>\n", "Aa Bb", _cr),
    "UTF-16 with a mark": Row("credentials.txt", _PROFILE, "Aa", _as("utf-16")),
    "UTF-16, big end first, with a mark": Row("be.txt", "\ufeff" + _PROFILE, "Aa", _as("utf-16-be")),
    "UTF-16 without a mark": Row("export.txt", _PROFILE, "Aa", _as("utf-16-le")),
    "UTF-16, big end first, without a mark": Row("old.txt", _PROFILE, "Aa", _as("utf-16-be")),
    "registry export": Row(
        "acme.reg",
        'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Environment]\r\n"AWS_ACCESS_KEY_ID"="<A>"\r\n'
        '"AWS_SECRET_ACCESS_KEY"="<a>"\r\n',
        "Aa",
        _as("utf-16"),
    ),
    "base64 of a file": Row("ci-variable.txt", _PROFILE, "Aa", base64.b64encode),
    "base64 of a file, in lines": Row("credentials.b64", _PROFILE, "Aa", base64.encodebytes),
    "Kubernetes Secret, a file in base64": Row(
        "cloud-credentials.yaml",
        _PROFILE,
        "Aa",
        _within("apiVersion: v1\nkind: Secret\nmetadata:\n  name: velero\ndata:\n  cloud: ", base64.b64encode),
    ),
    "user data in base64 of gzip": Row(
        "launch-template.json",
        "#cloud-config\nwrite_files:\n  - path: /root/.aws/credentials\n    content: |\n      [default]\n"
        "      aws_access_key_id = <A>\n      aws_secret_access_key = <a>\n",
        "Aa",
        _within('{"LaunchTemplateData": {"UserData": "', lambda d: base64.b64encode(_gzipped(d)), '"}}\n'),
    ),
    "base64 in base64": Row(
        "bootstrap.sh",
        "export AWS_ACCESS_KEY_ID=<A>\nexport AWS_SECRET_ACCESS_KEY=<a>\n",
        "Aa",
        _within("echo ", lambda d: base64.b64encode(base64.b64encode(d)), " | base64 -d | base64 -d | sh\n"),
    ),
    "PowerShell's encoded command": Row(
        "task.cmd",
        '$env:AWS_ACCESS_KEY_ID="<A>"; $env:AWS_SECRET_ACCESS_KEY="<a>"; aws s3 sync D:\\ s3://acme-backup',
        "Aa",
        _within("powershell.exe -NoProfile -EncodedCommand ", _powershell),
    ),
    "basic authentication": Row("proxy.conf", "<A>:<a>", "Aa", _within("Authorization: Basic ", base64.b64encode)),
    "hex of a file": Row("credentials.hex", _PROFILE, "Aa", _hex_lines),
    "hex in SQL": Row(
        "blob.sql",
        "INSERT INTO secrets VALUES (1,'s3',0x<A|hex>,0x<a|hex>),(2,'sha',0x<hex:40>,0x<hex:64>);\n",
        "Aa",
    ),
    "quoted-printable mail": Row(
        "mail.eml",
        "From: tom@acme.dev\nTo: maria@acme.dev\nSubject: creds\nMIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=utf-8\n\nHi Maria,\n\nas we said on the phone, für den Bucket brauchst du "
        "Access key => <A> and the secret key = <a> (please delete this mail when you are done).\n\nTom\n",
        "Aa",
        _mail("quoted-printable"),
    ),
    "base64 mail": Row(
        "mail2.eml",
        "From: tom@acme.dev\nSubject: creds\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
        "Hi Maria,\n\naccess key: <A>\nsecret key: <a>\n\nTom\n",
        "Aa",
        _mail("base64"),
    ),
    "environment of a process": Row(
        "environ",
        "PATH=/usr/bin<nul>AWS_ACCESS_KEY_ID=<A><nul>AWS_SECRET_ACCESS_KEY=<a><nul>HOME=/root<nul>",
        "Aa",
    ),
    "gzip": Row("env.gz", _DOTENV, "Aa", _gzipped),
    "zip": Row("site.zip", _DOTENV, "Aa", _zipped("site/.env", "site/.env.bak")),
    "Java archive": Row(
        "app.jar",
        "cloud.aws.credentials.accessKey=<A>\ncloud.aws.credentials.secretKey=<a>\n",
        "Aa",
        _zipped("application.properties"),
    ),
    "zip in tar.gz": Row("release.tar.gz", _DOTENV, "Aa", _zip_in_tar_gz),
    "tar": Row("home.tar", _PROFILE, "Aa", _tarred("home/tom/.aws/credentials")),
    "container image": Row("image.tar", _PROFILE, "Aa", _image),
    "docx": Row(
        "Onboarding.docx",
        "Welcome to the data team\nYour access key is <A>\nYour secret key is <a>\nPlease rotate it every 90 days\n",
        "Aa",
        _docx,
    ),
    "xlsx": Row("Accounts.xlsx", "account key secret\nprod <A> <a>\nstaging <B> <b>\n", "Aa Bb", _xlsx),
    "SQLite": Row(
        "app.sqlite3", "access_key,secret_key,region\n<A>,<a>,us-east-1\n<B>,<b>,eu-west-1\n", "Aa Bb", _sqlite
    ),
    "SQLite, names and values": Row(
        "settings.db",
        "name,value\ns3.bucket,acme\ns3.access_key,<A>\ns3.secret_key,<a>\ns3.region,us-east-1\n",
        "Aa",
        _sqlite,
    ),
    "pyc": Row(
        "settings.cpython-311.pyc",
        'BUCKET = "acme"\nAWS_ACCESS_KEY_ID = "<A>"\nAWS_SECRET_ACCESS_KEY = "<a>"\nREGION = "us-east-1"\n',
        "Aa",
        _pyc,
    ),
}
