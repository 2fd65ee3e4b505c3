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

    [TestCase("ftp://store")]
    [TestCase("https://user@store")]
    [TestCase("https://user:password@store")]
    [TestCase("https://store/?a=b")]
    [TestCase("https://store/#a")]
    [TestCase("/store")]
    public void Endpoint_refuses_other_urls(string endpoint) =>
        Assert.Throws<ArgumentException>(() => S3Endpoint.Of(new Uri(endpoint, UriKind.RelativeOrAbsolute), "b", S3Addressing.Path));
}
