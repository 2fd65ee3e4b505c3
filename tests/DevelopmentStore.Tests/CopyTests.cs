namespace S3Auth.DevelopmentStore.Tests;

/// <summary>CopyObject and UploadPartCopy.</summary>
internal sealed class CopyTests : MultipartFixture
{
    // Of "0123456789", by another implementation.
    private const string Crc32 = "poTHxg==";

    [SetUp]
    public async Task PutSource()
    {
        var source = On("PUT", "source +%", Bytes("0123456789")).With("x-amz-meta-a", "1").With("Content-Type", "text/plain")
            .With("x-amz-storage-class", "STANDARD_IA").With("x-amz-checksum-crc32", Crc32);
        Assert.That((await Signer.Authorize(source).SendAsync()).Summary, Is.EqualTo("200"));
    }

    [TestCase("/s3auth-dev/source%20%2B%25")]
    [TestCase("s3auth-dev/source%20+%25")]
    public async Task Object_is_copied_with_its_metadata(string source)
    {
        var answer = await CopyAsync("copy", source);

        Assert.That((answer.Status, answer.Element("ETag")), Is.EqualTo((200, ETagOf(Bytes("0123456789")))), answer.Text);
        var copy = await Signer.Authorize(On("GET", "copy").With("x-amz-checksum-mode", "ENABLED")).SendAsync();
        Assert.That(copy.Text, Is.EqualTo("0123456789"));
        Assert.That((copy.Headers["x-amz-meta-a"], copy.Headers["Content-Type"]), Is.EqualTo(("1", "text/plain")));
        Assert.That(copy.Headers["x-amz-checksum-crc32"], Is.EqualTo(Crc32));
        Assert.That(copy.Headers.ContainsKey("x-amz-storage-class"), Is.False, "As in S3, the storage class is not copied.");
    }

    [Test]
    public async Task Copy_may_have_metadata_of_its_own()
    {
        await CopyAsync("copy", "s3auth-dev/source%20%2B%25", ("x-amz-metadata-directive", "REPLACE"), ("x-amz-meta-b", "2"));

        var copy = await GetAsync("copy");
        Assert.That((copy.Headers["x-amz-meta-b"], copy.Headers.ContainsKey("x-amz-meta-a")), Is.EqualTo(("2", false)));
        Assert.That(
            (await CopyAsync("copy", "s3auth-dev/copy", ("x-amz-metadata-directive", "REPLACE"), ("x-amz-meta-c", "3"))).Status,
            Is.EqualTo(200));
        Assert.That((await GetAsync("copy")).Headers["x-amz-meta-c"], Is.EqualTo("3"));
    }

    [TestCase("s3auth-dev/none", "", "", "404 NoSuchKey")]
    [TestCase("other/source", "", "", "404 NoSuchBucket")]
    [TestCase("", "", "", "400 InvalidArgument")]
    [TestCase("s3auth-dev", "", "", "400 InvalidArgument")]
    [TestCase("/s3auth-dev/", "", "", "400 InvalidArgument")]
    [TestCase("s3auth-dev/%zz", "", "", "400 InvalidURI")]
    [TestCase("s3auth-dev/%00", "", "", "400 InvalidURI")]
    [TestCase("s3auth-dev/source%20%2B%25?versionId=1", "", "", "501 NotImplemented")]
    [TestCase("s3auth-dev/../../etc/passwd", "", "", "404 NoSuchKey")]
    [TestCase("s3auth-dev/source%20%2B%25", "x-amz-metadata-directive", "MERGE", "400 InvalidArgument")]
    [TestCase("s3auth-dev/source%20%2B%25", "x-amz-acl", "public-read", "400 AccessControlListNotSupported")]
    [TestCase("s3auth-dev/source%20%2B%25", "x-amz-copy-source-if-match", "\"x\"", "412 PreconditionFailed")]
    [TestCase("s3auth-dev/source%20%2B%25", "x-amz-copy-source-if-none-match", "*", "412 PreconditionFailed")]
    [TestCase(
        "s3auth-dev/source%20%2B%25", "x-amz-copy-source-if-unmodified-since", "Tue, 24 Nov 2020 00:00:00 GMT", "412 PreconditionFailed")]
    [TestCase("s3auth-dev/source%20%2B%25", "x-amz-copy-source-if-match", "*", "200")]
    [TestCase("s3auth-dev/source%20%2B%25", "x-amz-checksum-algorithm", "MD9", "400 InvalidRequest")]
    public async Task Copy_is_refused_unless_its_source_exists_and_meets_the_conditions(
        string source, string header, string value, string expected)
    {
        (string, string)[] headers = header.Length == 0 ? [] : [(header, value)];
        Assert.That((await CopyAsync("copy", source, headers)).Summary, Is.EqualTo(expected));
        Assert.That((await GetAsync("copy")).Status, Is.EqualTo(expected == "200" ? 200 : 404));
        Assert.That(Directory.GetFiles(Store.Incoming), Is.Empty);
    }

