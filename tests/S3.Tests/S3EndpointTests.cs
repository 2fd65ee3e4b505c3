using S3Auth.S3;

namespace S3Auth.S3.Tests;

public sealed class S3EndpointTests
{
    [TestCase("my-bucket", "eu-central-1", "https://my-bucket.s3.eu-central-1.amazonaws.com/")]
    [TestCase("my.bucket", "us-east-1", "https://s3.us-east-1.amazonaws.com/my.bucket")]
    [TestCase("my-bucket", "cn-north-1", "https://my-bucket.s3.cn-north-1.amazonaws.com.cn/")]
    public void Aws_names_the_bucket_in_the_host_unless_it_has_dots(string bucket, string region, string url) =>
        Assert.That(S3Endpoint.Aws(bucket, region).BucketUrl, Is.EqualTo(url));

    [TestCase("evil.com/", "us-east-1")]
    [TestCase("b@evil", "us-east-1")]
    [TestCase("b", "us-east-1.evil.com/")]
    [TestCase("Bucket", "us-east-1")]
    [TestCase("", "us-east-1")]
    [TestCase("b", "")]
    public void Aws_refuses_names_that_would_change_the_host(string bucket, string region) =>
        Assert.Throws<ArgumentException>(() => S3Endpoint.Aws(bucket, region));

    [TestCase("http://127.0.0.1:9000", "127.0.0.1:9000", "http://127.0.0.1:9000/b")]
    [TestCase("http://127.0.0.1:9000/", "127.0.0.1:9000", "http://127.0.0.1:9000/b")]
    [TestCase("http://store:80", "store", "http://store/b")]
    [TestCase("https://store:443/", "store", "https://store/b")]
    [TestCase("https://store:80/", "store:80", "https://store:80/b")]
    [TestCase("HTTPS://STORE.Example.com", "store.example.com", "https://store.example.com/b")]
    [TestCase("https://store/one/two/", "store", "https://store/one/two/b")]
    [TestCase("http://[::1]:9000", "[::1]:9000", "http://[::1]:9000/b")]
    [TestCase("http://[::1]", "[::1]", "http://[::1]/b")]
    [TestCase("https://bücher.example", "xn--bcher-kva.example", "https://xn--bcher-kva.example/b")]
    public void Path_addressing_signs_the_host_that_clients_send(string endpoint, string host, string url)
    {
        var made = S3Endpoint.Of(new Uri(endpoint), "b", S3Addressing.Path);

        Assert.That(made.Host, Is.EqualTo(host));
        Assert.That(made.BucketUrl, Is.EqualTo(url));
    }

    [Test]
    public void Path_addressing_encodes_the_bucket() => Assert.That(
        S3Endpoint.Of(new Uri("http://store"), "a b?", S3Addressing.Path).BucketUrl, Is.EqualTo("http://store/a%20b%3F"));

    [TestCase("http://s3.localhost:7480", "b.s3.localhost:7480", "http://b.s3.localhost:7480/")]
    [TestCase("https://store:443/", "b.store", "https://b.store/")]
    [TestCase("https://STORE.example", "b.store.example", "https://b.store.example/")]
    [TestCase("https://store/one/two/", "b.store", "https://b.store/one/two")]
    public void Virtual_addressing_has_the_bucket_before_the_host(string endpoint, string host, string url)
    {
        var made = S3Endpoint.Of(new Uri(endpoint), "b", S3Addressing.Virtual);

        Assert.That((made.Host, made.BucketUrl), Is.EqualTo((host, url)));
    }

    [TestCase("http://127.0.0.1:9000", "bucket")]
    [TestCase("http://[::1]:9000", "bucket")]
    [TestCase("http://store", "bucket/../other")]
    [TestCase("http://store", "evil.example/")]
    [TestCase("http://store", "Bucket")]
    public void Virtual_addressing_refuses_what_has_no_such_host(string endpoint, string bucket) =>
        Assert.Throws<ArgumentException>(() => S3Endpoint.Of(new Uri(endpoint), bucket, S3Addressing.Virtual));

    [TestCase("http://store.example", true)]
    [TestCase("http://store", true)]
    [TestCase("http://127.0.0.1", false)]
    [TestCase("http://[::1]", false)]
    public void Host_name_can_have_a_bucket_before_it_and_an_ip_address_cannot(string endpoint, bool canHave) =>
        Assert.That(S3Endpoint.CanHaveBucketInHost(new Uri(endpoint)), Is.EqualTo(canHave));

    [TestCase("my-bucket", S3Addressing.Path, "https://s3.us-east-1.amazonaws.com/my-bucket")]
    [TestCase("my.bucket", S3Addressing.Virtual, "https://my.bucket.s3.us-east-1.amazonaws.com/")]
    public void Aws_uses_the_addressing_that_the_operator_chose(string bucket, S3Addressing addressing, string url) =>
        Assert.That(S3Endpoint.Aws(bucket, "us-east-1", addressing).BucketUrl, Is.EqualTo(url));

    [TestCase("http://127.0.0.1:9000", "http://127.0.0.1:9000/")]
    [TestCase("https://store/one/", "https://store/one")]
    [TestCase("https://store/bucket", "https://store/bucket")]
    [TestCase(null, "https://s3.eu-west-1.amazonaws.com/")]
    public void Store_without_a_bucket_has_the_endpoint_itself(string? endpoint, string url) =>
        Assert.That(S3Endpoint.OfStore(endpoint is null ? null : new Uri(endpoint), "eu-west-1").BucketUrl, Is.EqualTo(url));

    [TestCase("ftp://store")]
    [TestCase("https://user@store")]
    [TestCase("https://user:password@store")]
    [TestCase("https://store/?a=b")]
    [TestCase("https://store/#a")]
    [TestCase("/store")]
    public void Endpoint_refuses_other_urls(string endpoint) =>
        Assert.Throws<ArgumentException>(() => S3Endpoint.Of(new Uri(endpoint, UriKind.RelativeOrAbsolute), "b", S3Addressing.Path));
}
