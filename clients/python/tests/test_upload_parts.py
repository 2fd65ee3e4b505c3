"""The parts of uploads that need no store: names, listings, forms, ETags, bodies."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any, Optional

import pytest

from s3auth import ChangedFileError, UnacceptableFileError
from s3auth._core.forms import UploadForm
from s3auth._core.listing_xml import MAX_LISTING_BYTES, parse_listing
from s3auth._core.local_files import FileToUpload
from s3auth._core.multipart_etags import etag_of_parts, part_sizes_of
from s3auth._core.requests_transport import run_sync
from s3auth._core.sender import renew_at
from s3auth._core.transport import SENT_BLOCK_BYTES, Body, FileRange, FileStamp
from s3auth._core.upload_rules import UploadRules, destination, problem_of
from s3auth.errors import InvalidAnswerError
from s3auth.options import ClientOptions

MIB = 1024 * 1024


def listing(*objects: str, encoding: str = "<EncodingType>url</EncodingType>", truncated: str = "false") -> bytes:
    contents = "".join(f"<Contents>{one}</Contents>" for one in objects)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"<Name>b</Name><Prefix>p/</Prefix><IsTruncated>{truncated}</IsTruncated>{contents}{encoding}</ListBucketResult>"
    ).encode()


def item(key: str, size: str = "5", etag: str = "&quot;abc&quot;") -> str:
    return f"<Key>{key}</Key><LastModified>2026-11-24T06:21:01.000Z</LastModified><ETag>{etag}</ETag><Size>{size}</Size>"


class TestListing:
    def test_keys_are_decoded(self) -> None:
        page = parse_listing(listing(item("p/a+b%2Bc%25%C3%A4"), item("p/%01", size="0")))
        assert page is not None and not page.is_truncated
        assert [(one.key, one.size, one.etag) for one in page.objects] == [("p/a b+c%ä", 5, "abc"), ("p/\x01", 0, "abc")]
        plain = parse_listing(listing(item("p/a+b%2B"), encoding=""))
        assert plain is not None and plain.objects[0].key == "p/a+b%2B"

    def test_only_keys_below_the_folder_are_taken(self) -> None:
        page = parse_listing(listing(item("p/a"), item("p/b/c")))
        assert page is not None
        below = page.below("p/")
        assert below is not None and [one.key for one in below.objects] == ["a", "b/c"]
        assert page.below("p/b") is None

    def test_truncated_page(self) -> None:
        page = parse_listing(listing(item("p/a"), truncated="true"))
        assert page is not None and page.is_truncated

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{}",
            b"<html></html>",
            b"<ListBucketResult>",
            b"<ListBucketResult/>",
            listing(truncated="maybe"),
            listing(item("p/%FF")),
            listing(item("")),
            listing(item("p/a", size="-1")),
            listing(item("p/a", size="1" * 30)),
            listing(item("p/a", size="\u0661")),
            listing(item("p/a", etag="a\nb")),
            listing(item("p/a", etag="a&quot;b")),
            listing("<Key>p/a</Key>"),
            listing().replace(b"UTF-8", b"x-unknown"),
            b'<?xml version="1.0" encoding="UTF-16"?><ListBucketResult/>',
            b"\xff\xfe<\x00",
            b"<ListBucketResult>" + b"<a>" * 100_000,
            listing().replace(b"<ListBucketResult", b'<!DOCTYPE ListBucketResult [<!ENTITY a "b">]><ListBucketResult'),
            listing().decode().replace("<ListBucketResult", "<!DOCTYPE a><ListBucketResult").replace("UTF-8", "UTF-16").encode("utf-16"),
        ],
    )
    def test_what_is_not_a_valid_listing_is_none(self, content: bytes) -> None:
        assert parse_listing(content) is None

    def test_entities_do_not_expand(self) -> None:
        entities = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 20}">' for n in range(10))
        bomb = f'<!DOCTYPE a [<!ENTITY a "{"a" * 1000}">{entities}]><ListBucketResult><Name>&k;</Name></ListBucketResult>'
        assert parse_listing(bomb.encode()) is None

    def test_largest_page_is_parsed(self) -> None:
        page = parse_listing(listing(*(item("p/" + "%C3%A4" * 511) for _ in range(1000))))
        assert page is not None and len(page.objects) == 1000
        assert len(listing(*(item("p/" + "%C3%A4" * 511) for _ in range(1000)))) < MAX_LISTING_BYTES


class TestETags:
    def test_etag_of_parts_is_that_of_stores(self) -> None:
        parts = [hashlib.md5(b"a").hexdigest(), hashlib.md5(b"b").hexdigest().upper()]
        expected = hashlib.md5(hashlib.md5(b"a").digest() + hashlib.md5(b"b").digest()).hexdigest()
        assert etag_of_parts(parts) == expected + "-2"
        assert etag_of_parts(["abc"]) is None

    @pytest.mark.parametrize(
        ("etag", "size", "sizes"),
        [
            ("a-3", 40 * MIB, [16, 14, 15]),
            ("a-5", 40 * MIB, [8]),
            ("a-2", 100 * MIB, [50, 64]),
            ("a-1", 1000, [16, 1, 5, 8, 10, 15, 20, 25, 32, 50, 64, 100, 128, 256, 512, 1024]),
            ("a-7777", 7777 * 17 * MIB, [17]),
            ("a-0", 1000, []),
            ("a-9" + "9" * 5000, 1000, []),
            ("a-x", 1000, []),
            ("a-\u0663", 1000, []),
            ("abc", 1000, []),
            ("a-2", 0, []),
        ],
    )
    def test_part_sizes(self, etag: str, size: int, sizes: "list[int]") -> None:
        assert part_sizes_of(etag, size) == [one * MIB for one in sizes]


class TestRules:
    STRUCTURE: Any = {
        "folder_structure": "data/job_id=1/{hotkey}/",
        "sources": [],
        "example_paths": ["data/job_id=1/5F/job_id=default/a.parquet"],
        "min_bytes": 1024,
        "max_bytes": 6 * 1024**4,
        "upload_method": "PUT",
        "supports_batch_uploads": True,
        "supports_multipart_uploads": False,
    }

    def test_job_of_files_without_a_job_is_that_of_the_examples(self) -> None:
        assert UploadRules(self.STRUCTURE, ClientOptions(), None, None).folder == "job_id=default/"
        assert UploadRules(self.STRUCTURE, ClientOptions(), None, "7").folder == "job_id=7/"
        plain = {**self.STRUCTURE, "example_paths": ["data/job_id=1/5F/a.parquet"]}
        rules: Any = UploadRules(plain, ClientOptions(), None, None)  # type: ignore[arg-type]
        assert rules.folder == ""

    def test_size_that_only_parts_can_have(self) -> None:
        with pytest.raises(UnacceptableFileError, match="one request"):
            UploadRules(self.STRUCTURE, ClientOptions(), None, None).check("a", 5 * 1024**3 + 1)
        in_parts: Any = {**self.STRUCTURE, "supports_multipart_uploads": True}
        UploadRules(in_parts, ClientOptions(), None, None).check("a", 5 * 1024**3 + 1)

    def test_key_of_the_job_counts(self) -> None:
        path = "/".join(["a" * 200] * 5)
        rules = UploadRules(self.STRUCTURE, ClientOptions(), None, "j" * 30)
        with pytest.raises(UnacceptableFileError, match="1024"):
            rules.check(path, 2000)

    @pytest.mark.parametrize("path", ["a", "a b/c+d%/..e/.f", "ä/\U0001f600", "a" * 255, "~", "a:b", "CON"])
    def test_valid_names(self, path: str) -> None:
        assert problem_of(path) is None

    def test_destination(self) -> None:
        assert [destination(to, "n") for to in ("", "a", "a/", "a/b", "a/b/")] == ["n", "a", "a/n", "a/b", "a/b/n"]

    def test_windows_separators(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "sep", "\\")
        assert destination("a\\b\\", "n") == "a/b/n"


class TestBodies:
    def test_form_has_the_key_and_hides_the_local_name(self) -> None:
        form = UploadForm.of({"key": "folder/${filename}", "policy": "p"}, "folder/a.bin")
        head = form.head.decode()
        assert 'name="key"\r\n\r\nfolder/a.bin\r\n' in head and "${filename}" not in head
        assert head.endswith('name="file"; filename="file"\r\nContent-Type: application/octet-stream\r\n\r\n')
        assert "policy" not in repr(form)
        with pytest.raises(InvalidAnswerError):
            UploadForm.of({'a"b': ""}, "k")

    def test_segments_leave_in_full_blocks(self, tmp_path: Path) -> None:
        content = os.urandom(SENT_BLOCK_BYTES + 1000)
        (tmp_path / "a").write_bytes(content)
        seen: "list[bytes]" = []
        stamp = FileStamp.of(str(tmp_path / "a"))
        reader = Body([b"head", FileRange(str(tmp_path / "a"), 10, len(content) - 10, stamp, seen.append), b"tail"]).open()
        blocks = []
        while block := reader.read():
            blocks.append(block)
        assert [len(block) for block in blocks] == [SENT_BLOCK_BYTES, len(reader) - SENT_BLOCK_BYTES]
        assert b"".join(blocks) == b"head" + content[10:] + b"tail"
        assert b"".join(seen) == content[10:]

    @pytest.mark.parametrize("is_touched", [False, True])
    def test_last_block_of_a_changed_file_is_not_sent(self, tmp_path: Path, is_touched: bool) -> None:
        path = tmp_path / "a"
        path.write_bytes(b"0" * (2 * SENT_BLOCK_BYTES))
        file = FileToUpload.of_local(str(path), "a")
        reader = Body([file.segment(0, file.size)]).open()
        assert len(reader.read()) == SENT_BLOCK_BYTES
        if is_touched:
            os.utime(path, ns=(0, 0))
            with pytest.raises(ChangedFileError):
                reader.read()
        else:
            assert len(reader.read()) == SENT_BLOCK_BYTES and reader.read() == b""


def test_grants_are_renewed_before_they_end() -> None:
    assert renew_at(1000, 86400) == 1000 + 86400 - 300
    assert renew_at(1000, 400) == 1300
    # Otherwise a server whose grants end at once would be asked for grants for ever.
    assert renew_at(1000, -5) == renew_at(1000, 0) == renew_at(1000, 4) == 1005
    assert renew_at(1000, 40) == 1030
    assert renew_at(1000, 10**12) == 1000 + 7 * 86400 - 300
