using System.Diagnostics;

namespace S3Auth.DevelopmentStore.Tests;

internal sealed class LargeUploadTests : StoreTests
{
    private const int Size = 300 * 1024 * 1024;
    private const long AllowedAllocation = 48 * 1024 * 1024;

    [TestCase("form")]
    [TestCase("put")]
    [TestCase("chunked")]
    public async Task Large_upload_streams_in_constant_memory(string kind)
    {
        var (request, before, after) = Parts(kind);
        await PutAsync("warm", Bytes("up"));
        var allocated = GC.GetTotalAllocatedBytes();
        var clock = Stopwatch.StartNew();

        using var client = new TcpClient();
        await client.ConnectAsync(Store.Endpoint.Host, Store.Endpoint.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(request.Head());
        await stream.WriteAsync(before);
        var piece = new byte[1024 * 1024];
        new Random(1).NextBytes(piece);
        for (var sent = 0; sent < Size; sent += piece.Length)
        {
            await stream.WriteAsync(piece);
        }

        await stream.WriteAsync(after);
        var response = await RawResponse.ReadAsync(stream, headersOnly: false, CancellationToken.None);

        var grown = GC.GetTotalAllocatedBytes() - allocated;
        await TestContext.Out.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{kind}: {Size / 1024 / 1024 / clock.Elapsed.TotalSeconds:f0} MiB/s, {grown / 1024} KiB allocated"));
        Assert.That(response.Status, Is.AnyOf(200, 204), response.Text + string.Concat(Store.Complaints));
        Assert.That(grown, Is.LessThan(AllowedAllocation));
        var head = await Signer.Authorize(On("HEAD", "up/large")).SendAsync();
        Assert.That(head.Headers["Content-Length"], Is.EqualTo(Size.ToString(CultureInfo.InvariantCulture)));
    }

    [Test]
    public async Task Large_file_is_refused_by_its_declared_size()
    {
        var form = new TestForm(Store) { File = [] };
        form.Conditions[3] = new object[] { "content-length-range", 0, Size - 1 };
        var request = form.Build();
        request.DeclaredLength = request.Body.Length + Size;
        request.Body = request.Body[..^("\r\n--" + TestForm.Boundary + "--\r\n").Length];

        Assert.That((await request.SendAsync()).Summary, Is.EqualTo("400 EntityTooLarge"));
    }

    [Test]
    public async Task File_is_refused_as_soon_as_it_exceeds_its_policy()
    {
        var form = new TestForm(Store) { File = new byte[2_000_000] };
        var request = form.Build();
        var whole = request.Body.Length;
        request.DeclaredLength = whole;
        request.Body = request.Body[..(whole - 1_000_000)];

        Assert.That((await request.SendAsync()).Summary, Is.EqualTo("400 EntityTooLarge"));
        Assert.That(Store.Files(), Is.Empty);
    }

    private (RawRequest Request, byte[] Before, byte[] After) Parts(string kind)
    {
        if (kind is "form")
        {
            var form = new TestForm(Store) { File = [] };
            form.Fields[0] = ("key", "up/large");
            form.Conditions[3] = new object[] { "content-length-range", 1024, 5368709120 };
            var posted = form.Build();
            var end = Encoding.ASCII.GetBytes($"\r\n--{TestForm.Boundary}--\r\n");
            var start = posted.Body[..^end.Length];
            posted.DeclaredLength = start.Length + (long)Size + end.Length;
            return (posted, start, end);
        }

        var request = On("PUT", "up/large");
        if (kind is "put")
        {
            request.DeclaredLength = Size;
            return (Signer.Authorize(request, "UNSIGNED-PAYLOAD"), [], []);
        }

        const string unsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
        request.With("x-amz-decoded-content-length", Size.ToString(CultureInfo.InvariantCulture));
        var first = Bytes($"{Size:x}\r\n");
        var last = Bytes("\r\n0\r\n\r\n");
        request.DeclaredLength = first.Length + (long)Size + last.Length;
        return (Signer.Authorize(request, unsigned), first, last);
    }
}
