namespace S3Auth.EndToEnd.Tests.Cases.Validators;

/// <summary>
/// One miner chooses its keys to do harm: every validator's path still reads every file of all others, and of that miner's own what can be
/// read. The miner's folder comes between those of the others.
/// </summary>
[TestFixture(StoreKind.Embedded)]
[TestFixture(StoreKind.Real)]
[TestFixture(StoreKind.Swift, Category = "Nightly")]
internal sealed class HostileKeyTests(StoreKind store)
{
    private static readonly string[] OwnFiles = ["a b+c.parquet", "größe/数据.bin", "z.bin"];

    private readonly byte[] _content = RandomNumbers(1024);
    private readonly Dictionary<string, byte[]> _neighboursFiles = new(StringComparer.Ordinal);

    private Deployment _deployment = null!;
    private Miner _hostile = null!;
    private List<Miner> _neighbours = [];

    /// <summary>The keys that the store took, as its listings have them, in hex and in order.</summary>
    private SortedSet<string> _taken = new(StringComparer.Ordinal);

    private ServiceClient Client => _deployment.Client;

    private string Folder => _deployment.FolderOf(_hostile);

    [OneTimeSetUp]
    public async Task Upload()
    {
        if (Deployment.WhyNot(store) is { } reason)
        {
            Assert.Ignore(reason);
        }

        _deployment = await TestRun.Current.BorrowDeploymentAsync(store, FolderLayoutKind.Coldkey, DeploymentKind.Hostile);
        var miners = Enumerable.Range(0, 5).Select(_ => _deployment.NextMiner()).OrderBy(
            _deployment.OwnerOf, StringComparer.Ordinal).ToList();
        _hostile = miners[2];
        _neighbours = [.. miners.Where(miner => miner != _hostile)];
        foreach (var key in _neighbours.SelectMany(miner => OwnFiles.Select(name => _deployment.FolderOf(miner) + name)))
        {
            _neighboursFiles.Add(key, RandomNumbers(2000));
        }

        await _deployment.Bucket.PutAllAsync(_neighboursFiles);
    }

    [Test, Order(1)]
    public async Task Two_odd_keys_are_read_by_plain_xml_parsers_in_every_listing()
    {
        string[] keys = [Folder + "100%25.parquet", Folder + "a\u0001.parquet"];
        await _deployment.Bucket.PutAllAsync(keys, _content);
        var (everything, miners, urls) = await ListingUrlsAsync();
        var own = urls[_deployment.OwnerOf(_hostile)];
        if (_deployment.GrantsForms)
        {
            own = (await Client.GetFolderAccessAsync(_hostile)).ListUrl;
        }

        var read = await ReadXmlAsync([everything, miners, own, .. urls.Values]);

        Assert.That(read[0].Keys, Is.EqualTo(Hex([.. _neighboursFiles.Keys, .. keys])));
        Assert.That(read[1].Folders, Is.EqualTo(Hex([.. _neighbours.Append(_hostile).Select(miner => _deployment.FolderOf(miner))])));
        Assert.That(read[2].Keys, Is.EqualTo(Hex(keys)));
        Assert.That(urls.Keys.Select((miner, i) => (miner, read[i + 3].Keys)), Has.All.Matches<(string Miner, IReadOnlyList<string> Keys)>(
            one => one.Keys.SequenceEqual(Hex(one.Miner == _deployment.OwnerOf(_hostile) ? keys : FilesOf(one.Miner)))));
    }

    [Test, Order(2)]
    public async Task One_miners_keys_take_no_other_file_from_validators()
    {
        var clock = Stopwatch.StartNew();
        var (sent, refused) = await UploadCorpusAsync();
        var uploaded = clock.Elapsed.TotalSeconds;

        await AssertListFilesAsync();
        var own = await AssertOwnFilesAsync();
        await AssertListingsAsync();
        await AssertSnippetAsync("requests");
        await AssertSnippetAsync("python");
        await AssertToolAsync();

        Figures.Print(
            $"Hostile keys ({store})",
            $"{sent} names sent by one miner, {sent - refused} taken; all {_neighboursFiles.Count} files of {_neighbours.Count} ",
            $"others read by /list-files, presigned listings, ElementTree, the page's Python and s3auth; of its own {own.Listed} ",
            $"listed, {own.Downloaded} downloaded; {uploaded:F0} s to send, {clock.Elapsed.TotalSeconds - uploaded:F0} s to read");
    }

