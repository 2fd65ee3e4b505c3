using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.S3.Transfer;

namespace S3Auth.DevelopmentStore.Tests;

/// <summary>The AWS SDK for .NET, whose signer shares nothing with this repository.</summary>
internal sealed class SdkTests : StoreTests
{
    private AmazonS3Client _client = null!;

    [SetUp]
    public void CreateClient() => _client = new AmazonS3Client(
        new BasicAWSCredentials(RunningStore.AccessKey, RunningStore.SecretKey),
        new AmazonS3Config
        {
            ServiceURL = Store.Endpoint.ToString(), ForcePathStyle = true, AuthenticationRegion = RunningStore.Region, MaxErrorRetry = 0,
        });

    [TearDown]
    public void DisposeClient() => _client.Dispose();

    [TestCase("plain.txt")]
    [TestCase("a b+c%d&e=f/(g)'h!*.txt")]
    [TestCase("日本/é😀.bin")]
    [TestCase("trailing/")]
    public async Task Sdk_puts_gets_ranges_heads_and_deletes(string key)
    {
        var put = await _client.PutObjectAsync(new PutObjectRequest
        {
            BucketName = Bucket, Key = key, ContentBody = "0123456789", ContentType = "text/plain", Metadata = { ["who"] = "me" },
        });
        Assert.That(put.ETag, Is.EqualTo("\"781e5e245d69b566979b86e28d23f2c7\""));

        using var got = await _client.GetObjectAsync(Bucket, key);
        Assert.That(await new StreamReader(got.ResponseStream).ReadToEndAsync(), Is.EqualTo("0123456789"));
        Assert.That((got.Headers.ContentType, got.Metadata["who"]), Is.EqualTo(("text/plain", "me")));

        using var part = await _client.GetObjectAsync(
            new GetObjectRequest { BucketName = Bucket, Key = key, ByteRange = new Amazon.S3.Model.ByteRange(2, 4) });
        Assert.That(
            (await new StreamReader(part.ResponseStream).ReadToEndAsync(), part.HttpStatusCode),
            Is.EqualTo(("234", HttpStatusCode.PartialContent)));

        Assert.That((await _client.GetObjectMetadataAsync(Bucket, key)).ContentLength, Is.EqualTo(10));
        await _client.DeleteObjectAsync(Bucket, key);
        var gone = Assert.ThrowsAsync<NoSuchKeyException>(() => _client.GetObjectAsync(Bucket, key));
        Assert.That(gone!.ErrorCode, Is.EqualTo("NoSuchKey"));
    }