    [Test]
    public async Task Copy_to_itself_without_a_change_is_refused()
    {
        await PutAsync("same", Bytes("x"));
        Assert.That((await CopyAsync("same", "s3auth-dev/same")).Summary, Is.EqualTo("400 InvalidRequest"));
        Assert.That((await CopyAsync("same", "s3auth-dev/same", ("x-amz-storage-class", "STANDARD_IA"))).Status, Is.EqualTo(200));
        Assert.That((await GetAsync("same")).Headers["x-amz-storage-class"], Is.EqualTo("STANDARD_IA"));
    }

    [Test]
    public async Task Conditional_copy_keeps_an_object_that_exists()
    {
        await PutAsync("copy", Bytes("old"));
        Assert.That(
            (await CopyAsync("copy", "s3auth-dev/source%20%2B%25", ("If-None-Match", "*"))).Summary, Is.EqualTo("412 PreconditionFailed"));
        Assert.That((await GetAsync("copy")).Text, Is.EqualTo("old"));
    }

    [Test]
    public async Task Unsigned_copy_header_is_refused() => Assert.That(
        (await Signer.Presign(On("PUT", "copy")).With("x-amz-copy-source", "s3auth-dev/source%20%2B%25").SendAsync()).Summary,
        Is.EqualTo("403 AccessDenied"));

    [Test]
    public async Task Copy_source_in_the_query_is_refused()
    {
        var request = On("PUT", "copy");
        request.Target += "?x-amz-copy-source=s3auth-dev%2Fsource";
        Assert.That((await Signer.Presign(request).SendAsync()).Summary, Is.EqualTo("501 NotImplemented"));
    }

    [Test]
    public async Task Part_is_copied_whole_or_by_range()
    {
        var id = await CreateAsync("whole");
        var first = await CopyPartAsync(id, 1, ("x-amz-copy-source-range", "bytes=2-4"));
        Assert.That((first.Status, first.Element("ETag")), Is.EqualTo((200, ETagOf(Bytes("234")))), first.Text);
        Assert.That((await CompleteAsync("whole", id, (1, first.Element("ETag")))).Status, Is.EqualTo(200));
        Assert.That((await GetAsync("whole")).Text, Is.EqualTo("234"));

        id = await CreateAsync("whole", ("x-amz-checksum-algorithm", "CRC32"));
        var all = await CopyPartAsync(id, 1);
        Assert.That((all.Element("ETag"), all.Element("ChecksumCRC32")), Is.EqualTo((ETagOf(Bytes("0123456789")), Crc32)));
    }

    [TestCase("bytes=0-10", "400 InvalidArgument")]
    [TestCase("bytes=-3", "400 InvalidArgument")]
    [TestCase("bytes=3-", "400 InvalidArgument")]
    [TestCase("bytes=4-2", "400 InvalidArgument")]
    [TestCase("2-4", "400 InvalidArgument")]
    [TestCase("bytes=10-11", "416 InvalidRange")]
    public async Task Range_of_a_part_must_be_within_the_source(string range, string expected)
    {
        var id = await CreateAsync("whole");
        Assert.That((await CopyPartAsync(id, 1, ("x-amz-copy-source-range", range))).Summary, Is.EqualTo(expected));
        Assert.That((await CopyPartAsync("x", 1)).Summary, Is.EqualTo("404 NoSuchUpload"));
        Assert.That((await CopyPartAsync(id, 0)).Summary, Is.EqualTo("400 InvalidArgument"));
    }

    private Task<RawResponse> CopyAsync(string key, string source, params (string Name, string Value)[] headers)
    {
        var request = On("PUT", key).With("x-amz-copy-source", source);
        request.Headers.AddRange(headers);
        return Signer.Authorize(request).SendAsync();
    }

    private Task<RawResponse> CopyPartAsync(string id, int number, params (string Name, string Value)[] headers) =>
        PutPartAsync("whole", id, number, [], [("x-amz-copy-source", "s3auth-dev/source%20%2B%25"), .. headers]);
}
