namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>
/// What a store can do. A case asks for a trait, not for a store's name. The tests find out the traits with their own requests, which the
/// bucket's owner signs, because the findings of the product are under test.
/// </summary>
/// <param name="TakesForms">Takes uploads by POST (PostObject).</param>
/// <param name="TrimsKeysOfForms">Removes white space from the end of a form's key.</param>
/// <param name="HasOtherBuckets">Has more buckets than one.</param>
/// <param name="RefusesUnsignedHeaders">Refuses a presigned PUT with an <c>x-amz-</c> header that is not signed.</param>
/// <param name="WritesOnCondition">Honours <c>If-None-Match: *</c> on a PUT.</param>
/// <param name="TakesParts">Takes multipart uploads.</param>
/// <param name="EndsUploads">Has no multipart upload any more after its completion, so that nothing can be sent to it.</param>
/// <param name="JudgesTokens">Answers a listing with an invented continuation token, instead of failing with 500.</param>
/// <param name="ListsControlCharacters">Answers a listing without <c>encoding-type</c> of a key with a control character.</param>
internal sealed record StoreTraits(
    bool TakesForms,
    bool TrimsKeysOfForms,
    bool HasOtherBuckets,
    bool RefusesUnsignedHeaders,
    bool WritesOnCondition,
    bool TakesParts,
    bool EndsUploads,
    bool JudgesTokens,
    bool ListsControlCharacters)
{
    private const string Folder = "traits/";

    private static readonly byte[] Content = "traits"u8.ToArray();

    /// <summary>Tests the store, in a bucket that nothing else uses. Removes what it stores.</summary>
    public static async Task<StoreTraits> AskAsync(Bucket bucket, Bucket other)
    {
        S3Request Signed(string method, string key, string query = "", byte[]? body = null) =>
            S3Request.Of(method, bucket, Folder + key, query, body).Sign(bucket.Keys, bucket.Region);
        S3Request Put(string key) => S3Request.Of("PUT", bucket, Folder + key, body: Content).Presign(bucket.Keys, bucket.Region);

        var form = await FormUpload.Of(bucket, Folder + "form ", Content).SendAsync();
        var formKeys = await bucket.ListKeysAsync(Folder);
        var others = await S3Request.Of("GET", other, query: "list-type=2").Sign(bucket.Keys, bucket.Region).SendAsync();
        var unsigned = await Put("header").With("x-amz-meta-owner", "somebody").SendAsync();
        await Put("condition").SendAsync();
        var condition = await Put("condition").With("If-None-Match", "*").SendAsync();
        var parts = await Signed("POST", "parts", "uploads", []).SendAsync();
        var list = S3Request.Of("GET", bucket, query: "list-type=2&prefix=" + Uri.EscapeDataString(Folder));
        var foreign = list with { Target = list.Target + "&continuation-token=q%2Bs%3D" };
        var token = await foreign.Sign(bucket.Keys, bucket.Region).SendAsync();
        var plain = await bucket.ListKeysAsync(Folder);
        await Put("\u0001").SendAsync();
        var control = await list.Sign(bucket.Keys, bucket.Region).SendAsync();

        var begun = Regex.Match(parts.Text, "<UploadId>(?<id>[^<]+)<", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        var endsUploads = begun.Success && await EndsAsync("uploadId=" + Uri.EscapeDataString(begun.Groups["id"].Value));

        await bucket.DeleteAllAsync([.. plain, Folder + "\u0001", Folder + "parts"]);
        return new StoreTraits(
            form.Accepted,
            form.Accepted && formKeys.Contains(Folder + "form", StringComparer.Ordinal),
            others.Accepted,
            !unsigned.Accepted,
            condition.Status == HttpStatusCode.PreconditionFailed,
            parts.Accepted,
            endsUploads,
            (int)token.Status < 500,
            control.Accepted);

        async Task<bool> EndsAsync(string upload)
        {
            var part = await Signed("PUT", "parts", "partNumber=1&" + upload, Content).SendAsync();
            await Signed("POST", "parts", upload, Encoding.UTF8.GetBytes(
                $"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{part.Header("ETag")}</ETag></Part>"
                    + "</CompleteMultipartUpload>")).SendAsync();
            var late = await Signed("PUT", "parts", "partNumber=1&" + upload, Content).SendAsync();
            return part.Accepted && !late.Accepted;
        }
    }
}
