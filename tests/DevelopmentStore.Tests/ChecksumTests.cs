namespace S3Auth.DevelopmentStore.Tests;

/// <summary>Checksums that are kept with objects, and those of multipart uploads and forms.</summary>
internal sealed class ChecksumTests : MultipartFixture
{
    private const string Sha256 = "x-amz-checksum-sha256";

    // The CRC-32 of "123456789", its published check value.
    private const string Crc32OfDigits = "y/Q5Jg==";

    [Test]
    public async Task Checksum_is_returned_only_if_requested_and_for_the_whole_object()
    {
        await Signer.Authorize(On("PUT", "key", Bytes("123456789")).With("x-amz-checksum-crc32", Crc32OfDigits)).SendAsync();
        await Store.StopAsync();
        await Store.StartAgainAsync();

        foreach (var method in (string[])["GET", "HEAD"])
        {
            var wanted = await Signer.Authorize(On(method, "key").With("x-amz-checksum-mode", "ENABLED")).SendAsync();
            Assert.That(wanted.Headers["x-amz-checksum-crc32"], Is.EqualTo(Crc32OfDigits));
            Assert.That(wanted.Headers["x-amz-checksum-type"], Is.EqualTo("FULL_OBJECT"));
            var plain = await Signer.Authorize(On(method, "key")).SendAsync();
            Assert.That(plain.Headers.Keys, Has.None.StartsWith("x-amz-checksum"));
        }

        var range = await Signer.Authorize(On("GET", "key").With("x-amz-checksum-mode", "ENABLED").With("Range", "bytes=0-1")).SendAsync();
        Assert.That(range.Headers.Keys, Has.None.StartsWith("x-amz-checksum"));
    }

    [TestCase("x-amz-checksum-crc32", "short")]
    [TestCase("x-amz-checksum-sha256", "y/Q5Jg==")]
    public async Task Text_that_is_not_a_checksum_of_its_algorithm_is_refused(string header, string value) => Assert.That(
        (await Signer.Authorize(On("PUT", "key", Bytes("123456789")).With(header, value)).SendAsync()).Summary,
        Is.EqualTo("400 InvalidRequest"));

    [TestCase("AAAAAA==", "400 BadDigest")]
    [TestCase("short", "400 InvalidRequest")]
    public async Task Malformed_checksum_is_refused_before_the_content_is_compared(string value, string expected) => Assert.That(
        (await Signer.Authorize(On("PUT", "key", Bytes("123456789"))
            .With("x-amz-checksum-crc32", value)
            .With("Content-MD5", Convert.ToBase64String(new byte[16]))).SendAsync()).Summary,
        Is.EqualTo(expected));

    [TestCase(Crc32OfDigits, "204")]
    [TestCase("AAAAAA==", "400 BadDigest")]
    public async Task Form_may_declare_a_checksum(string value, string expected)
    {
        var form = new TestForm(Store) { File = Bytes("123456789") };
        form.Fields.Add(("x-amz-checksum-crc32", value));
        form.Conditions.Add(new[] { "starts-with", "$x-amz-checksum-crc32", "" });

        Assert.That((await form.SendAsync()).Summary, Is.EqualTo(expected));

        var stored = await Signer.Authorize(On("HEAD", "up/a.txt").With("x-amz-checksum-mode", "ENABLED")).SendAsync();
        Assert.That(stored.Headers.GetValueOrDefault("x-amz-checksum-crc32"), Is.EqualTo(expected == "204" ? value : null));
    }

