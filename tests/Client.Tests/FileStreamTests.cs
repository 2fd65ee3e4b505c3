using System.Security.Cryptography;

namespace S3Auth.Client.Tests;

/// <summary>Files that are written to a stream that cannot seek.</summary>
public sealed class FileStreamTests
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(700_000);

#pragma warning disable CA5351 // It is what stores name objects by.
    private static readonly string ContentMd5 = Convert.ToHexStringLower(MD5.HashData(Content));
#pragma warning restore CA5351

    private LocalServer _server = null!;
    private KeyPair _hotkey = null!;
    private S3AuthClient _client = null!;
    private byte[] _stored = null!;
    private Func<HttpListenerContext, int, Task> _answer = null!;
    private int _asked;

    [SetUp]
    public void SetUp()
    {
        (_server, _hotkey, _stored, _asked) = (new LocalServer(), KeyPair.FromUri("//Bob"), Content, 0);
        _client = new S3AuthClient(
            _server.Address, _hotkey, new S3AuthClientOptions { Attempts = 4, FirstWait = TimeSpan.FromMilliseconds(1) });
        _answer = (context, _) => SendAsync(context, _stored);
        _server.Answer = context => context.Request.HttpMethod == "POST"
            ? LocalServer.WriteJsonAsync(context, new FileList
            {
                Files = [new ListedFile
                {
                    Key = "data/a.bin",
                    Size = Content.Length,
                    Etag = ContentMd5,
                    Download_url = _server.Address + "a",
                }],
                Expires_in_seconds = 3600,
            })
            : _answer(context, ++_asked);
    }

    [TearDown]
    public async Task TearDown()
    {
        _client.Dispose();
        _hotkey.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Content_arrives_as_it_is()
    {
        Assert.That(await CopyAsync(), Is.EqualTo(Content));
        Assert.That(_server.Asked, Has.One.EqualTo("GET /a"));
    }

    [Test]
    public async Task Broken_connections_are_continued_at_the_next_byte()
    {
        _answer = (context, asked) => SendAsync(context, _stored, breakAfter: asked < 3 ? 200_000 : null);

        Assert.That(await CopyAsync(), Is.EqualTo(Content));
        Assert.That(_server.Asked.Count(one => one.StartsWith("GET /a bytes=", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(_server.Matched, Has.All.EqualTo($"\"{ContentMd5}\""));
    }

    // With a managed key, an ETag looks like an MD5 but is not one.
    [Test]
    public async Task Bytes_of_an_encrypted_file_are_not_compared_with_its_etag()
    {
        _stored = [.. Content];
        _stored[^1] ^= 1;
        _answer = (context, _) =>
        {
            context.Response.Headers["x-amz-server-side-encryption"] = "aws:kms";
            return SendAsync(context, _stored);
        };

        Assert.That(await CopyAsync(), Is.EqualTo(_stored));
    }

    [Test]
    public void Other_bytes_of_the_same_size_are_an_error()
    {
        _stored = [.. Content];
        _stored[^1] ^= 1;

        Assert.That(() => CopyAsync(), Throws.TypeOf<ChangedFileException>());
    }

    [Test]
    public void File_that_was_replaced_is_an_error()
    {
        _answer = (context, _) => LocalServer.WriteAsync(context, [], 412);

        Assert.That(() => CopyAsync(), Throws.TypeOf<ChangedFileException>());
    }

    // The first part of the old version was passed on, so the new version cannot follow it.
    [Test]
    public void File_that_was_replaced_meanwhile_is_an_error()
    {
        _answer = (context, asked) =>
            asked == 1 ? SendAsync(context, _stored, breakAfter: 200_000) : LocalServer.WriteAsync(context, [], 412);

        Assert.That(() => CopyAsync(), Throws.TypeOf<ChangedFileException>());
    }

    [Test]
    public void Range_that_was_not_requested_is_an_error()
    {
        _answer = (context, asked) => asked == 1
            ? SendAsync(context, _stored, breakAfter: 200_000)
            : LocalServer.WriteAsync(context, _stored);

        Assert.That(() => CopyAsync(), Throws.TypeOf<ChangedFileException>());
    }

    [Test]
    public void More_bytes_than_listed_are_an_error_and_are_not_passed_on()
    {
        _stored = [.. Content, .. Content];
        using var target = new MemoryStream();

        Assert.That(() => CopyAsync(target), Throws.TypeOf<ChangedFileException>());
        Assert.That(target.Length, Is.LessThanOrEqualTo(Content.Length));
    }

    [Test]
    public void Failed_write_is_not_retried()
    {
        using var target = new MemoryStream(new byte[1000]);

        Assert.That(() => CopyAsync(target), Throws.TypeOf<NotSupportedException>());
        Assert.That(_asked, Is.EqualTo(1));
    }

    [Test]
    public async Task Rate_of_downloads_is_limited()
    {
        var started = System.Diagnostics.Stopwatch.StartNew();

        await CopyAsync(maxBytesPerSecond: 1_000_000);

        // All blocks but the last wait for the one before.
        Assert.That(started.Elapsed, Is.GreaterThan(TimeSpan.FromSeconds(0.5)));
    }

    private async Task<byte[]> CopyAsync(long? maxBytesPerSecond = null)
    {
        using var target = new MemoryStream();
        await CopyAsync(target, maxBytesPerSecond);
        return target.ToArray();
    }

    private async Task CopyAsync(Stream target, long? maxBytesPerSecond = null)
    {
        var reader = _client.CreateReader(maxBytesPerSecond);
        var file = await reader.FindFirstAsync(FileOwner.Own(_hotkey.AccountId), source: null, "a.bin");
        await reader.CopyToAsync(file!, target);
    }

    // Answers a range, and can break the connection.
    private static async Task SendAsync(HttpListenerContext context, byte[] content, int? breakAfter = null)
    {
        var start = context.Request.Headers["Range"] is { } range
            ? int.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture)
            : 0;
        if (start > 0)
        {
            context.Response.StatusCode = 206;
            context.Response.Headers["Content-Range"] = $"bytes {start}-{content.Length - 1}/{content.Length}";
        }

        context.Response.ContentLength64 = content.Length - start;
        var end = Math.Min(content.Length, start + (breakAfter ?? content.Length));
        await context.Response.OutputStream.WriteAsync(content.AsMemory(start, end - start));
        if (end < content.Length)
        {
            await context.Response.OutputStream.FlushAsync();
            context.Response.Abort();
        }
    }
}
