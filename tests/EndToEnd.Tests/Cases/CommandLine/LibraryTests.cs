using S3Auth.Client.Generated;

namespace S3Auth.EndToEnd.Tests.Cases.CommandLine;

/// <summary>The C# client library.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.EachStore))]
internal sealed class LibraryTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    [Test]
    public async Task What_a_miner_uploads_is_what_it_and_a_validator_read()
    {
        var miner = Deployment.NextMiner();
        using var client = Connect(miner.Hotkey);
        var uploader = client.CreateUploader(miner.Coldkey.Keys.AccountId);
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["a.bin"] = Bytes(1024),
            // Only a grant of a folder has room for subfolders.
            [(Deployment.GrantsForms ? "sub/" : "") + "größe & 数据 +%41.bin"] = Bytes(3_000_000),
        };
        var uploaded = new Dictionary<string, byte[]>(StringComparer.Ordinal);

        foreach (var (path, content) in contents)
        {
            var sent = new Sum();
            var file = await uploader.UploadAsync(FileOf(path, content) with { JobId = Deployment.Job, Sent = sent });
            uploaded.Add(file.Key, content);
            Assert.That(sent.Total, Is.EqualTo(content.Length));
        }

        Assert.That(uploaded.Keys, Is.EquivalentTo(contents.Keys.Select(path => Deployment.FolderOf(miner) + Deployment.PathOf(path))));
        await AssertReadAsync(client.CreateReader(), FileOwner.Own(miner.Coldkey.Keys.AccountId), uploaded);
        using var validator = Connect(Subnet.Validator.Hotkey);
        await AssertReadAsync(validator.CreateReader(), OwnerOf(miner), uploaded);
        Assert.That((await validator.CreateReader().ListMinersAsync()).Select(one => one.Id), Does.Contain(Deployment.OwnerOf(miner)));
    }

    [Test]
    public async Task Interrupted_download_goes_on_where_it_stopped()
    {
        var content = Bytes(8_000_000);
        using var large = await PutAsync(content);
        var (reader, file, path) = (large.Reader, large.File, large.Path);
        using var stop = new CancellationTokenSource();
        var first = new Sum(total =>
        {
            if (total > 2_000_000)
            {
                stop.Cancel();
            }
        });

        Assert.That(() => reader.DownloadAsync(file, path, first, stop.Token), Throws.InstanceOf<OperationCanceledException>());
        var there = new FileInfo(Directory.EnumerateFiles(Path.GetDirectoryName(path)!, ".*").Single()).Length;
        var second = new Sum();
        await reader.DownloadAsync(file, path, second);

        Assert.That(there, Is.InRange(2_000_000, content.Length - 1));
        // What was there is the first that is reported; all that follows came through the network.
        Assert.That((second.First, second.Total), Is.EqualTo((there, content.Length)));
        Content.AssertSame(await File.ReadAllBytesAsync(path), content);
    }

    [Test]
    public async Task File_that_is_replaced_meanwhile_comes_whole_and_new()
    {
        using var large = await PutAsync(Bytes(8_000_000));
        var (reader, file, path) = (large.Reader, large.File, large.Path);
        StopInTheMiddle(reader, file, path);
        var replacement = Bytes(8_000_000);
        await Bucket.PutAsync(file.Key, replacement);

        await reader.DownloadAsync(file, path);

        Content.AssertSame(await File.ReadAllBytesAsync(path), replacement);
    }

    [Test]
    public async Task Part_with_other_bytes_is_not_taken_for_the_file()
    {
        var content = Bytes(4_000_000);
        using var large = await PutAsync(content);
        var (reader, file, path) = (large.Reader, large.File, large.Path);
        StopInTheMiddle(reader, file, path);
        var part = Directory.EnumerateFiles(Path.GetDirectoryName(path)!, ".*").Single();
        await File.WriteAllBytesAsync(part, Bytes(1_000_000));

        await reader.DownloadAsync(file, path);

        Content.AssertSame(await File.ReadAllBytesAsync(path), content);
    }

    // With some bytes: a part without any does not stay.
    private static void StopInTheMiddle(FileReader reader, RemoteFile file, string path)
    {
        using var stop = new CancellationTokenSource();
        var some = new Sum(total =>
        {
            if (total > 0)
            {
                stop.Cancel();
            }
        });
        Assert.That(() => reader.DownloadAsync(file, path, some, stop.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Refusals_are_exceptions_with_the_servers_code_and_advice()
    {
        var miner = Deployment.NextMiner();
        using var stranger = Connect(Account.New());
        using var robber = Connect(miner.Hotkey);

        var notRegistered = Assert.ThrowsAsync<RefusedException>(
            () => stranger.CreateUploader(miner.Coldkey.Keys.AccountId).UploadAsync(FileOf("a.bin", Bytes(2000))))!;
        var notOwned = Assert.ThrowsAsync<RefusedException>(() =>
            robber.CreateUploader(Deployment.NextMiner().Coldkey.Keys.AccountId).UploadAsync(FileOf("a.bin", Bytes(2000))))!;
        var noValidator = Assert.ThrowsAsync<RefusedException>(() => robber.CreateReader().ListMinersAsync())!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(notRegistered.Code, Is.EqualTo("hotkey_not_registered"));
            Assert.That(notOwned.Code, Is.EqualTo("coldkey_mismatch"));
            Assert.That(noValidator.Code, Is.EqualTo("not_a_validator"));
            foreach (var refusal in new[] { notRegistered, notOwned, noValidator })
            {
                Assert.That(refusal.Message, Is.Not.Empty);
                Assert.That(refusal.RequestId, Is.Not.Empty);
            }
        }

        Assert.That(await Bucket.ListKeysAsync(Deployment.FolderOf(miner)), Is.Empty);
    }

    internal static FileToUpload FileOf(string path, byte[] content) => new()
    {
        Path = path,
        Size = content.Length,
        OpenAsync = _ => ValueTask.FromResult<Stream>(new MemoryStream(content, writable: false)),
    };

    private S3AuthClient Connect(Account hotkey) => new(Client.Address, hotkey.Keys);

    private FileOwner OwnerOf(Miner miner) => Layout == FolderLayoutKind.Coldkey
        ? FileOwner.MinerOfColdkey(miner.Coldkey.Keys.AccountId)
        : FileOwner.MinerOfHotkey(miner.Hotkey.Keys.AccountId);

    /// <summary>A file in the bucket, and its local target.</summary>
    private async Task<FileToFetch> PutAsync(byte[] content)
    {
        var miner = Deployment.NextMiner();
        await Bucket.PutAsync(Deployment.FolderOf(miner) + Deployment.PathOf("large.bin"), content);
        var validator = Connect(Subnet.Validator.Hotkey);
        return new FileToFetch(validator, await validator.CreateReader().ListAsync(OwnerOf(miner)).SingleAsync());
    }

    private static async Task AssertReadAsync(FileReader reader, FileOwner owner, Dictionary<string, byte[]> expected)
    {
        using var folder = new ScratchFolder("library");
        var files = await reader.ListAsync(owner).ToListAsync();
        Assert.That(
            files.Select(file => (file.Key, file.Size)), Is.EquivalentTo(expected.Select(file => (file.Key, (long)file.Value.Length))));
        foreach (var file in files)
        {
            var path = Path.Combine(folder.Path, LocalName.Of(file.Key, out _).Replace('/', '_'));
            var received = new Sum();
            await reader.DownloadAsync(file, path, received);
            Content.AssertSame(await File.ReadAllBytesAsync(path), expected[file.Key], file.Key);
            Assert.That(received.Total, Is.EqualTo(file.Size));
        }
    }

    private sealed class FileToFetch(S3AuthClient validator, RemoteFile file) : IDisposable
    {
        private readonly ScratchFolder _folder = new("library");

        public FileReader Reader { get; } = validator.CreateReader();

        public RemoteFile File => file;

        public string Path => System.IO.Path.Combine(_folder.Path, "file.bin");

        public void Dispose()
        {
            validator.Dispose();
            _folder.Dispose();
        }
    }

    /// <summary>The sum of the reported progress.</summary>
    private sealed class Sum(Action<long>? after = null) : IProgress<long>
    {
        public long? First { get; private set; }

        public long Total { get; private set; }

        public void Report(long value)
        {
            First ??= value;
            Total += value;
            after?.Invoke(Total);
        }
    }
}
