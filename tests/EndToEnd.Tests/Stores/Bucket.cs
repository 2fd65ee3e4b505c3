using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>A bucket through Amazon's own client, with the keys of its owner.</summary>
internal sealed class Bucket : IDisposable
{
    private const int AtOnce = 32;
    private const string ProbeFolder = ".s3auth-put-probe/";

    private readonly AmazonS3Client _s3;

    public Bucket(Uri endpoint, string region, string name, AccessKeys keys)
        : this(endpoint, region, name, keys, new BasicAWSCredentials(keys.Id, keys.Secret))
    {
    }

    private Bucket(Uri endpoint, string region, string name, AccessKeys keys, AWSCredentials credentials)
    {
        Endpoint = endpoint;
        Region = region;
        Name = name;
        Keys = keys;
        _s3 = new AmazonS3Client(credentials, new AmazonS3Config
        {
            ServiceURL = endpoint.AbsoluteUri,
            AuthenticationRegion = region,
            ForcePathStyle = true,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
    }

    public Uri Endpoint { get; }

    public string Region { get; }

    public string Name { get; }

    public AccessKeys Keys { get; }

    /// <summary>The same bucket with other keys.</summary>
    public Bucket As(AccessKeys keys) => new(Endpoint, Region, Name, keys);

    /// <summary>The same bucket with temporary keys.</summary>
    public Bucket As(TemporaryKeys keys) => new(
        Endpoint, Region, Name, keys.Keys, new SessionAWSCredentials(keys.Keys.Id, keys.Keys.Secret, keys.Token));

    /// <summary>Another bucket of the same owner. It need not exist.</summary>
    public Bucket Beside(string name) => new(Endpoint, Region, name, Keys);

    public Task CreateAsync() => _s3.PutBucketAsync(new PutBucketRequest { BucketName = Name, UseClientRegion = false });

    /// <summary>
    /// Makes the store refuse public access to the bucket and its objects. Some stores have no public access to refuse. Leaves out
    /// <c>BlockPublicAcls</c>, because Ceph 16.2 then refuses every PutObject and UploadPart.
    /// </summary>
    public async Task BlockPublicAccessAsync()
    {
        try
        {
            await _s3.PutPublicAccessBlockAsync(new PutPublicAccessBlockRequest
            {
                BucketName = Name,
                PublicAccessBlockConfiguration = new PublicAccessBlockConfiguration
                {
                    IgnorePublicAcls = true, BlockPublicPolicy = true, RestrictPublicBuckets = true,
                },
            });
        }
        catch (AmazonS3Exception unknown) when (unknown.ErrorCode is "NotImplemented" or "MalformedXML")
        {
            // MinIO has neither public ACLs nor this request.
        }
    }

    /// <summary>Deletes the bucket's policy.</summary>
    public Task DeletePolicyAsync() => _s3.DeleteBucketPolicyAsync(Name);

    /// <summary>Lists the objects that clients uploaded.</summary>
    /// <param name="prefix">The prefix of their keys.</param>
    /// <param name="withProbes">
    /// Whether to list the objects of the server's check of the store too. The check creates one for a moment, soon after the start.
    /// </param>
    public async Task<IReadOnlyList<StoredObject>> ListAsync(string prefix = "", bool withProbes = false)
    {
        var found = new List<StoredObject>();
        var request = new ListObjectsV2Request { BucketName = Name, Prefix = prefix };
        ListObjectsV2Response page;
        do
        {
            page = await _s3.ListObjectsV2Async(request);
            var listed = (page.S3Objects ?? []).Where(one => withProbes || !one.Key.Contains(ProbeFolder, StringComparison.Ordinal));
            found.AddRange(listed.Select(one =>
                new StoredObject(one.Key, one.Size ?? -1, one.ETag, one.LastModified?.ToUniversalTime() ?? default)));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated == true);

        return found;
    }

    /// <inheritdoc cref="ListAsync"/>
    public async Task<IReadOnlyList<string>> ListKeysAsync(string prefix = "", bool withProbes = false) =>
        [.. (await ListAsync(prefix, withProbes)).Select(one => one.Key)];

    /// <summary>The number of multipart uploads that are open.</summary>
    /// <param name="prefix">The prefix of their keys.</param>
    public async Task<int> CountUploadsAsync(string prefix = "") => (await _s3.ListMultipartUploadsAsync(
        new ListMultipartUploadsRequest { BucketName = Name, Prefix = prefix })).MultipartUploads?.Count ?? 0;

    /// <summary>The size of the parts that the open multipart uploads of a key have, in bytes.</summary>
    public async Task<long> SizeOfUploadAsync(string key)
    {
        var uploads = await _s3.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = Name, Prefix = key });
        var size = 0L;
        foreach (var upload in uploads.MultipartUploads ?? [])
        {
            var request = new ListPartsRequest { BucketName = Name, Key = upload.Key, UploadId = upload.UploadId };
            ListPartsResponse page;
            do
            {
                page = await _s3.ListPartsAsync(request);
                size += page.Parts?.Sum(part => part.Size ?? 0) ?? 0;
                request.PartNumberMarker = page.NextPartNumberMarker?.ToString(CultureInfo.InvariantCulture);
            }
            while (page.IsTruncated == true);
        }

        return size;
    }

