namespace S3Auth.DevelopmentStore.Tests;

internal sealed class DurabilityTests : StoreTests
{
    [Test]
    public async Task Objects_and_their_properties_survive_a_restart()
    {
        await Signer.Authorize(On("PUT", "a/b", Bytes("hello")).With("x-amz-meta-a", "1").With("Content-Type", "text/plain")).SendAsync();
        await PutAsync("😀", Bytes("x"));
        var before = await GetAsync("a/b");
        var listing = (await ListAsync()).Text;

        await Store.StopAsync();
        Store.Clock.Advance(TimeSpan.FromMinutes(3));
        await Store.StartAgainAsync();

        var after = await GetAsync("a/b");
        Assert.That(after.Text, Is.EqualTo("hello"));
        foreach (var header in new[] { "ETag", "Last-Modified", "Content-Type", "x-amz-meta-a" })
        {
            Assert.That(after.Headers[header], Is.EqualTo(before.Headers[header]));
        }

        Assert.That((await ListAsync()).Text, Is.EqualTo(listing));
        Assert.That(Store.Complaints, Is.Empty);
    }

    [Test]
    public async Task Connection_reset_by_the_client_is_not_logged_as_a_failure()
    {
        for (var i = 0; i < 20; i++)
        {
            using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new LingerOption(enable: true, seconds: 0) };
            await client.ConnectAsync(Store.Endpoint.Host, Store.Endpoint.Port);
            await client.SendAsync(Encoding.ASCII.GetBytes(
                $"POST /{Bucket} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: 5000\r\n\r\n--B"));
            await Task.Delay(20);
        }

        // The request of the last connection may still be running.
        await Task.Delay(200);

        Assert.That(Store.Complaints, Is.Empty);
    }

    [Test]
    public async Task Unfinished_files_are_removed_and_damaged_files_are_logged_and_skipped()
    {
        await PutAsync("good", Bytes("hello"));
        await PutAsync("short", Bytes("hello"));
        await PutAsync("flipped", Bytes("hello"));
        await PutAsync("moved", Bytes("hello"));
        await Store.StopAsync();

        await File.WriteAllBytesAsync(System.IO.Path.Combine(Store.Incoming, "leftover"), new byte[10]);
        Directory.CreateDirectory(System.IO.Path.Combine(Store.Objects, "zz"));
        await File.WriteAllTextAsync(System.IO.Path.Combine(Store.Objects, "zz", "stranger"), "not an object");
        Truncate(FileOf("short"));
        Flip(FileOf("flipped"), 60);
        File.Move(FileOf("moved"), System.IO.Path.Combine(Store.Objects, "zz", System.IO.Path.GetFileName(FileOf("moved"))));
        await Store.StartAgainAsync();

        Assert.That(Directory.GetFileSystemEntries(Store.Incoming), Is.Empty);
        Assert.That((await ListAsync()).Text, Does.Contain("<KeyCount>1</KeyCount>").And.Contain("<Key>good</Key>"));
        Assert.That(
            Store.Complaints.Count(complaint => complaint.StartsWith("Warning: Skipped ", StringComparison.Ordinal)),
            Is.EqualTo(4));

        // A damaged object can be replaced.
        Assert.That((await PutAsync("short", Bytes("anew"))).Status, Is.EqualTo(200));
        Assert.That((await GetAsync("short")).Text, Is.EqualTo("anew"));

        string FileOf(string key) => System.IO.Path.Combine(Store.Objects, TestSigner.Hash(Bytes(key))[..2], TestSigner.Hash(Bytes(key)));
    }

    [Test]
    public async Task Upload_of_a_client_that_disconnects_leaves_no_file()
    {
        await PutAsync("key", Bytes("old"));
        var put = Signer.Authorize(On("PUT", "key", new byte[400_000]), "UNSIGNED-PAYLOAD");
        var form = new TestForm(Store) { File = new byte[400_000] };
        form.Conditions[3] = new object[] { "content-length-range", 0, 1_000_000 };
        form.Fields[0] = ("key", "up/new");
        foreach (var request in new[] { put, form.Build() })
        {
            using var client = new TcpClient();
            await client.ConnectAsync(Store.Endpoint.Host, Store.Endpoint.Port);
            await client.GetStream().WriteAsync(request.Head());
            await client.GetStream().WriteAsync(request.Body.AsMemory(0, 300_000));
            await Wait.UntilAsync(() =>
                new DirectoryInfo(Store.Incoming).GetFiles() is [var file] && file.Exists && file.Length > 100_000);
            Assert.That((await ListAsync()).Element("KeyCount"), Is.EqualTo("1"), "what is unfinished is not visible");
            client.Close();
            await Wait.UntilAsync(() => Directory.GetFiles(Store.Incoming).Length == 0);
        }

        Assert.That((await GetAsync("key")).Text, Is.EqualTo("old"));
        Assert.That((await ListAsync()).Element("KeyCount"), Is.EqualTo("1"));
        Assert.That(Store.Complaints, Is.Empty);
    }

    [Test]
    public async Task Reader_of_an_object_that_is_replaced_reads_the_old_bytes_to_the_end()
    {
        var old = new byte[16_000_000];
        new Random(1).NextBytes(old);
        await PutAsync("key", old);
        var get = Signer.Authorize(On("GET", "key"));
        using var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(Store.Endpoint.Host, Store.Endpoint.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(get.Head());
        await stream.ReadExactlyAsync(new byte[12]);

        await PutAsync("key", Bytes("new"));
        await Signer.Authorize(On("DELETE", "key")).SendAsync();
        using var rest = new MemoryStream();
        await stream.CopyToAsync(rest);

        Assert.That(rest.ToArray().AsSpan().EndsWith(old), Is.True);
    }

    [Test]
    public async Task Concurrent_uploads_to_one_key_leave_one_complete_object()
    {
        for (var round = 0; round < 5; round++)
        {
            var bodies = Enumerable.Range(0, 8).Select(i => Encoding.ASCII.GetBytes(new string((char)('a' + i), 100_000 + i))).ToArray();
            var answers = await Task.WhenAll(bodies.Select(body => PutAsync("key", body)));
            Assert.That(answers.Select(answer => answer.Status), Has.All.EqualTo(200));

            var stored = await GetAsync("key");
            Assert.That(bodies.Any(body => body.AsSpan().SequenceEqual(stored.Body)), Is.True);
            Assert.That((await ListAsync()).Text, Does.Contain($"<Size>{stored.Body.Length}</Size>").And.Contain(stored.Headers["ETag"]));
        }

        Assert.That(Store.Files(), Has.Length.EqualTo(1));
    }

    private static void Truncate(string path)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.SetLength(file.Length - 1);
    }

    private static void Flip(string path, int at)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
