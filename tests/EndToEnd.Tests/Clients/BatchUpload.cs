using System.Text.Json.Serialization;

namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The answer to <c>POST /get-file-upload-urls</c>, as a client reads it.</summary>
internal sealed record BatchUpload(
    bool WriteOnce,
    bool SizeEnforced,
    [property: JsonPropertyName("sha256_enforced")] bool Sha256Enforced,
    IReadOnlyDictionary<string, BatchFile> Files,
    IReadOnlyList<string> Existing,
    IReadOnlyDictionary<string, RefusedFile> Refused);

/// <summary>The upload of one file.</summary>
internal sealed record BatchFile(
    [property: JsonPropertyName("s3_key")] string Key, string Method, string Url, IReadOnlyDictionary<string, string>? Headers)
{
    /// <summary>Puts this content, with the headers of the answer.</summary>
    public Task<StoreAnswer> PutAsync(byte[] content) => PutAsync(content, Headers ?? new Dictionary<string, string>());

    /// <summary>Puts this content, with these headers.</summary>
    public async Task<StoreAnswer> PutAsync(byte[] content, IEnumerable<KeyValuePair<string, string>> headers)
    {
        Assert.That(Method, Is.EqualTo("PUT"));
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(Url)) { Content = new ByteArrayContent(content) };
        foreach (var (name, value) in headers)
        {
            Assert.That(request.Headers.TryAddWithoutValidation(name, value), name);
        }

        using var answer = await TestRun.Current.Http.SendAsync(request);
        return new StoreAnswer(answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}

/// <summary>Why a file cannot be uploaded.</summary>
internal sealed record RefusedFile(string Code, string Detail);
