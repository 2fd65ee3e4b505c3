using System.IO.Compression;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Formatters;

namespace S3Auth.Api.Tests;

/// <summary>Which answers are compressed, and for which clients.</summary>
public sealed class CompressionTests
{
    // Like what python-requests, httpx, browsers and curl send.
    [TestCase("gzip, deflate", "gzip")]
    [TestCase("gzip, deflate, br, zstd", "br")]
    [TestCase("gzip;q=1.0, br;q=0.5", "gzip")]
    [TestCase("*", "br")]
    [TestCase("br;q=0, *;q=0.1", "gzip")]
    [TestCase("gzip;q=0", null)]
    [TestCase("*;q=0", null)]
    [TestCase("identity", null)]
    [TestCase("identity, gzip;q=0.5", null)]
    [TestCase("identity;q=0, gzip", "gzip")]
    [TestCase("deflate", null)]
    [TestCase("", null)]
    [TestCase("gzip;q=nonsense", null)]
    public async Task Large_answer_has_the_coding_that_the_client_prefers_and_the_same_content(string accepted, string? coding)
    {
        var plain = await SendAsync(Answer(1000));

        var answer = await SendAsync(Answer(1000), accepted);

        Assert.That(answer.Coding, Is.EqualTo(coding));
        Assert.That(answer.Vary, Is.EqualTo("Accept-Encoding"));
        Assert.That(Decompress(answer.Body, coding), Is.EqualTo(plain.Body));
        Assert.That(answer.Body, Has.Length.LessThan(coding is null ? int.MaxValue : plain.Body.Length / 3));
    }

    [Test]
    public async Task Several_headers_are_one_list() =>
        Assert.That((await SendAsync(Answer(1000), "br;q=0", "gzip")).Coding, Is.EqualTo("gzip"));

    [Test]
    public async Task Small_answers_are_not_compressed()
    {
        var plain = await SendAsync(Answer(2));
        var answer = await SendAsync(Answer(2), "gzip");

        Assert.That((answer.Coding, answer.Vary), Is.EqualTo(((string?)null, "Accept-Encoding")));
        Assert.That(answer.Body, Is.EqualTo(plain.Body));
    }

    private static FileList Answer(int files) => new()
    {
        Files = [.. Enumerable.Range(0, files).Select(number => new ListedFile(
            $"data/{number}", number, DateTimeOffset.UnixEpoch, "etag", $"https://bucket.example/{number}?X-Amz-Signature={number:x64}"))],
        ExpiresInSeconds = 1,
    };

    // Through a real server, because its headers are read-only as soon as the answer has started.
    private static async Task<(string? Coding, string? Vary, byte[] Body)> SendAsync(FileList answer, params string[] acceptEncoding)
    {
        var memory = new ResponseMemoryBudget(16 * 1024 * 1024);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services
            .AddMetrics()
            .AddSingleton<ApiMetrics>()
            .AddSingleton<TimeProvider>(new TestTime())
            .AddSingleton(memory)
            .AddScoped<RequestOrigin>();
        await using var server = builder.Build();
        server.Run(context => new WireJsonOutputFormatter().WriteAsync(new OutputFormatterWriteContext(
            context, (stream, encoding) => new StreamWriter(stream, encoding), answer.GetType(), answer)));
        await server.StartAsync();

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Urls.First());
        request.Headers.TryAddWithoutValidation("Accept-Encoding", acceptEncoding);
        using var response = await http.SendAsync(request);
        var body = await response.Content.ReadAsByteArrayAsync();

        Assert.That(() => memory.Taken, Is.Zero.After(60_000, 5));
        return (response.Content.Headers.ContentEncoding.FirstOrDefault(), response.Headers.Vary.FirstOrDefault(), body);
    }

    private static byte[] Decompress(byte[] body, string? coding)
    {
        using var compressed = new MemoryStream(body);
        using Stream content = coding switch
        {
            "gzip" => new GZipStream(compressed, CompressionMode.Decompress),
            "br" => new BrotliStream(compressed, CompressionMode.Decompress),
            _ => compressed,
        };
        using var plain = new MemoryStream();
        content.CopyTo(plain);
        return plain.ToArray();
    }
}
