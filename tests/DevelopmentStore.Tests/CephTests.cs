namespace S3Auth.DevelopmentStore.Tests;

/// <summary>What differs from AWS when the store behaves as Ceph.</summary>
internal sealed class CephTests : MultipartFixture
{
    protected override StoreBehaviour Behaviour => StoreBehaviour.Ceph;

    [TestCase("us-east-2")]
    [TestCase("anything_at.all")]
    public async Task Region_is_not_checked(string region)
    {
        var signer = Signer with { Region = region };
        Assert.That((await signer.Authorize(On("PUT", "key", Bytes("x"))).SendAsync()).Status, Is.EqualTo(200));
        Assert.That((await signer.Presign(On("GET", "key")).SendAsync()).Text, Is.EqualTo("x"));
        Assert.That(
            (await (signer with { SecretKey = "another secret" }).Presign(On("GET", "key")).SendAsync()).Summary,
            Is.EqualTo("403 SignatureDoesNotMatch"));
    }

    [TestCase("")]
    [TestCase("a region")]
    public async Task Text_that_cannot_be_a_region_is_refused(string region) => Assert.That(
        (await (Signer with { Region = region }).Authorize(On("GET", "key")).SendAsync()).Summary,
        Is.EqualTo("400 AuthorizationHeaderMalformed"));

    [TestCase("x-amz-meta-a")]
    [TestCase("x_amz-meta_a")]
    public async Task Unsigned_headers_are_honoured(string name)
    {
        Assert.That(
            (await Signer.Presign(On("PUT", "key", Bytes("x"))).With(name, "1").SendAsync()).Status, Is.EqualTo(200));
        Assert.That((await GetAsync("key")).Headers["x-amz-meta-a"], Is.EqualTo("1"));
    }

    [TestCase("x-amz-copy-source")]
    [TestCase("x_amz_copy_source")]
    public async Task Unsigned_copy_header_is_honoured(string name)
    {
        await PutAsync("secret", Bytes("secret"));
        var answer = await Signer.Presign(On("PUT", "mine")).With(name, $"{Bucket}/secret").SendAsync();

        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
        Assert.That((await GetAsync("mine")).Text, Is.EqualTo("secret"));
    }

    [Test]
    public async Task Conditions_are_honoured_by_puts_and_ignored_by_completions()
    {
        await PutAsync("key", Bytes("x"));
        Assert.That(
            (await Signer.Authorize(On("PUT", "key", Bytes("y")).With("If-None-Match", "*")).SendAsync()).Summary,
            Is.EqualTo("412 PreconditionFailed"));

        var id = await CreateAsync("key");
        var etag = (await PutPartAsync("key", id, 1, Bytes("z"))).Headers["ETag"];
        Assert.That((await CompleteAsync("key", id, Completion((1, etag)), ("If-None-Match", "*"))).Status, Is.EqualTo(200));
        Assert.That((await GetAsync("key")).Text, Is.EqualTo("z"));
    }

    [Test]
    public async Task Completion_must_name_all_parts()
    {
        var id = await CreateAsync("key");
        var etag = (await PutPartAsync("key", id, 1, Bytes("x"))).Headers["ETag"];
        await PutPartAsync("key", id, 2, Bytes("x"));

        Assert.That((await CompleteAsync("key", id, (1, etag))).Summary, Is.EqualTo("400 InvalidPart"));
        Assert.That((await CompleteAsync("key", id, (2, etag))).Summary, Is.EqualTo("400 InvalidPart"));
    }

    [Test]
    public async Task Checksums_are_ignored()
    {
        var put = await Signer.Authorize(On("PUT", "key", Bytes("x")).With("x-amz-checksum-sha256", "wrong")).SendAsync();
        Assert.That(put.Status, Is.EqualTo(200));
        Assert.That(put.Headers.Keys, Has.None.StartsWith("x-amz-checksum"));
        var get = await Signer.Authorize(On("GET", "key").With("x-amz-checksum-mode", "ENABLED")).SendAsync();
        Assert.That(get.Headers.Keys, Has.None.StartsWith("x-amz-checksum"));

        var form = new TestForm(Store);
        form.Fields.Add(("x-amz-checksum-crc32", "wrong"));
        form.Conditions.Add(new[] { "starts-with", "$x-amz-checksum-crc32", "" });
        Assert.That((await form.SendAsync()).Status, Is.EqualTo(204));
    }

    [Test]
    public async Task Put_without_a_length_is_refused()
    {
        var chunked = Signer.Authorize(On("PUT", "key").With("Transfer-Encoding", "chunked"), "UNSIGNED-PAYLOAD");
        chunked.DeclaredLength = -1;
        chunked.Body = Bytes("1\r\nx\r\n0\r\n\r\n");
        Assert.That((await chunked.SendAsync()).Summary, Is.EqualTo("411 MissingContentLength"));
    }

    [Test]
    public async Task Header_in_the_list_of_signed_headers_must_be_signed_or_missing()
    {
        // The signature names x-amz-meta-a, but is made without it.
        var request = On("PUT", "key", Bytes("x"));
        (Signer with { AlsoSigned = ["host", "x-amz-meta-a"], OmitsMissing = true }).Presign(request);

        Assert.That((await request.SendAsync()).Status, Is.EqualTo(200));
        Assert.That((await request.With("x-amz-meta-a", "1").SendAsync()).Summary, Is.EqualTo("403 SignatureDoesNotMatch"));
    }

    [Test]
    public async Task Continuation_tokens_are_keys_or_common_prefixes()
    {
        foreach (var key in (string[])["a", "b/1", "b/2", "c d"])
        {
            await PutAsync(key, Bytes("x"));
        }

        var first = await ListAsync("list-type=2&max-keys=2&delimiter=%2F");
        Assert.That(first.Element("NextContinuationToken"), Is.EqualTo("b/"));
        var second = await ListAsync("list-type=2&delimiter=%2F&continuation-token=b%2F");
        Assert.That(second.Text, Does.Contain("<Key>c d</Key>").And.Contain("<KeyCount>1</KeyCount>"));
        Assert.That((await ListAsync("list-type=2&max-keys=1")).Element("NextContinuationToken"), Is.EqualTo("a"));
        Assert.That((await ListAsync("list-type=2&continuation-token=b%2F1")).Text, Does.Contain("<KeyCount>2</KeyCount>"));
    }

    [Test]
    public async Task Upload_form_is_taken() => Assert.That((await new TestForm(Store).SendAsync()).Status, Is.EqualTo(204));
}
