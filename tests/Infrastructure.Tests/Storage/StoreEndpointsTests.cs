namespace S3Auth.Infrastructure.Tests.Storage;

public sealed class StoreEndpointsTests
{
    [TestCase(null, "bucket-1", null, "https://bucket-1.s3.us-east-2.amazonaws.com/")]
    [TestCase(null, "bucket.1", null, "https://s3.us-east-2.amazonaws.com/bucket.1")]
    [TestCase(null, "bucket-1", S3Addressing.Path, "https://s3.us-east-2.amazonaws.com/bucket-1")]
    [TestCase("http://store.example:9000", "bucket-1", null, "http://store.example:9000/bucket-1")]
    [TestCase("http://store.example:9000", "bucket-1", S3Addressing.Virtual, "http://bucket-1.store.example:9000/")]
    [TestCase("http://store.example:9000", "bucket.1", S3Addressing.Virtual, "http://bucket.1.store.example:9000/")]
    public void Addressing_follows_the_setting_or_the_kind_of_store(
        string? endpoint, string bucket, S3Addressing? addressing, string url)
    {
        var route = Endpoints(endpoint, bucket, addressing).Current;

        Assert.That((route.Service.BucketUrl, route.Clients.BucketUrl, route.HasPublicEndpoint), Is.EqualTo((url, url, false)));
    }

    [TestCase("http://store.example", null, S3Addressing.Virtual)]
    [TestCase("http://127.0.0.1:9000", null, null)]
    [TestCase("http://store.example", S3Addressing.Path, null)]
    [TestCase("http://store.example", S3Addressing.Virtual, null)]
    [TestCase(null, null, null)]
    public void Alternative_exists_only_if_the_server_may_choose(
        string? endpoint, S3Addressing? addressing, S3Addressing? alternative) =>
        Assert.That(Endpoints(endpoint, "bucket-1", addressing).Alternative?.Addressing, Is.EqualTo(alternative));

    [TestCase("http://store.example", "Bucket_1", null)]
    [TestCase("http://192.0.2.7", "bucket-1", "http://store.example")]
    public void Alternative_needs_a_host_for_the_bucket(string endpoint, string bucket, string? publicEndpoint) =>
        Assert.That(Endpoints(endpoint, bucket, null, publicEndpoint).Alternative, Is.Null);

    [Test]
    public void Alternative_needs_a_host_name_at_the_public_endpoint_too() =>
        Assert.That(Endpoints("http://store.example", "bucket-1", null, "http://192.0.2.7").Alternative, Is.Null);

    private static StoreEndpoints Endpoints(
        string? endpoint, string bucket, S3Addressing? addressing, string? publicEndpoint = null) => new(
        new StorageOptions
        {
            Bucket = bucket,
            Region = "us-east-2",
            Endpoint = endpoint is null ? null : new Uri(endpoint),
            PublicEndpoint = publicEndpoint is null ? null : new Uri(publicEndpoint),
            Addressing = addressing,
        });
}
