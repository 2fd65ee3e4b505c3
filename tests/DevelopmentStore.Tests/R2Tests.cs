namespace S3Auth.DevelopmentStore.Tests;

/// <summary>What differs from AWS when the store behaves as R2.</summary>
internal sealed class R2Tests : StoreTests
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
    public async Task Unsigned_headers_are_refused() => Assert.That(
        (await Signer.Presign(On("PUT", "key", Bytes("x"))).With("x-amz-meta-a", "1").SendAsync()).Summary,
        Is.EqualTo("403 AccessDenied"));
}