    [Test]
    public async Task Composite_checksum_is_the_checksum_of_the_checksums_of_the_parts()
    {
        var parts = new[] { Part(1), Part(2, bytes: 9) };
        var hashes = parts.Select(System.Security.Cryptography.SHA256.HashData).ToArray();
        var id = await CreateAsync("key", ("x-amz-checksum-algorithm", "SHA256"));
        for (var i = 0; i < parts.Length; i++)
        {
            var put = await PutPartAsync("key", id, i + 1, parts[i], (Sha256, Convert.ToBase64String(hashes[i])));
            Assert.That(put.Headers[Sha256], Is.EqualTo(Convert.ToBase64String(hashes[i])), put.Text);
        }

        Assert.That(All(await ListPartsAsync("key", id), "ChecksumSHA256"), Is.EqualTo(hashes.Select(Convert.ToBase64String)));
        var missing = await CompleteAsync("key", id, (1, ETagOf(parts[0])), (2, ETagOf(parts[1])));
        Assert.That(missing.Summary, Is.EqualTo("400 InvalidRequest"));
        Assert.That((await CompleteAsync("key", id, WithSha256(parts, hashes[1], hashes[0]))).Summary, Is.EqualTo("400 InvalidPart"));
        var done = await CompleteAsync("key", id, WithSha256(parts, hashes));

        var expected = $"{Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData([.. hashes[0], .. hashes[1]]))}-2";
        Assert.That((done.Element("ChecksumSHA256"), done.Element("ChecksumType")), Is.EqualTo((expected, "COMPOSITE")), done.Text);
        var head = await Signer.Authorize(On("HEAD", "key").With("x-amz-checksum-mode", "ENABLED")).SendAsync();
        Assert.That((head.Headers[Sha256], head.Headers["x-amz-checksum-type"]), Is.EqualTo((expected, "COMPOSITE")));
    }

    [TestCase("CRC32", "FULL_OBJECT", "x-amz-checksum-crc32", Crc32OfDigits)]
    [TestCase("CRC64NVME", "", "x-amz-checksum-crc64nvme", "rosUhgp5mIg=")]
    public async Task Full_checksum_is_that_of_the_whole_content(string algorithm, string type, string header, string value)
    {
        var id = await CreateAsync("key", ("x-amz-checksum-algorithm", algorithm), ("x-amz-checksum-type", type));
        var etag = (await PutPartAsync("key", id, 1, Bytes("123456789"))).Headers["ETag"];

        var xml = Completion((1, etag));
        Assert.That((await CompleteAsync("key", id, xml, (header, "AAAA" + value[4..]))).Summary, Is.EqualTo("400 BadDigest"));
        Assert.That((await CompleteAsync("key", id, xml, (header, value))).Summary, Is.EqualTo("200"));

        var head = await Signer.Authorize(On("HEAD", "key").With("x-amz-checksum-mode", "ENABLED")).SendAsync();
        Assert.That((head.Headers[header], head.Headers["x-amz-checksum-type"]), Is.EqualTo((value, "FULL_OBJECT")));
    }

    [Test]
    public async Task Part_needs_the_checksum_of_its_upload()
    {
        var id = await CreateAsync("key", ("x-amz-checksum-algorithm", "SHA256"));
        Assert.That((await PutPartAsync("key", id, 1, Bytes("123456789"))).Summary, Is.EqualTo("400 InvalidRequest"));
        Assert.That(
            (await PutPartAsync("key", id, 1, Bytes("123456789"), ("x-amz-checksum-crc32", Crc32OfDigits))).Summary,
            Is.EqualTo("400 InvalidRequest"));
        Assert.That(
            (await PutPartAsync("key", id, 1, Bytes("123456780"), (Sha256, "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="))).Summary,
            Is.EqualTo("400 BadDigest"));
        Assert.That((await ListPartsAsync("key", id)).Text, Does.Not.Contain("<Part>"));
    }

    [TestCase("MD5", "")]
    [TestCase("sha256", "")]
    [TestCase("SHA256", "FULL_OBJECT")]
    [TestCase("CRC64NVME", "COMPOSITE")]
    [TestCase("CRC32", "HALF")]
    [TestCase("", "COMPOSITE")]
    public async Task Upload_with_an_unsupported_checksum_is_refused(string algorithm, string type)
    {
        var request = On("POST", "key").With("x-amz-checksum-algorithm", algorithm).With("x-amz-checksum-type", type);
        request.Target += "?uploads";
        Assert.That((await Signer.Authorize(request).SendAsync()).Summary, Is.EqualTo("400 InvalidRequest"));
        Assert.That(Store.Files(), Is.Empty);
    }

    private static string WithSha256(byte[][] parts, params byte[][] hashes) =>
        "<CompleteMultipartUpload>"
        + string.Concat(parts.Select((part, i) => $"<Part><PartNumber>{i + 1}</PartNumber><ETag>{ETagOf(part)}</ETag>"
            + $"<ChecksumSHA256>{Convert.ToBase64String(hashes[i])}</ChecksumSHA256></Part>"))
        + "</CompleteMultipartUpload>";
}
