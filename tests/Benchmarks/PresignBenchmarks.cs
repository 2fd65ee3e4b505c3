using System.Text.Json;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using BenchmarkDotNet.Configs;

namespace S3Auth.Benchmarks;

/// <summary>
/// One signed URL or form, compared with the AWS SDK in the same run. The SDK cannot presign a restricted listing, so a listing is compared
/// with its GET. Uses temporary credentials, as with an ECS task role.
/// </summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class PresignBenchmarks : IDisposable
{
    private const string AccessKey = "ASIAIOSFODNN7EXAMPLE";
    private const string Secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private const string Folder = "data/x/5EhQWxcFdYAk7B9tNdQnJQFzww5N3964rbsMk55SujcX3PwM/";
    private const string File = Folder + "data_20261124_062101_1000.parquet";

    private static readonly string Token = new('t', 400);

    private readonly AmazonS3Client _sdk = new(new SessionAWSCredentials(AccessKey, Secret, Token), RegionEndpoint.USEast2);
    private readonly UploadPolicy _policy = new(new Folder(Folder, null), FileSizeLimits.Default);
    private readonly ObjectName _key = ObjectName.TryParse(File, out var name) ? name : default;
    private readonly Listing _listing = new(Folder);
    private readonly DateTimeOffset _start = new(2026, 11, 24, 6, 21, 1, TimeSpan.Zero);
    private readonly DateTimeOffset _end = new(2026, 11, 25, 6, 21, 1, TimeSpan.Zero);
    private readonly S3UrlSigner _urls = new S3UrlSigner(
        new StoreEndpoints(new StorageOptions { Bucket = "bucket-1", Region = "us-east-2" }),
        new CredentialSource(new SigningCredentials(AccessKey, Secret, Token)),
        new PutGuard(TimeProvider.System), new StoreState());

    private readonly byte[] _buffer = new byte[4096];
    private readonly Utf8JsonWriter _json = new(Stream.Null);

    private IGrantSigner _grant = null!;

    [GlobalSetup]
    public void SetUp() => _grant = _urls.At(_start);

    [Benchmark]
    [BenchmarkCategory("GET")]
    public int Get() => Write(_grant.SignGet(_key, _end));

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("GET")]
    public string SdkGet() =>
        _sdk.GetPreSignedURL(new GetPreSignedUrlRequest { BucketName = "bucket-1", Key = File, Expires = DateTime.UtcNow.AddDays(1) });

    [Benchmark]
    [BenchmarkCategory("List")]
    public int List() => Write(_grant.SignList(_listing, _end));

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("List")]
    public string SdkGetAsList() => SdkGet();

    [Benchmark]
    [BenchmarkCategory("POST")]
    public long Post() => Write(_grant.SignPost(_policy, _end).Fields);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("POST")]
    public CreatePresignedPostResponse SdkPost() => _sdk.CreatePresignedPost(new CreatePresignedPostRequest
    {
        BucketName = "bucket-1",
        Key = Folder + "${filename}",
        Expires = DateTime.UtcNow.AddDays(1),
        Conditions =
        [
            S3PostCondition.StartsWith("key", Folder),
            S3PostCondition.ContentLengthRange(FileSizeLimits.Default.MinBytes, FileSizeLimits.Default.MaxBytes),
            S3PostCondition.ExactMatch("acl", UploadPolicy.Acl),
            S3PostCondition.ExactMatch("x-amz-storage-class", UploadPolicy.StorageClass),
        ],
    });

    [Benchmark]
    [BenchmarkCategory("Grant")]
    public long WholeFolderGrant()
    {
        var grant = _urls.At(_start);
        return Write(grant.SignList(_listing, _end)) + Write(grant.SignPost(_policy, _end).Fields);
    }

    private int Write(GrantUrl url) => url.TryWrite(_buffer, out var length) ? length : throw new InvalidOperationException();

    private long Write(FormFields fields)
    {
        _json.Reset();
        fields.Write(_json);
        return _json.BytesPending;
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _json.Dispose();
        _sdk.Dispose();
        GC.SuppressFinalize(this);
    }
}
