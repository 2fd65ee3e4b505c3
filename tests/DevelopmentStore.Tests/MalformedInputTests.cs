namespace S3Auth.DevelopmentStore.Tests;

/// <summary>Thousands of damaged requests. None may cause a 500, hang, be accepted wrongly, or leave a file.</summary>
internal sealed class MalformedInputTests : StoreTests
{
    private const int Seed = 4711;
    private const int Rounds = 1500;
    private const int AtOnce = 8;

    [Test]
    public Task Damaged_forms_are_refused() => FuzzAsync(random =>
    {
        var form = new TestForm(Store);
        form.Fields.Insert(0, ("x-ignore-a", "b"));
        var request = form.Build();
        request.Body = Fuzz.Damage(random, request.Body);
        return request;
    });

    [Test]
    public Task Damaged_policies_are_refused() => FuzzAsync(random =>
    {
        var whole = Encoding.Latin1.GetBytes(
            """{"expiration":"2099-01-01T00:00:00.000Z","conditions":[{"bucket":"s3auth-dev"},["starts-with","$key","up/"],"""
            + """["content-length-range",1,1000],{"acl":"private"}]}""");
        return new TestForm(Store) { PolicyText = Encoding.Latin1.GetString(Fuzz.Damage(random, whole)) }.Build();
    });

    [Test]
    public Task Damaged_dispositions_are_refused() => FuzzAsync(random =>
    {
        var disposition = Fuzz.Damage(random, "form-data; name=\"file\"; filename=\"a.txt\"; filename*=utf-8''%C3%A9.txt"u8.ToArray());
        return new TestForm(Store) { FileDisposition = Encoding.UTF8.GetString(disposition) }.Build();
    });

    [Test]
    public Task Damaged_chunks_are_refused() => FuzzAsync(random =>
    {
        var request = On("PUT", "up/key").With("x-amz-decoded-content-length", "9").With("x-amz-trailer", "x-amz-checksum-crc32");
        Signer.Authorize(request, "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
        request.Body = Fuzz.Damage(random, "3\r\n123\r\n6\r\n456789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n"u8.ToArray());
        return request;
    });

    [Test]
    public Task Damaged_targets_and_headers_are_refused() => FuzzAsync(random =>
    {
        var request = random.Next(2) == 0
            ? Signer.Presign(On("GET", "up/key"))
            : Signer.Authorize(Request("GET", $"/{Bucket}?list-type=2&prefix=a%20b"));
        if (random.Next(2) == 0)
        {
            request.Target = "/" + Fuzz.Printable(Fuzz.Damage(random, Encoding.ASCII.GetBytes(request.Target[1..])));
        }
        else
        {
            var i = random.Next(request.Headers.Count);
            request.Headers[i] = (
                request.Headers[i].Name,
                Fuzz.Printable(Fuzz.Damage(random, Encoding.ASCII.GetBytes(request.Headers[i].Value))));
        }

        return request;
    });

    private async Task FuzzAsync(Func<Random, RawRequest> make)
    {
        var random = new Random(Seed);
        for (var round = 0; round < Rounds * Fuzz.Factor; round += AtOnce)
        {
            var requests = Enumerable.Range(0, AtOnce).Select(_ => make(random)).ToArray();
            var answers = await Task.WhenAll(requests.Select(request => request.SendAsync()));
            foreach (var (request, answer) in requests.Zip(answers))
            {
                var what = $"seed {Seed}, round {round}: {request.Target}\n{Encoding.Latin1.GetString(request.Body)}\n{answer.Text}";
                Assert.That(answer.Status, Is.InRange(200, 499).Or.EqualTo(501), what);
            }
        }

        Assert.That(Store.Complaints, Is.Empty);
        Assert.That(Directory.GetFiles(Store.Incoming), Is.Empty);
        Assert.That(
            Store.Files().Where(file => !file.StartsWith(Store.Objects, StringComparison.Ordinal)),
            Is.Empty,
            "nothing is written outside the bucket's folder");
        Assert.That(
            (await ListAsync("list-type=2&max-keys=1000&encoding-type=url")).Text,
            Does.Not.Match("<Key>(?!up/)"),
            "nothing is written outside the policy's prefix");
    }
}
