namespace S3Auth.DevelopmentStore.Tests;

/// <summary>What differs from AWS when the store behaves as R2.</summary>
internal sealed class R2Tests : MultipartFixture
{
    protected override StoreBehaviour Behaviour => StoreBehaviour.R2;

    [Test]
    public async Task Upload_forms_are_refused() =>
        Assert.That((await new TestForm(Store).SendAsync()).Summary, Is.EqualTo("501 NotImplemented"));

    [TestCase("auto", "200")]
    [TestCase("us-east-1", "200")]
    [TestCase("us-east-2", "400 AuthorizationHeaderMalformed")]
    public async Task Region_is_auto_or_us_east_1(string region, string expected) => Assert.That(
        (await (Signer with { Region = region }).Authorize(On("PUT", "key", Bytes("x"))).SendAsync()).Summary, Is.EqualTo(expected));

    [Test]
    public async Task All_parts_but_the_last_must_have_the_same_size()
    {
        var id = await CreateAsync("key");
        byte[][] parts = [Part(1), Part(2, MinPart + 1), Part(3), Part(4, bytes: 7)];
        for (var i = 0; i < parts.Length; i++)
        {
            await PutPartAsync("key", id, i + 1, parts[i]);
        }

        var tags = parts.Select(ETagOf).ToArray();
        Assert.That((await CompleteAsync("key", id, (1, tags[0]), (2, tags[1]), (4, tags[3]))).Summary, Is.EqualTo("400 InvalidPart"));
        Assert.That((await CompleteAsync("key", id, (1, tags[0]), (2, tags[1]))).Summary, Is.EqualTo("400 InvalidPart"));
        Assert.That((await CompleteAsync("key", id, (1, tags[0]), (3, tags[2]), (4, tags[3]))).Summary, Is.EqualTo("200"));
    }

    [Test]
    public async Task Conditional_put_is_honoured()
    {
        await PutAsync("key", Bytes("x"));
        Assert.That(
            (await Signer.Authorize(On("PUT", "key", Bytes("y")).With("If-None-Match", "*")).SendAsync()).Summary,
            Is.EqualTo("412 PreconditionFailed"));
    }

    [Test]
    public async Task Unsigned_headers_are_refused() => Assert.That(
        (await Signer.Presign(On("PUT", "key", Bytes("x"))).With("x-amz-meta-a", "1").SendAsync()).Summary,
        Is.EqualTo("403 AccessDenied"));
}
