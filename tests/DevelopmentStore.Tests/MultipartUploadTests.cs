namespace S3Auth.DevelopmentStore.Tests;

internal sealed class MultipartUploadTests : MultipartFixture
{
    private const string Key = "up/größe +%.bin";
    private const string NoUpload = "00000000000000000000000000000000";

    [Test]
    public async Task Parts_become_one_object_with_the_properties_of_the_upload()
    {
        var (one, two, three) = (Part(1), Part(2), Part(3, bytes: 17));
        var id = await CreateAsync(Key, ("x-amz-meta-who", "me"), ("Content-Type", "text/csv"), ("x-amz-storage-class", "STANDARD_IA"));
        Assert.That((await GetAsync(Key)).Summary, Is.EqualTo("404 NoSuchKey"));

        // In any order, with gaps, one of them presigned, and one replaced.
        Assert.That((await PutPartAsync(Key, id, 10_000, three)).Headers["ETag"], Is.EqualTo(ETagOf(three)));
        await PutPartAsync(Key, id, 2, Part(9, bytes: 5));
        await PutPartAsync(Key, id, 2, two);
        var presigned = On("PUT", Key, one);
        presigned.Target += $"?partNumber=1&uploadId={id}";
        Assert.That((await Signer.Presign(presigned).SendAsync()).Status, Is.EqualTo(200));
        var answer = await CompleteAsync(Key, id, (1, ETagOf(one)), (2, ETagOf(two).Trim('"')), (10_000, ETagOf(three)));

        var whole = new[] { one, two, three };
        var etag = Md5([.. whole.SelectMany(Md5)]);
        Assert.That(answer.Summary, Is.EqualTo("200"), answer.Text);
        Assert.That(answer.Element("ETag"), Is.EqualTo($"\"{Convert.ToHexStringLower(etag)}-3\""));
        Assert.That(answer.Element("Location"), Is.EqualTo($"{Store.Endpoint}{Bucket}/{Path(Key)}"));
        var stored = await GetAsync(Key);
        Content.AssertSame(stored.Body, [.. whole.SelectMany(part => part)]);
        Assert.That(stored.Headers["ETag"], Is.EqualTo(answer.Element("ETag")));
        Assert.That(
            (stored.Headers["x-amz-meta-who"], stored.Headers["Content-Type"], stored.Headers["x-amz-storage-class"]),
            Is.EqualTo(("me", "text/csv", "STANDARD_IA")));
        Assert.That((await ListAsync()).Text, Does.Contain($"<Size>{(2 * MinPart) + 17}</Size>"));
        Assert.That(Store.Files(), Has.Length.EqualTo(1), "The parts are gone.");
        Assert.That((await CompleteAsync(Key, id, (1, ETagOf(one)))).Summary, Is.EqualTo("404 NoSuchUpload"));
    }

    [Test]
    public async Task Object_has_the_time_of_the_start_of_its_upload()
    {
        var started = Store.Clock.GetUtcNow();
        var id = await CreateAsync("key");
        Store.Clock.Advance(TimeSpan.FromHours(2));
        await PutPartAsync("key", id, 1, Bytes("x"));
        await CompleteAsync("key", id, (1, ETagOf(Bytes("x"))));

        Assert.That((await GetAsync("key")).Headers["Last-Modified"], Is.EqualTo(started.ToString("R", CultureInfo.InvariantCulture)));
    }