    private async Task<(int Sent, int Refused)> UploadCorpusAsync()
    {
        var names = HostileNames.For(Folder);
        var grant = _deployment.GrantsForms ? (await Client.GetFolderAccessAsync(_hostile)).Grant : null;
        var refused = 0;
        _taken = [.. Hex([.. await _deployment.Bucket.ListKeysAsync(Folder + "100%25.parquet"), Folder + "a\u0001.parquet"])];
        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (name, _) =>
        {
            byte[] key = [.. Encoding.UTF8.GetBytes(Folder), .. name];
            var answer = grant is null ? await PutAsync(key) : await PostAsync(grant, key);
            lock (_taken)
            {
                if (answer.Accepted)
                {
                    var isTrimmed = grant is not null && _deployment.Traits.TrimsKeysOfForms;
                    _taken.Add(Convert.ToHexString(isTrimmed ? key.AsSpan().TrimEnd(" \t\n\v\f\r"u8) : key));
                }
                else
                {
                    refused++;
                    Assert.That(answer.Refused || store != StoreKind.Embedded, $"{Convert.ToHexString(name)}: {answer}");
                }
            }
        });
        return (names.Count, refused);
    }

    private async Task AssertListFilesAsync()
    {
        foreach (var miner in _neighbours)
        {
            foreach (var limit in (int[])[1, 2, 1000])
            {
                var files = await ReadAsync(miner, limit);
                Assert.That(files.Select(file => file.Key), Is.EqualTo(FilesOf(_deployment.OwnerOf(miner))));
                foreach (var file in files.Where(_ => limit == 1000))
                {
                    Content.AssertSame(await Presigned.DownloadAsync(file.DownloadUrl!), _neighboursFiles[file.Key], file.Key);
                }
            }
        }
    }

    private async Task<(int Listed, int Downloaded)> AssertOwnFilesAsync()
    {
        var expected = _taken.Select(hex => Encoding.UTF8.GetString(Convert.FromHexString(hex))).ToList();
        foreach (var limit in (int[])[41, 999])
        {
            Assert.That((await ReadAsync(_hostile, limit)).Select(file => file.Key), Is.EqualTo(expected));
        }

        var files = await ReadAsync(_hostile, 1000);
        Assert.That(files.Select(file => file.Key), Is.EqualTo(expected));
        var named = files.Where(file => file.DownloadUrl is not null).ToList();
        await Parallel.ForEachAsync(
            named,
            async (file, _) =>
                Content.AssertSame(await Presigned.DownloadAsync(file.DownloadUrl!), _content, Uri.EscapeDataString(file.Key)));

        // Without a download are keys that no URL can hold, and nothing else.
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
        var without = _taken.Select(Convert.FromHexString).Count(
            key =>
                key.Length > 1024
                    || key.Contains((byte)0)
                    || !IsUtf8(utf8, key)
                    || Encoding.UTF8.GetString(key).Split('/').Any(part => part is "." or ".."));
        Assert.That(files.Count - named.Count - (expected.Contains(Folder) ? 1 : 0), Is.EqualTo(without));
        return (files.Count, named.Count);
    }

    private async Task AssertListingsAsync()
    {
        var (_, miners, urls) = await ListingUrlsAsync();
        var theirs = urls.Where(url => url.Key != _deployment.OwnerOf(_hostile)).ToList();

        var read = await ReadXmlAsync([miners, .. theirs.Select(url => url.Value)]);

        Assert.That(read[0].Folders, Is.EqualTo(Hex([.. _neighbours.Append(_hostile).Select(miner => _deployment.FolderOf(miner))])));
        foreach (var (miner, keys) in theirs.Select((url, i) => (url.Key, read[i + 1].Keys)))
        {
            Assert.That(keys, Is.EqualTo(Hex(FilesOf(miner))));
        }

        var jobs = await Client.AskAsync<FolderUrls>(Call.FolderUrls(Subnet.Validator.Hotkey));
        Assert.That(jobs.Miners.Keys, Is.EquivalentTo(_neighbours.Append(_hostile).Select(_deployment.OwnerOf)));
        Assert.That(jobs.Miners[_deployment.OwnerOf(_hostile)].JobFolders, Is.Empty, "none of its jobs has a name that jobs have");
    }

    private async Task AssertSnippetAsync(string language)
    {
        using var folder = new ScratchFolder("hostile");
        var work = folder.Sub("work");

        var result = await SnippetFixture.RunAsync(Client, folder, Subnet.Validator, "validator", language, "bash");

        Assert.That(result.ExitCode, Is.Zero, result.Errors);
        var lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(_neighboursFiles.Count + _taken.Count), "one line a file");
        Assert.That(Directory.EnumerateFileSystemEntries(work).Select(Path.GetFileName), Is.EqualTo(["data"]));
        var downloaded = Directory.GetFiles(Path.Combine(work, "data"), "*", SearchOption.AllDirectories);
        foreach (var content in _neighboursFiles.Values)
        {
            Assert.That(downloaded.Any(file => File.ReadAllBytes(file).SequenceEqual(content)));
        }
    }

    private async Task AssertToolAsync()
    {
        using var folder = new ScratchFolder("hostile");
        var tool = new S3AuthTool(Client.Address, folder);
        var to = folder.Sub("to");

        var result = await tool.RunAsync(["download", "--all", "--to", to, .. await tool.WalletOfAsync(Subnet.Validator)]);

        foreach (var (key, content) in _neighboursFiles)
        {
            var path = Path.Combine(to, key.Replace('/', Path.DirectorySeparatorChar));
            Assert.That(File.Exists(path), $"{key}\n{result.ExitCode} {result.Errors}");
            Content.AssertSame(await File.ReadAllBytesAsync(path), content, key);
        }
    }

    private async Task<(string Everything, string Miners, IReadOnlyDictionary<string, string> OfEach)> ListingUrlsAsync()
    {
        var access = await Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey);
        return (
            access.Urls.Global["list_all_data"],
            access.Urls.Sources!["x"].ListMiners,
            access.Miners.ToDictionary(miner => miner.Id, miner => miner.Folders.Single().ListUrl, StringComparer.Ordinal));
    }

    private static async Task<List<(IReadOnlyList<string> Keys, IReadOnlyList<string> Folders)>> ReadXmlAsync(IReadOnlyList<string> urls)
    {
        var python = await Python.NeedAsync();
        var answer = await python.RunAsync("listings.py", new { urls });
        return [.. answer["listings"]!.AsArray().Select((listing, i) =>
        {
            Assert.That(listing!["error"], Is.Null, urls[i]);
            return (Texts("keys"), Texts("folders"));

            IReadOnlyList<string> Texts(string name) =>
                [.. listing[name]!.AsArray().Select(text => text!.GetValue<string>().ToUpperInvariant())];
        })];
    }

    private async Task<List<ListedFile>> ReadAsync(Miner miner, int limit)
    {
        var found = new List<ListedFile>();
        string? cursor = null;
        do
        {
            var page = await Client.AskAsync<FileList>(
                Call.Files(Subnet.Validator.Hotkey, _deployment.OwnerMember, _deployment.OwnerOf(miner), limit: limit, cursor: cursor));
            found.AddRange(page.Files);
            Assert.That(found, Has.Count.LessThan(10_000), "the listing does not end");
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        return found;
    }

    private string[] FilesOf(string miner) =>
        [
            .. _neighboursFiles.Keys.Where(key =>
                key.StartsWith(_deployment.FolderOf(miner), StringComparison.Ordinal)).Order(StringComparer.Ordinal),
        ];

    /// <summary>The keys' bytes in the order of a listing.</summary>
    private static List<string> Hex(params string[] keys) =>
        [.. keys.Select(key => Convert.ToHexString(Encoding.UTF8.GetBytes(key))).Order(StringComparer.Ordinal)];

    private async Task<StoreAnswer> PostAsync(FolderGrant grant, byte[] key)
    {
        const string boundary = "----s3auth-hostile";

        using var body = new MemoryStream();
        foreach (var (name, value) in grant.Fields)
        {
            body.Write(Encoding.UTF8.GetBytes($"--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n"));
            body.Write(name == "key" ? key : Encoding.UTF8.GetBytes(value));
            body.Write("\r\n"u8);
        }

        body.Write(
            Encoding.UTF8.GetBytes(
                $"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\nContent-Type: "
                    + "application/octet-stream\r\n\r\n"));
        body.Write(_content);
        body.Write(Encoding.UTF8.GetBytes($"\r\n--{boundary}--\r\n"));
        using var content = new ByteArrayContent(body.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary={boundary}");
        using var answer = await TestRun.Current.Http.PostAsync(new Uri(grant.Url), content);
        return new StoreAnswer(answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    // Without forms the service grants no such name, but whoever has the bucket's keys can write it.
    private async Task<StoreAnswer> PutAsync(byte[] key)
    {
        var path = string.Concat(key.Select(value => char.IsAsciiLetterOrDigit((char)value) || "-_.~/".Contains((char)value)
            ? ((char)value).ToString()
            : FormattableString.Invariant($"%{value:X2}")));
        var request = S3Request.Of("PUT", _deployment.Bucket, body: _content);
        request = request with { Target = $"{request.Target}/{path}" };
        var answer = await request.Presign(_deployment.Bucket.Keys, _deployment.Bucket.Region).SendAsync();
        return new StoreAnswer(answer.Status, answer.Text);
    }

    private static bool IsUtf8(UTF8Encoding strict, byte[] bytes)
    {
        try
        {
            strict.GetCharCount(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static byte[] RandomNumbers(int count)
    {
        var bytes = new byte[count];
        Random.Shared.NextBytes(bytes);
        return bytes;
    }
}
