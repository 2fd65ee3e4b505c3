using System.Security.Cryptography;
using System.Xml.Linq;

namespace S3Auth.DevelopmentStore.Tests;

/// <summary>The requests of multipart uploads.</summary>
internal abstract class MultipartFixture : StoreTests
{
    protected const int MinPart = 5 * 1024 * 1024;

    protected string Uploads => System.IO.Path.Combine(Store.DataFolder, "uploads", Bucket);

    protected static byte[] Part(int number, int bytes = MinPart)
    {
        var part = new byte[bytes];
        new Random(number).NextBytes(part);
        return part;
    }

#pragma warning disable CA5351 // S3 defines ETags as MD5.
    protected static byte[] Md5(byte[] content) => MD5.HashData(content);
#pragma warning restore CA5351

    protected static string ETagOf(byte[] part) => $"\"{Convert.ToHexStringLower(Md5(part))}\"";

    protected async Task<string> CreateAsync(string key, params (string Name, string Value)[] headers)
    {
        var answer = await SendAsync("POST", key, "?uploads", null, headers);
        Assert.That(answer.Summary, Is.EqualTo("200"), answer.Text);
        Assert.That((answer.Element("Bucket"), answer.Element("Key")), Is.EqualTo((Bucket, key)));
        return answer.Element("UploadId");
    }

    protected Task<RawResponse> PutPartAsync(
        string key, string id, int number, byte[] body, params (string Name, string Value)[] headers) =>
        SendAsync("PUT", key, $"?partNumber={number}&uploadId={id}", body, headers);

    protected Task<RawResponse> CompleteAsync(string key, string id, params (int Number, string ETag)[] parts) =>
        CompleteAsync(key, id, Completion(parts));

    protected Task<RawResponse> CompleteAsync(string key, string id, string xml, params (string Name, string Value)[] headers) =>
        SendAsync("POST", key, $"?uploadId={id}", Bytes(xml), headers);

    protected Task<RawResponse> AbortAsync(string key, string id) => SendAsync("DELETE", key, $"?uploadId={id}", null);

    protected Task<RawResponse> ListPartsAsync(string key, string id, string more = "") =>
        SendAsync("GET", key, $"?uploadId={id}{more}", null);

    protected Task<RawResponse> ListUploadsAsync(string more = "") =>
        Signer.Authorize(Request("GET", $"/{Bucket}?uploads{more}")).SendAsync();

    protected static string Completion(params (int Number, string ETag)[] parts) =>
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        + string.Concat(parts.Select(part => $"<Part><PartNumber>{part.Number}</PartNumber><ETag>{part.ETag}</ETag></Part>"))
        + "</CompleteMultipartUpload>";

    /// <summary>The texts of all elements with a name.</summary>
    protected static string[] All(RawResponse answer, string element) =>
        [.. XDocument.Parse(answer.Text).Root!.Descendants().Where(found => found.Name.LocalName == element).Select(found => found.Value)];

    private Task<RawResponse> SendAsync(string method, string key, string query, byte[]? body, params (string Name, string Value)[] headers)
    {
        var request = On(method, key, body);
        request.Target += query;
        request.Headers.AddRange(headers);
        return Signer.Authorize(request).SendAsync();
    }
}