    [TestCase(true, true)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(false, false)]
    public async Task Sdk_uploads_a_stream_in_every_encoding(bool chunked, bool checksums)
    {
        var bytes = new byte[300_001];
        new Random(1).NextBytes(bytes);
        var put = await _client.PutObjectAsync(new PutObjectRequest
        {
            BucketName = Bucket, Key = "key", InputStream = new MemoryStream(bytes), UseChunkEncoding = chunked,
            ChecksumAlgorithm = checksums ? ChecksumAlgorithm.CRC32 : null,
        });
        Assert.That(put.HttpStatusCode, Is.EqualTo(HttpStatusCode.OK));

        using var got = await _client.GetObjectAsync(Bucket, "key");
        using var received = new MemoryStream();
        await got.ResponseStream.CopyToAsync(received);
        Content.AssertSame(received.ToArray(), bytes);
        Assert.That(got.Headers.ContentEncoding, Is.Null.Or.Empty);
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Sdk_uploads_and_copies_in_parts(bool checksums)
    {
        var bytes = new byte[(11 * 1024 * 1024) + 1];
        new Random(1).NextBytes(bytes);
        using var transfer = new TransferUtility(_client, new TransferUtilityConfig { MinSizeBeforePartUpload = 1 });
        await transfer.UploadAsync(new TransferUtilityUploadRequest
        {
            BucketName = Bucket, Key = "parts", InputStream = new MemoryStream(bytes), PartSize = 5 * 1024 * 1024,
            ChecksumAlgorithm = checksums ? ChecksumAlgorithm.SHA256 : null, Metadata = { ["who"] = "me" },
        });
        await _client.CopyObjectAsync(Bucket, "parts", Bucket, "copy");

        var head = await _client.GetObjectMetadataAsync(
            new GetObjectMetadataRequest { BucketName = Bucket, Key = "parts", ChecksumMode = ChecksumMode.ENABLED });
        Assert.That(head.Metadata["who"], Is.EqualTo("me"));
        Assert.That(head.ETag, Does.EndWith("-3\""));
        Assert.That(head.ChecksumSHA256, checksums ? Does.EndWith("-3") : Is.Null);
        using var got = await _client.GetObjectAsync(Bucket, "copy");
        using var received = new MemoryStream();
        await got.ResponseStream.CopyToAsync(received);
        Content.AssertSame(received.ToArray(), bytes);

        var deleted = await _client.DeleteObjectsAsync(
            new DeleteObjectsRequest { BucketName = Bucket, Objects = [new() { Key = "parts" }, new() { Key = "copy" }] });
        Assert.That(deleted.DeletedObjects, Has.Count.EqualTo(2));
        Assert.That(Store.Files(), Is.Empty);
    }

    [Test]
    public async Task Sdk_pages_through_a_listing()
    {
        var keys = Enumerable.Range(0, 25).Select(i => $"data/{i:d2} ü/x").ToArray();
        foreach (var key in keys)
        {
            await PutAsync(key, Bytes("x"));
        }

        var listed = new List<string>();
        await foreach (
            var entry in _client.Paginators.ListObjectsV2(
                new ListObjectsV2Request { BucketName = Bucket, Prefix = "data/", MaxKeys = 7 }).S3Objects)
        {
            listed.Add(entry.Key);
        }

        var folders = new List<string>();
        await foreach (var prefix in _client.Paginators.ListObjectsV2(
            new ListObjectsV2Request { BucketName = Bucket, Prefix = "data/", Delimiter = "/", MaxKeys = 4 }).CommonPrefixes)
        {
            folders.Add(prefix);
        }

        Assert.That(listed, Is.EqualTo(keys));
        Assert.That(folders, Is.EqualTo(keys.Select(key => key[..^1])));
        Assert.That((await _client.ListBucketsAsync()).Buckets.Select(bucket => bucket.BucketName), Is.EqualTo(new[] { Bucket }));
        Assert.That((await _client.GetBucketLocationAsync(Bucket)).Location.Value, Is.EqualTo("us-east-2"));
    }

    [Test]
    public async Task Sdk_presigned_urls_work_only_for_their_request()
    {
        using var http = new HttpClient();
        string Url(HttpVerb verb) => _client.GetPreSignedURL(new GetPreSignedUrlRequest
        {
            BucketName = Bucket, Key = "a b/+%é", Verb = verb, Expires = DateTime.UtcNow.AddMinutes(5), Protocol = Protocol.HTTP,
        });

        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes("presigned"));
        using var put = await http.PutAsync(new Uri(Url(HttpVerb.PUT)), body);
        Assert.That(put.StatusCode, Is.EqualTo(HttpStatusCode.OK), await put.Content.ReadAsStringAsync());
        Assert.That(await http.GetStringAsync(new Uri(Url(HttpVerb.GET))), Is.EqualTo("presigned"));
        using var wrong = await http.DeleteAsync(new Uri(Url(HttpVerb.GET)));
        Assert.That(wrong.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Sdk_presigned_post_works()
    {
        var post = await _client.CreatePresignedPostAsync(new CreatePresignedPostRequest
        {
            BucketName = Bucket, Key = "up/x", Expires = DateTime.UtcNow.AddMinutes(5),
            Conditions = [S3PostCondition.ContentLengthRange(1, 100)],
        });
        using var http = new HttpClient();
        using var content = new MultipartFormDataContent();
        foreach (var (name, value) in post.Fields)
        {
            content.Add(new StringContent(value), name);
        }

        content.Add(new StringContent("posted"), "file", "f");
        using var answer = await http.PostAsync(new Uri(Store.Endpoint, Bucket), content);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NoContent), await answer.Content.ReadAsStringAsync());
        Assert.That((await GetAsync("up/x")).Text, Is.EqualTo("posted"));
    }

    [Test]
    public void Sdk_with_another_secret_is_refused()
    {
        using var stranger = new AmazonS3Client(
            new BasicAWSCredentials(RunningStore.AccessKey, "not the secret"), (AmazonS3Config)_client.Config);
        var refused = Assert.ThrowsAsync<AmazonS3Exception>(() =>
            stranger.ListObjectsV2Async(new ListObjectsV2Request { BucketName = Bucket }));
        Assert.That(refused!.ErrorCode, Is.EqualTo("SignatureDoesNotMatch"));
    }
}