    [Test]
    public async Task Parts_that_are_not_named_are_dropped()
    {
        var id = await CreateAsync("key");
        await PutPartAsync("key", id, 1, Bytes("one"));
        await PutPartAsync("key", id, 2, Bytes("two"));

        Assert.That((await CompleteAsync("key", id, (2, ETagOf(Bytes("two"))))).Status, Is.EqualTo(200));

        Assert.That((await GetAsync("key")).Text, Is.EqualTo("two"));
        Assert.That(Store.Files(), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task Abort_removes_the_parts()
    {
        var id = await CreateAsync("key");
        await PutPartAsync("key", id, 1, Bytes("x"));

        Assert.That((await AbortAsync("key", id)).Status, Is.EqualTo(204));

        Assert.That(Store.Files(), Is.Empty);
        Assert.That((await AbortAsync("key", id)).Summary, Is.EqualTo("404 NoSuchUpload"));
        Assert.That((await PutPartAsync("key", id, 1, Bytes("x"))).Summary, Is.EqualTo("404 NoSuchUpload"));
        Assert.That((await ListPartsAsync("key", id)).Summary, Is.EqualTo("404 NoSuchUpload"));
    }

    [TestCase(NoUpload)]
    [TestCase("")]
    [TestCase("..")]
    [TestCase("..%2F..%2Fobjects")]
    [TestCase("%2Fetc%2Fpasswd")]
    [TestCase("C%3A%5Cx")]
    [TestCase("%00")]
    public async Task Unknown_upload_is_refused_everywhere(string id)
    {
        await PutAsync("key", Bytes("x"));
        foreach (var answer in new[]
        {
            await PutPartAsync("key", id, 1, Bytes("x")), await CompleteAsync("key", id, (1, "x")), await AbortAsync("key", id),
            await ListPartsAsync("key", id),
        })
        {
            Assert.That(answer.Summary, Is.EqualTo("404 NoSuchUpload"));
        }

        Assert.That(Store.Files(), Has.Length.EqualTo(1));
        Assert.That((await GetAsync("key")).Text, Is.EqualTo("x"));
    }

    [Test]
    public async Task Upload_of_another_key_is_refused()
    {
        var id = await CreateAsync("key");
        await PutPartAsync("key", id, 1, Bytes("x"));

        Assert.That((await PutPartAsync("kez", id, 1, Bytes("x"))).Summary, Is.EqualTo("404 NoSuchUpload"));
        Assert.That((await CompleteAsync("kez", id, (1, ETagOf(Bytes("x"))))).Summary, Is.EqualTo("404 NoSuchUpload"));
        Assert.That((await AbortAsync("kez", id)).Summary, Is.EqualTo("404 NoSuchUpload"));
        Assert.That((await ListPartsAsync("key", id)).Status, Is.EqualTo(200));
    }

    [TestCase("partNumber=0&uploadId=")]
    [TestCase("partNumber=10001&uploadId=")]
    [TestCase("partNumber=-1&uploadId=")]
    [TestCase("partNumber=99999999999999999999&uploadId=")]
    [TestCase("partNumber=one&uploadId=")]
    [TestCase("partNumber=&uploadId=")]
    [TestCase("uploadId=")]
    [TestCase("partNumber=1&x-no=")]
    public async Task Part_needs_a_number_up_to_10000_and_an_upload(string query)
    {
        var request = On("PUT", "key", Bytes("x"));
        request.Target += $"?{query}{await CreateAsync("key")}";

        Assert.That((await Signer.Authorize(request).SendAsync()).Summary, Is.EqualTo("400 InvalidArgument"));
    }

    [Test]
    public async Task Body_of_a_part_is_verified()
    {
        var id = await CreateAsync("key");
        Assert.That(
            (await PutPartAsync("key", id, 1, Bytes("hello"), ("Content-MD5", "XUFAKrxLKna5cZ2REBfFkw=="))).Summary,
            Is.EqualTo("400 BadDigest"));
        Assert.That((await PutPartAsync("key", id, 1, Bytes("x"), ("x-amz-tagging", "a=b"))).Summary, Is.EqualTo("501 NotImplemented"));
        var huge = On("PUT", "key");
        huge.Target += $"?partNumber=1&uploadId={id}";
        huge.DeclaredLength = (5L * 1024 * 1024 * 1024) + 1;
        Assert.That((await Signer.Authorize(huge, "UNSIGNED-PAYLOAD").SendAsync()).Summary, Is.EqualTo("400 EntityTooLarge"));
        Assert.That((await ListPartsAsync("key", id)).Text, Does.Not.Contain("<Part>"));
    }

    [TestCase("", "400 MalformedXML")]
    [TestCase("not xml", "400 MalformedXML")]
    [TestCase("<CompleteMultipartUpload/>", "400 MalformedXML")]
    [TestCase("<Other><Part><PartNumber>1</PartNumber><ETag>E</ETag></Part></Other>", "400 MalformedXML")]
    [TestCase("<CompleteMultipartUpload><Part><ETag>E</ETag></Part></CompleteMultipartUpload>", "400 MalformedXML")]
    [TestCase("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>", "400 MalformedXML")]
    [TestCase(
        "<CompleteMultipartUpload><Part><PartNumber>x</PartNumber><ETag>E</ETag></Part></CompleteMultipartUpload>", "400 MalformedXML")]
    [TestCase("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>E</ETag></Part>", "400 MalformedXML")]
    [TestCase(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>E</ETag></Part></CompleteMultipartUpload><x/>", "400 MalformedXML")]
    [TestCase(
        "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><CompleteMultipartUpload><Part><PartNumber>1</PartNumber>"
        + "<ETag>&b;</ETag></Part></CompleteMultipartUpload>",
        "400 MalformedXML")]
    [TestCase(
        "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>E</ETag></Part>"
        + "</CompleteMultipartUpload>",
        "400 MalformedXML")]
    public async Task Completion_with_other_XML_is_refused(string xml, string expected)
    {
        var id = await CreateAsync("key");
        var etag = (await PutPartAsync("key", id, 1, Bytes("x"))).Headers["ETag"];

        xml = xml.Replace("E<", $"{etag}<", StringComparison.Ordinal);
        Assert.That((await CompleteAsync("key", id, xml)).Summary, Is.EqualTo(expected));

        Assert.That((await CompleteAsync("key", id, (1, etag))).Status, Is.EqualTo(200), "The upload is still there.");
    }

    [Test]
    public async Task Completion_with_too_many_parts_or_too_many_bytes_is_refused()
    {
        var id = await CreateAsync("key");
        var many = Completion([.. Enumerable.Range(1, 10_001).Select(number => (number, "e"))]);
        Assert.That((await CompleteAsync("key", id, many)).Summary, Is.EqualTo("400 MalformedXML"));
        Assert.That(
            (await CompleteAsync("key", id, Completion([.. Enumerable.Range(1, 10_000).Select(number => (number, "e"))]))).Summary,
            Is.EqualTo("400 InvalidPart"));
        var deep = string.Concat(Enumerable.Repeat("<a>", 500_000));
        Assert.That(
            (await CompleteAsync("key", id, $"<CompleteMultipartUpload><Part>{deep}</Part></CompleteMultipartUpload>")).Summary,
            Is.EqualTo("400 MalformedXML"));
        Assert.That(
            (await CompleteAsync("key", id, new string(' ', (4 * 1024 * 1024) + 1))).Summary,
            Is.EqualTo("400 MaxMessageLengthExceeded"));
    }

    [Test]
    public async Task Parts_must_exist_be_in_order_and_have_the_minimum_size()
    {
        var (one, two) = (Part(1, MinPart - 1), Part(2, 10));
        var id = await CreateAsync("key");
        await PutPartAsync("key", id, 1, one);
        await PutPartAsync("key", id, 2, two);
        var (first, second) = ((1, ETagOf(one)), (2, ETagOf(two)));

        Assert.That((await CompleteAsync("key", id, second, first)).Summary, Is.EqualTo("400 InvalidPartOrder"));
        Assert.That((await CompleteAsync("key", id, second, second)).Summary, Is.EqualTo("400 InvalidPartOrder"));
        Assert.That((await CompleteAsync("key", id, (1, ETagOf(two)))).Summary, Is.EqualTo("400 InvalidPart"));
        Assert.That((await CompleteAsync("key", id, first, second, (3, "\"x\""))).Summary, Is.EqualTo("400 InvalidPart"));
        Assert.That((await CompleteAsync("key", id, (0, "x"))).Summary, Is.EqualTo("400 InvalidPart"));
        var small = await CompleteAsync("key", id, first, second);
        Assert.That(small.Summary, Is.EqualTo("400 EntityTooSmall"));
        Assert.That((small.Element("PartNumber"), small.Element("MinSizeAllowed")), Is.EqualTo(("1", "5242880")));
        Assert.That((await GetAsync("key")).Summary, Is.EqualTo("404 NoSuchKey"));
        Assert.That(Directory.GetFiles(Store.Incoming), Is.Empty);
    }

    [Test]
    public async Task Completion_must_match_the_declared_size()
    {
        var id = await CreateAsync("key");
        var etag = (await PutPartAsync("key", id, 1, Bytes("four"))).Headers["ETag"];

        Assert.That(
            (await CompleteAsync("key", id, Completion((1, etag)), ("x-amz-mp-object-size", "5"))).Summary,
            Is.EqualTo("400 InvalidRequest"));
        Assert.That((await CompleteAsync("key", id, Completion((1, etag)), ("x-amz-mp-object-size", "4"))).Summary, Is.EqualTo("200"));
    }

    [Test]
    public async Task Conditional_completion_keeps_an_object_that_exists()
    {
        var id = await CreateAsync("key");
        var etag = (await PutPartAsync("key", id, 1, Bytes("new"))).Headers["ETag"];
        await PutAsync("key", Bytes("old"));

        Assert.That(
            (await CompleteAsync("key", id, Completion((1, etag)), ("If-None-Match", "*"))).Summary,
            Is.EqualTo("412 PreconditionFailed"));
        Assert.That((await GetAsync("key")).Text, Is.EqualTo("old"));

        await Signer.Authorize(On("DELETE", "key")).SendAsync();
        Assert.That((await CompleteAsync("key", id, Completion((1, etag)), ("If-None-Match", "*"))).Status, Is.EqualTo(200));
        Assert.That((await GetAsync("key")).Text, Is.EqualTo("new"));
    }

    [Test]
    public async Task Parts_are_listed_in_pages()
    {
        var id = await CreateAsync("key", ("x-amz-storage-class", "STANDARD_IA"));
        foreach (var number in (int[])[7, 1, 10_000, 3])
        {
            await PutPartAsync("key", id, number, Bytes($"part {number}"));
        }

        var all = await ListPartsAsync("key", id);
        Assert.That(All(all, "PartNumber"), Is.EqualTo(["1", "3", "7", "10000"]));
        Assert.That(All(all, "Size"), Is.EqualTo(["6", "6", "6", "10"]));
        Assert.That(All(all, "ETag")[0], Is.EqualTo(ETagOf(Bytes("part 1"))));
        Assert.That(
            (all.Element("IsTruncated"), all.Element("UploadId"), all.Element("StorageClass")), Is.EqualTo(("false", id, "STANDARD_IA")));

        var first = await ListPartsAsync("key", id, "&max-parts=3");
        Assert.That(
            (first.Element("IsTruncated"), first.Element("NextPartNumberMarker"), first.Element("MaxParts")),
            Is.EqualTo(("true", "7", "3")));
        var second = await ListPartsAsync("key", id, "&max-parts=3&part-number-marker=7");
        Assert.That((All(second, "PartNumber"), second.Element("IsTruncated")), Is.EqualTo((new[] { "10000" }, "false")));
        Assert.That((await ListPartsAsync("key", id, "&max-parts=0")).Element("IsTruncated"), Is.EqualTo("false"));
        Assert.That((await ListPartsAsync("key", id, "&max-parts=x")).Summary, Is.EqualTo("400 InvalidArgument"));
        Assert.That((await ListPartsAsync("key", id, "&part-number-marker=-1")).Summary, Is.EqualTo("400 InvalidArgument"));
    }

    [Test]
    public async Task Uploads_are_listed_in_pages_in_the_order_of_keys_and_time()
    {
        var made = new List<(string Key, string Id)>();
        foreach (var key in (string[])["b/2", "a", "b/1", "😀", "\uff00", "a"])
        {
            made.Add((key, await CreateAsync(key)));
            Store.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        string[] ordered = [made[1].Id, made[5].Id, made[2].Id, made[0].Id, made[4].Id, made[3].Id];
        Assert.That(All(await ListUploadsAsync(), "UploadId"), Is.EqualTo(ordered));
        Assert.That(All(await ListUploadsAsync("&prefix=b%2F"), "Key"), Is.EqualTo(["b/1", "b/2"]));

        var seen = new List<string>();
        for (var (more, isTruncated) = ("", true); isTruncated;)
        {
            var page = await ListUploadsAsync($"&max-uploads=1{more}");
            Assert.That(page.Summary, Is.EqualTo("200"), page.Text);
            seen.AddRange(All(page, "UploadId"));
            isTruncated = page.Element("IsTruncated") == "true";
            more = $"&key-marker={TestSigner.Encode(page.Element("NextKeyMarker"))}&upload-id-marker={page.Element("NextUploadIdMarker")}";
        }

        Assert.That(All(await ListUploadsAsync("&encoding-type=url&prefix=%F0%9F%98%80"), "Key"), Is.EqualTo(["%F0%9F%98%80"]));
        Assert.That(seen, Is.EqualTo(ordered));
        Assert.That((await ListUploadsAsync("&max-uploads=x")).Summary, Is.EqualTo("400 InvalidArgument"));
        Assert.That((await ListUploadsAsync("&encoding-type=x")).Summary, Is.EqualTo("400 InvalidArgument"));
    }

    [Test]
    public async Task Uploads_are_grouped_by_a_delimiter()
    {
        foreach (var key in (string[])["a", "b/1", "b/2", "c/1", "d"])
        {
            await CreateAsync(key);
        }

        var first = await ListUploadsAsync("&delimiter=%2F&max-uploads=2");
        Assert.That((All(first, "Key"), All(first, "Prefix")), Is.EqualTo((new[] { "a" }, new[] { "", "b/" })));
        Assert.That(first.Element("NextKeyMarker"), Is.EqualTo("b/"));
        var second = await ListUploadsAsync("&delimiter=%2F&key-marker=b%2F");
        Assert.That((All(second, "Key"), All(second, "Prefix")), Is.EqualTo((new[] { "d" }, new[] { "", "c/" })));
    }

    [Test]
    public async Task Parameters_that_are_not_supported_are_refused()
    {
        var id = await CreateAsync("key");
        Assert.That((await ListPartsAsync("key", id, "&versionId=1")).Summary, Is.EqualTo("501 NotImplemented"));
        Assert.That((await ListUploadsAsync("&marker=a")).Summary, Is.EqualTo("501 NotImplemented"));
        Assert.That((await Signer.Authorize(On("POST", "key")).SendAsync()).Summary, Is.EqualTo("501 NotImplemented"));
    }
}