    public Task PutAsync(string key, byte[] content) => _s3.PutObjectAsync(new PutObjectRequest
    {
        BucketName = Name,
        Key = key,
        InputStream = new MemoryStream(content),
        UseChunkEncoding = false,
    });

    /// <summary>Puts an object by a multipart upload, of one part unless the size of parts is given.</summary>
    public async Task PutInPartsAsync(string key, byte[] content, int? partSize = null)
    {
        var upload = (await _s3.InitiateMultipartUploadAsync(Name, key)).UploadId;
        var parts = new List<PartETag>();
        foreach (var part in content.Chunk(partSize ?? Math.Max(1, content.Length)).DefaultIfEmpty([]))
        {
            var number = parts.Count + 1;
            var stored = await _s3.UploadPartAsync(new UploadPartRequest
            {
                BucketName = Name,
                Key = key,
                UploadId = upload,
                PartNumber = number,
                InputStream = new MemoryStream(part),
                UseChunkEncoding = false,
            });
            parts.Add(new PartETag(number, stored.ETag));
        }

        await _s3.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            BucketName = Name,
            Key = key,
            UploadId = upload,
            PartETags = parts,
        });
    }

    /// <summary>Puts objects with the same content, in parallel.</summary>
    public Task PutAllAsync(IEnumerable<string> keys, byte[] content) => Parallel.ForEachAsync(
        keys, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (key, _) => await PutAsync(key, content));

    /// <summary>Puts objects, in parallel.</summary>
    public Task PutAllAsync(IReadOnlyDictionary<string, byte[]> contents) => Parallel.ForEachAsync(
        contents, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (one, _) => await PutAsync(one.Key, one.Value));

    /// <summary>Deletes objects, in parallel.</summary>
    public Task DeleteAllAsync(IEnumerable<string> keys) => Parallel.ForEachAsync(
        keys, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (key, token) => await _s3.DeleteObjectAsync(Name, key, token));

    public async Task<byte[]> GetAsync(string key)
    {
        using var answer = await _s3.GetObjectAsync(Name, key);
        using var content = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(content);
        return content.ToArray();
    }

    /// <summary>The SHA-256 of an object, which may be larger than the memory.</summary>
    public async Task<byte[]> HashAsync(string key)
    {
        using var answer = await _s3.GetObjectAsync(Name, key);
        return await SHA256.HashDataAsync(answer.ResponseStream);
    }

    /// <summary>The Content-Type of an object.</summary>
    public async Task<string> TypeOfAsync(string key)
    {
        using var answer = await _s3.GetObjectAsync(Name, key);
        return answer.Headers.ContentType;
    }

    /// <summary>Deletes the bucket and its objects.</summary>
    public async Task RemoveAsync()
    {
        await DeleteAllAsync(await ListKeysAsync(withProbes: true));
        await _s3.DeleteBucketAsync(Name);
    }

    public void Dispose() => _s3.Dispose();
}
